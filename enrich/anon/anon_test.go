package anon

import (
	"crypto/rand"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// temp writes a file.
func temp(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// testJoyKey is the working key 00 01 ... 0f as `openssl enc -aes-128-ecb
// -nopad` wraps it.
const testJoyKey = "\xc2\xa9\x66\xae\x0d\xaf\x85\xcd\x33\x1c\x2e\x9a\x69\x11\xc0\x31"

// testPrefixKey is the key of the sample in the Crypto-PAn distribution.
const testPrefixKey = "\x15\x22\x17\x8d\x33\xa4\xcf\x80\x13\x0a\x5b\x16\x49\x90\x7d\x10" +
	"\xd8\x98\x8f\x83\x79\x79\x65\x27\x62\x57\x4c\x2d\x2a\x84\x22\x02"

// anonymizer hides the prefixes, which blanks separate.
func anonymizer(t testing.TB, mode Mode, prefixes string) *Anonymizer {
	t.Helper()
	key := map[Mode]string{Joy: testJoyKey, CryptoPAn: testPrefixKey}[mode]
	a, err := New(Config{Subnets: temp(t, strings.ReplaceAll(prefixes, " ", "\n")), Mode: mode, KeyFile: temp(t, key)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestHidden(t *testing.T) {
	a := anonymizer(t, Joy, "10.0.0.0/8 10.1.0.0/16 172.16.0.0/12 192.0.2.64/27 2001:db8::/33 fe80::/10 ::1")
	for addr, want := range map[string]bool{
		"10.0.0.0": true, "10.255.255.255": true, "9.255.255.255": false, "11.0.0.0": false,
		"172.16.0.1": true, "172.31.255.255": true, "172.32.0.0": false,
		"192.0.2.63": false, "192.0.2.64": true, "192.0.2.95": true, "192.0.2.96": false,
		"2001:db8::": true, "2001:db8:7fff::1": true, "2001:db8:8000::": false, "2001:db9::": false,
		"febf::1": true, "fec0::1": false, "::1": true, "::2": false, "::": false,
		"::ffff:10.1.2.3": true, "::10.1.2.3": false, "fe80::1%eth0": true,
		"a00::1": false, // begins with the bytes 10.0.0.0
	} {
		addr := netip.MustParseAddr(addr)
		text, hidden := a.Addr(addr)
		if a.Hidden(addr) != want || hidden != want || (text != "") != want {
			t.Errorf("%v: Hidden %v, Addr %q %v; want %v", addr, a.Hidden(addr), text, hidden, want)
		}
	}
	if text, hidden := a.Addr(netip.Addr{}); a.Hidden(netip.Addr{}) || hidden || text != "" {
		t.Error("the zero Addr is hidden")
	}
}

func TestAddr(t *testing.T) {
	for _, tc := range []struct {
		name string
		mode Mode
		addr string
		want string
	}{
		{"IPv4 as Joy", Joy, "10.1.2.3", "c4799750bda7b5c55f1788a7cd3bd774"},
		{"IPv4-mapped", Joy, "::ffff:10.1.2.3", "c4799750bda7b5c55f1788a7cd3bd774"},
		{"D26: IPv6", Joy, "2001:db8::1", "ea7211a762470e4df518c5222f00c79f"},
		{"with a zone", Joy, "2001:db8::1%eth0", "ea7211a762470e4df518c5222f00c79f"},
		{"IPv6 that ends in 12 zero bytes", Joy, "2001:db8::", "7c8f9e425324572dc64993b7b0ddfeb6"},
		{"IPv4 with its bytes", Joy, "32.1.13.184", "725e2ff81053c0d65cc88bfbda24d392"},
		{"IPv4", CryptoPAn, "128.11.68.132", "135.242.180.132"},
		{"IPv4-mapped", CryptoPAn, "::ffff:128.11.68.132", "135.242.180.132"},
		{"IPv6", CryptoPAn, "2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e"},
	} {
		a := anonymizer(t, tc.mode, "0.0.0.0/0 ::/0")
		for _, when := range []string{"first", "cached"} {
			if got, _ := a.Addr(netip.MustParseAddr(tc.addr)); got != tc.want {
				t.Errorf("%s, %s: %s became %s, want %s", tc.name, when, tc.addr, got, tc.want)
			}
		}
	}
}

func TestNewFailsClosed(t *testing.T) {
	subnets, joy, prefix := temp(t, "10.0.0.0/8\n"), temp(t, testJoyKey), temp(t, testPrefixKey)
	for _, tc := range []struct {
		name string
		c    Config
		want string
	}{
		{"D49: missing subnets", Config{Subnets: subnets + ".not", KeyFile: joy}, "file.not"},
		{"no subnets file", Config{KeyFile: joy}, "open"},
		{"empty subnets", Config{Subnets: temp(t, "# none\n"), KeyFile: joy}, "lists no subnet"},
		{"bad line", Config{Subnets: temp(t, "10.0.0.0/8\n10.0.0.0/40\n"), KeyFile: joy}, "file:2"},
		{"missing key", Config{Subnets: subnets, KeyFile: joy + ".not"}, "file.not"},
		{"key of the other mode", Config{Subnets: subnets, KeyFile: prefix}, "16 bytes"},
		{"key of the other mode", Config{Subnets: subnets, Mode: CryptoPAn, KeyFile: joy}, "neither 32 bytes"},
		{"no key file", Config{Subnets: subnets, Mode: CryptoPAn}, "need a key file"},
		{"unknown mode", Config{Subnets: subnets, Mode: 7, KeyFile: joy}, "mode 7"},
	} {
		a, err := New(tc.c, rand.Reader)
		if a != nil || err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, %v; want an error with %q", tc.name, a, err, tc.want)
		}
	}
}

func TestJoyKeyFileByDefault(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("joy.bin", []byte(testJoyKey), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{Subnets: temp(t, "10.0.0.0/8")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := a.Addr(netip.MustParseAddr("10.1.2.3")); got != "c4799750bda7b5c55f1788a7cd3bd774" {
		t.Errorf("joy.bin in the current directory was not used: %s", got)
	}
}

// Run with -race this shows that clones share nothing that is written to.
func TestCloneInGoroutines(t *testing.T) {
	for _, mode := range []Mode{Joy, CryptoPAn} {
		a := anonymizer(t, mode, "10.0.0.0/8 2001:db8::/32")
		want, n := a.Text("10.1.2.3 and 2001:db8::1")
		if n != 2 {
			t.Fatalf("%d replaced", n)
		}
		var wg sync.WaitGroup
		for range 4 {
			c := a.Clone()
			wg.Go(func() {
				for range 100 {
					if got, _ := c.Text("10.1.2.3 and 2001:db8::1"); got != want {
						t.Errorf("a clone gives %s, not %s", got, want)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

// counted counts how often it is asked for the pseudonym of an address.
type counted struct {
	addrKey
	made map[netip.Addr]int
}

func (c *counted) pseudonym(a netip.Addr) pseudonym {
	c.made[a]++
	return c.addrKey.pseudonym(a)
}

func TestCacheIsBoundedAndRight(t *testing.T) {
	a := anonymizer(t, CryptoPAn, "10.0.0.0/8")
	plain := &counted{addrKey: a.key, made: make(map[netip.Addr]int)}
	a.key = plain
	addr, often := netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("10.200.0.1")
	for i := range 5 * generation {
		for _, b := range []netip.Addr{addr, often} {
			if got, _ := a.Addr(b); i%97 == 0 && got != plain.addrKey.pseudonym(b).text {
				t.Fatalf("%v became %s", b, got)
			}
		}
		if n := len(a.cache.young) + len(a.cache.old); n > 2*generation {
			t.Fatalf("%d entries", n)
		}
		addr = addr.Next()
	}
	if n := plain.made[often]; n != 1 {
		t.Errorf("what is used always was made %d times", n)
	}
	if _, ok := a.cache.get(netip.MustParseAddr("10.0.0.0")); ok {
		t.Error("what is not used was kept")
	}
}

func TestNoAllocationOnceSeen(t *testing.T) {
	a := anonymizer(t, Joy, "10.0.0.0/8 2001:db8::/32")
	in, out := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("192.0.2.1")
	text, raw := "GET /index.html HTTP/1.1 Host: 192.0.2.1 a-b_c::d 2001:db9::1", make([]byte, 1500)
	if n := testing.AllocsPerRun(100, func() {
		a.Addr(in)
		a.Addr(out)
		a.Text(text)
		a.Bytes(raw)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAddr(b *testing.B) {
	for name, mode := range map[string]Mode{"Joy": Joy, "CryptoPAn": CryptoPAn} {
		for _, addr := range []string{"10.1.2.3", "2001:db8::1", "192.0.2.1"} {
			b.Run(name+"/"+addr, func(b *testing.B) {
				b.ReportAllocs()
				a, addr := anonymizer(b, mode, "10.0.0.0/8 2001:db8::/32"), netip.MustParseAddr(addr)
				b.ResetTimer()
				for range b.N {
					a.Addr(addr)
				}
			})
		}
	}
}

func BenchmarkPseudonymNotCached(b *testing.B) {
	for name, mode := range map[string]Mode{"Joy": Joy, "CryptoPAn": CryptoPAn} {
		for _, addr := range []string{"10.1.2.3", "2001:db8::1"} {
			b.Run(name+"/"+addr, func(b *testing.B) {
				b.ReportAllocs()
				key, addr := anonymizer(b, mode, "10.0.0.0/8").key, netip.MustParseAddr(addr)
				b.ResetTimer()
				for range b.N {
					key.pseudonym(addr)
				}
			})
		}
	}
}
