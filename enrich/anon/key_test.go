package anon

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func joyKey(t testing.TB) *JoyKey {
	t.Helper()
	k, err := LoadJoyKey(temp(t, testJoyKey), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func prefixKey(t testing.TB) *PrefixKey {
	t.Helper()
	k, err := LoadPrefixKey(temp(t, testPrefixKey), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTokenAndBack(t *testing.T) {
	k := joyKey(t)
	tokens := make(map[string]netip.Addr)
	for _, text := range []string{
		"0.0.0.0", "255.255.255.255", "10.1.2.3", "32.1.13.184", "::", "::1", "2001:db8::", "2001:db8::1",
		"a01:203::", "a01:203::1", "::10.1.2.3", "ffff:ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::fffe:a01:203",
	} {
		a := netip.MustParseAddr(text)
		token := k.Token(a)
		if other, ok := tokens[token]; ok {
			t.Errorf("%v and %v have one token", a, other)
		}
		tokens[token] = a
		if back, err := k.Address(token); err != nil || back != a {
			t.Errorf("%v came back as %v, %v", a, back, err)
		}
		if back, err := k.Address(strings.ToUpper(token)); err != nil || back != a {
			t.Errorf("in upper case %v came back as %v, %v", a, back, err)
		}
	}
	for _, bad := range []string{"", "10.1.2.3", strings.Repeat("0", 31), strings.Repeat("0", 34), strings.Repeat("g", 32)} {
		if a, err := k.Address(bad); err == nil || a.IsValid() {
			t.Errorf("%q is the token of %v", bad, a)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	hexKey := hex.EncodeToString([]byte(testPrefixKey))
	for _, tc := range []struct{ content, joy, prefix string }{ // the last two are the wanted errors
		{"", "16 bytes", "neither 32 bytes"},
		{testJoyKey, "", "neither 32 bytes"},
		{testJoyKey[:15], "16 bytes", "neither 32 bytes"},
		{testJoyKey + "\n", "16 bytes", "neither 32 bytes"},
		{testPrefixKey, "16 bytes", ""},
		{testPrefixKey + "\n", "16 bytes", "neither 32 bytes"},
		{hexKey, "16 bytes", ""},
		{strings.ToUpper(hexKey) + "\r\n", "16 bytes", ""},
		{" " + hexKey + "\n\n", "16 bytes", ""},
		{hexKey[:32], "16 bytes", "32 hexadecimal digits, not 64"},
		{hexKey[:63], "16 bytes", "neither 32 bytes"},
		{hexKey + "00", "16 bytes", "66 hexadecimal digits"},
		{hexKey[:62] + "zz", "16 bytes", "neither 32 bytes"},
		{strings.Repeat("x", 1<<20), "16 bytes", "neither 32 bytes"},
	} {
		file := temp(t, tc.content)
		check := func(kind, want string, loaded bool, err error) {
			if want == "" && (err != nil || !loaded) || want != "" && (err == nil || loaded || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s key of %.70q: %v, want %q", kind, tc.content, err, want)
			}
			if err != nil && !strings.Contains(err.Error(), file) {
				t.Errorf("%v does not name the file", err)
			}
		}
		for _, create := range []bool{false, true} { // a bad file is never replaced
			j, err := LoadJoyKey(file, create, rand.NewChaCha8([32]byte{}))
			check("Joy", tc.joy, j != nil, err)
			p, err := LoadPrefixKey(file, create, rand.NewChaCha8([32]byte{}))
			check("prefix", tc.prefix, p != nil, err)
			if p != nil && p.Map(netip.MustParseAddr("128.11.68.132")).String() != "135.242.180.132" {
				t.Errorf("%.70q is another key", tc.content)
			}
		}
		if content, err := os.ReadFile(file); err != nil || string(content) != tc.content {
			t.Errorf("the file became %q, %v", content, err)
		}
	}
}

// A loader makes the key file, and tells what becomes of 10.1.2.3.
type loader func(path string, create bool) (string, error)

func loaders(random []byte) map[string]loader {
	a := netip.MustParseAddr("10.1.2.3")
	return map[string]loader{
		"Joy": func(path string, create bool) (string, error) {
			k, err := LoadJoyKey(path, create, bytes.NewReader(random))
			if err != nil {
				return "", err
			}
			return k.Token(a), nil
		},
		"prefix": func(path string, create bool) (string, error) {
			k, err := LoadPrefixKey(path, create, bytes.NewReader(random))
			if err != nil {
				return "", err
			}
			return k.Map(a).String(), nil
		},
	}
}

func TestKeyFileIsCreatedOnRequest(t *testing.T) {
	random := bytes.Repeat([]byte{0xa5, 1}, 16)
	for kind, load := range loaders(random) {
		file := filepath.Join(t.TempDir(), "key")
		if _, err := load(file, false); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: not asked for: %v", kind, err)
		}
		made, err := load(file, true)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%s: made with mode %v", kind, info.Mode())
		}
		for _, create := range []bool{false, true} {
			if read, err := load(file, create); err != nil || read != made {
				t.Errorf("%s: once %s, then %s, %v", kind, made, read, err)
			}
		}
	}
}

func TestKeyFileIsNotCreated(t *testing.T) {
	for kind, load := range loaders([]byte("short")) {
		file := filepath.Join(t.TempDir(), "key")
		if got, err := load(file, true); err == nil {
			t.Errorf("%s: a key of too few random bytes gives %s", kind, got)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there is a file: %v", kind, err)
		}
		if got, err := load(filepath.Join(file, "in", "none"), true); err == nil {
			t.Errorf("%s: a key without a file gives %s", kind, got)
		}
	}
	file := filepath.Join(t.TempDir(), "key")
	if _, err := LoadJoyKey(file, true, iotest.ErrReader(errors.New("no entropy"))); err == nil || !strings.Contains(err.Error(), "no entropy") {
		t.Errorf("got %v", err)
	}
	if err := writeKeyFile(temp(t, "old"), []byte("new")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that another program has just made was overwritten: %v", err)
	}
}

// The addresses of the sample trace in the Crypto-PAn distribution, and IPv6
// addresses that several implementations publish for the same key.
const cryptoPAnVectors = `
128.11.68.132 135.242.180.132
129.118.74.4 134.136.186.123
130.132.252.244 133.68.164.234
141.223.7.43 141.167.8.160
141.233.145.108 141.129.237.235
152.163.225.39 151.140.114.167
156.29.3.236 147.225.12.42
165.247.96.84 162.9.99.234
166.107.77.190 160.132.178.185
192.102.249.13 252.138.62.131
192.215.32.125 252.43.47.189
192.233.80.103 252.25.108.8
192.41.57.43 252.222.221.184
193.150.244.223 253.169.52.216
195.205.63.100 255.186.223.5
198.200.171.101 249.199.68.213
198.26.132.101 249.36.123.202
198.36.213.5 249.7.21.132
198.51.77.238 249.18.186.254
199.217.79.101 248.38.184.213
202.49.198.20 245.206.7.234
203.12.160.252 244.248.163.4
204.184.162.189 243.192.77.90
204.202.136.230 243.178.4.198
205.188.147.153 242.96.16.101
207.135.65.238 241.202.129.222
208.147.89.59 227.237.98.191
209.12.231.7 226.243.167.8
212.186.227.154 228.59.98.98
216.32.132.250 235.192.139.38
24.0.250.221 100.15.198.226
38.15.67.68 64.3.66.187
4.3.88.225 124.60.155.63
63.14.55.111 95.9.215.7
64.14.118.196 0.255.183.58
64.39.15.238 0.219.7.41
::1 78ff:f001:9fc0:20df:8380:b1f1:704:ed
::2 78ff:f001:9fc0:20df:8380:b1f1:704:ef
::ffff 78ff:f001:9fc0:20df:8380:b1f1:704:f838
2001:db8::1 4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e
2001:db8::2 4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c`

func TestCryptoPAnVectors(t *testing.T) {
	k := prefixKey(t)
	fields := strings.Fields(cryptoPAnVectors)
	for i := 0; i < len(fields); i += 2 {
		from, to := netip.MustParseAddr(fields[i]), netip.MustParseAddr(fields[i+1])
		if got := k.Map(from); got != to {
			t.Errorf("%v became %v, want %v", from, got, to)
		}
		if got := k.Original(to); got != from {
			t.Errorf("%v came back as %v, want %v", to, got, from)
		}
	}
}

// common is the number of first bits that a and b share.
func common(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return 8*i + bits.LeadingZeros8(d)
		}
	}
	return a.BitLen()
}

func TestMapPreservesPrefixes(t *testing.T) {
	k := prefixKey(t)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 4000 {
		var raw [16]byte
		for j := range raw {
			raw[j] = byte(rnd.Uint32())
		}
		a := netip.AddrFrom16(raw)
		bit := rnd.IntN(128)
		if i%2 == 0 {
			a = netip.AddrFrom4([4]byte(raw[:4]))
			bit %= 32
		}
		other := a.AsSlice()
		other[bit/8] ^= 0x80 >> (bit % 8)
		for j := bit/8 + 1; j < len(other); j++ {
			other[j] = byte(rnd.Uint32())
		}
		b, _ := netip.AddrFromSlice(other)
		if got := common(k.Map(a), k.Map(b)); got != bit {
			t.Fatalf("%v and %v share %d bits, %v and %v share %d", a, b, bit, k.Map(a), k.Map(b), got)
		}
		if got := k.Original(k.Map(a)); got != a {
			t.Fatalf("%v came back as %v", a, got)
		}
	}
}

func TestMapIsBijective(t *testing.T) {
	k := prefixKey(t)
	seen := make(map[netip.Addr]bool)
	for a := netip.MustParseAddr("10.1.0.0"); a.Less(netip.MustParseAddr("10.2.0.0")); a = a.Next() {
		seen[k.Map(a)] = true
	}
	if len(seen) != 1<<16 {
		t.Errorf("the addresses of a /16 were mapped to %d", len(seen))
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(testJoyKey), []byte{10, 1, 2, 3}, []byte(testPrefixKey))
	f.Add([]byte(testJoyKey), make([]byte, 16), []byte(hex.EncodeToString([]byte(testPrefixKey))+"\n"))
	f.Add([]byte(testJoyKey), []byte("\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), []byte(testPrefixKey))
	f.Fuzz(func(t *testing.T, joy, addr, prefix []byte) {
		a, ok := netip.AddrFromSlice(addr)
		if !ok {
			return
		}
		if k, err := newJoyKey(joy); err == nil && len(joy) == 16 {
			if back, err := k.Address(k.Token(a)); err != nil || back != a.Unmap() {
				t.Fatalf("%v came back as %v, %v", a, back, err)
			}
		}
		raw, err := parsePrefixKey(prefix)
		if err != nil {
			if raw != nil {
				t.Fatalf("a key and %v", err)
			}
			return
		}
		k, err := newPrefixKey(raw)
		if err != nil {
			t.Fatal(err)
		}
		if m := k.Map(a); k.Original(m) != a.Unmap() || m.BitLen() != a.Unmap().BitLen() {
			t.Fatalf("%v became %v and came back as %v", a, m, k.Original(m))
		}
	})
}
