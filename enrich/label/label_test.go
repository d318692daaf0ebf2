package label

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// file writes a subnet file.
func file(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "subnets")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func load(t testing.TB, specs ...string) *Set {
	t.Helper()
	s, err := Load(specs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLabels(t *testing.T) {
	for _, tc := range []struct {
		name  string
		given string // label=prefix ..., in this order
		want  string // address=label,label ...
	}{
		{"D53: a /24 after the /8 around it", "a=10.0.0.0/8 b=10.1.2.0/24", "10.1.2.3=a,b 10.1.3.3=a 10.200.0.1=a 11.0.0.1="},
		{"D53: a /8 after a /24 in it", "b=10.1.2.0/24 a=10.0.0.0/8", "10.1.2.3=b,a 10.1.3.3=a 10.200.0.1=a"},
		{"D53: a /24 in a /12", "a=172.16.0.0/12 b=172.16.5.0/24", "172.16.5.9=a,b 172.16.6.9=a 172.31.255.255=a 172.32.0.0="},
		{"not on a byte boundary", "a=192.168.128.0/18 b=192.168.129.64/27", "192.168.127.255= 192.168.128.0=a 192.168.129.95=a,b 192.168.129.96=a 192.168.192.0="},
		{"one prefix in two labels", "a=10.0.0.0/8 b=10.0.0.0/8", "10.0.0.1=a,b"},
		{"one name twice", "a=10.0.0.0/8 b=10.0.0.0/7 a=10.1.0.0/16", "10.1.0.1=a,b 11.0.0.1=b"},
		{"everything", "a=0.0.0.0/0 b=::/0", "0.0.0.0=a 255.255.255.255=a ::=b ffff::1=b"},
		{"D26: IPv6", "a=2001:db8::/32 b=2001:db8:0:1::/64 c=2001:db8:0:1::1", "2001:db8::1=a 2001:db8:0:1::1=a,b,c 2001:db8:0:1::2=a,b 2001:db9::="},
		{"IPv6 with the first bytes of IPv4", "a=32.1.0.0/16 b=2001::/16", "32.1.2.3=a 2001:203::=b"},
		{"IPv4-mapped address", "a=10.0.0.0/8", "::ffff:10.1.2.3=a ::10.1.2.3="},
		{"IPv4-mapped prefix", "a=::ffff:10.0.0.0/104 b=::ffff:10.0.0.1", "10.1.2.3=a 10.0.0.1=a,b"},
		{"zone", "a=fe80::/10", "fe80::1%eth0=a"},
		{"host bits", "a=10.1.2.3/8", "10.9.9.9=a"},
		{"no labels", "", "10.1.2.3="},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var specs []string
			for _, g := range strings.Fields(tc.given) {
				name, prefix, _ := strings.Cut(g, "=")
				specs = append(specs, name+":"+file(t, prefix))
			}
			s := load(t, specs...)
			for _, w := range strings.Fields(tc.want) {
				addr, want, _ := strings.Cut(w, "=")
				if got := strings.Join(s.Labels(nil, netip.MustParseAddr(addr)), ","); got != want {
					t.Errorf("%s has the labels %q, want %q", addr, got, want)
				}
			}
		})
	}
}

func TestLabelsAppends(t *testing.T) {
	s := load(t, "a:"+file(t, "10.0.0.0/8"))
	dst := make([]string, 1, 8)
	dst[0] = "x"
	in, out := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("192.0.2.1")
	if got := s.Labels(dst, in); !slices.Equal(got, []string{"x", "a"}) {
		t.Errorf("got %q", got)
	}
	if got := s.Labels(dst, netip.Addr{}); !slices.Equal(got, []string{"x"}) {
		t.Errorf("the zero Addr has the labels %q", got[1:])
	}
	if n := testing.AllocsPerRun(100, func() { s.Labels(dst, in); s.Labels(dst, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLoadFailsClosed(t *testing.T) {
	good := file(t, "10.0.0.0/8\n")
	for _, tc := range []struct{ name, spec, want string }{
		{"no colon", "internal", "NAME:FILE"},
		{"no name", ":" + good, "NAME:FILE"},
		{"no file", "internal:", "NAME:FILE"},
		{"missing file", "internal:" + good + ".not", "subnets.not"},
		{"directory", "internal:" + filepath.Dir(good), "directory"},
		{"bad line", "internal:" + file(t, "# first\n\n10.0.0.0/33\n"), "subnets:3: \"10.0.0.0/33\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Load([]string{"ok:" + good, tc.spec})
			if err == nil || s != nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, %v; want an error with %q", s, err, tc.want)
			}
		})
	}
}

func TestReadPrefixes(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"comments and blanks", "# all\n\n 10.0.0.0/8 # ten\n\t2001:db8::/32#doc\n", "10.0.0.0/8 2001:db8::/32"},
		{"CRLF and byte order mark", "\ufeff10.0.0.0/8\r\n# x\r\n192.0.2.1\r\n", "10.0.0.0/8 192.0.2.1/32"},
		{"no newline at the end", "10.0.0.0/8", "10.0.0.0/8"},
		{"bare addresses", "10.1.2.3\n2001:db8::1", "10.1.2.3/32 2001:db8::1/128"},
		{"host bits", "10.1.2.3/8\n2001:db8::1/32", "10.0.0.0/8 2001:db8::/32"},
		{"nothing", "", ""},
		{"two in a line", "10.0.0.0/8 11.0.0.0/8", "error f:1"},
		{"three bytes", "\n10.0.0/8", "error f:2"},
		{"octal", "010.0.0.0/8", "error f:1"},
		{"negative length", "10.0.0.0/-1", "error f:1"},
		{"length beyond IPv6", "::/129", "error f:1"},
		{"netmask", "10.0.0.0/255.0.0.0", "error f:1"},
		{"zone in an address", "fe80::1%eth0", "error f:1"},
		{"half of it IPv4-mapped", "::ffff:0:0/90", "error f:1"},
		{"UTF-16", "\xff\xfe1\x000\x00", "error f:1"},
		{"endless line", "10.0.0.0/8\n" + strings.Repeat("1", 1<<20), "error f:2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := readPrefixes(strings.NewReader(tc.text), "f")
			if where, bad := strings.CutPrefix(tc.want, "error "); bad {
				if err == nil || !strings.HasPrefix(err.Error(), where+":") || got != nil {
					t.Errorf("got %v, %v; want an error at %s", got, err, where)
				}
				return
			}
			if err != nil || join(got) != tc.want {
				t.Errorf("got %s, %v; want %s", join(got), err, tc.want)
			}
		})
	}
}

func join(prefixes []netip.Prefix) string {
	var texts []string
	for _, p := range prefixes {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, " ")
}

// randomAddr has few different bytes, so that prefixes nest.
func randomAddr(rnd *rand.Rand, six bool) netip.Addr {
	var b [16]byte
	for i := range b {
		b[i] = []byte{0, 1, 0x7f, 0x80, 0xfe, 0xff}[rnd.IntN(6)]
	}
	if six {
		b[0] = 0x20
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom4([4]byte(b[:4]))
}

func TestLabelsAgainstNaive(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	names := []string{"z", "b", "a", "y", "c"}
	for range 200 {
		owners := make(map[netip.Prefix][]int)
		for range rnd.IntN(60) {
			a := randomAddr(rnd, rnd.IntN(2) == 0)
			p := netip.PrefixFrom(a, rnd.IntN(a.BitLen()+1)).Masked()
			owners[p] = append(owners[p], rnd.IntN(len(names)))
		}
		want := func(a netip.Addr) []string {
			var w []string
			for i, n := range names {
				for p, labels := range owners {
					if p.Contains(a) && slices.Contains(labels, i) {
						w = append(w, n)
						break
					}
				}
			}
			return w
		}
		probes := make([]netip.Addr, 0, 200)
		for p := range owners {
			probes = append(probes, p.Addr(), p.Addr().Prev(), p.Addr().Next())
		}
		for range 100 {
			probes = append(probes, randomAddr(rnd, rnd.IntN(2) == 0))
		}
		expect := make([][]string, len(probes))
		for i, a := range probes {
			expect[i] = want(a)
		}
		s := build(names, owners)
		for i, a := range probes {
			if got := s.Labels(nil, a); !slices.Equal(got, expect[i]) {
				t.Fatalf("%v has the labels %q, want %q of %v", a, got, expect[i], owners)
			}
		}
	}
}

func FuzzReadPrefixes(f *testing.F) {
	for _, s := range []string{
		"10.0.0.0/8\n# c\n\n2001:db8::/32 # d\r\n", "\ufeff192.0.2.1\n::1", "::ffff:10.0.0.0/104", "::ffff:0:0/90",
		"fe80::1%e", "10.0.0.0/33", "1.2.3.4/", "/", "#", "0.0.0.0/0\n::/0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		prefixes, err := readPrefixes(strings.NewReader(text), "f")
		if err != nil {
			if prefixes != nil || !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("%v, %v", prefixes, err)
			}
			return
		}
		again, err := readPrefixes(strings.NewReader(strings.ReplaceAll(join(prefixes), " ", "\n")), "f")
		if err != nil || !slices.Equal(again, prefixes) {
			t.Fatalf("%v became %v, %v", prefixes, again, err)
		}
		owners := make(map[netip.Prefix][]int)
		for _, p := range prefixes {
			owners[p] = []int{0}
		}
		s := build([]string{"l"}, owners)
		for _, p := range prefixes {
			if len(s.Labels(nil, p.Addr())) != 1 {
				t.Fatalf("%v has no label", p.Addr())
			}
		}
	})
}

func BenchmarkLabels(b *testing.B) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, size := range []struct {
		name     string
		prefixes int
	}{{"10", 10}, {"100000", 100_000}} {
		for _, six := range []bool{false, true} {
			owners := make(map[netip.Prefix][]int)
			addrs := make([]netip.Addr, 1024)
			for i := range size.prefixes {
				var raw [16]byte
				for j := range raw {
					raw[j] = byte(rnd.Uint32())
				}
				a := netip.AddrFrom16(raw)
				if !six {
					a = netip.AddrFrom4([4]byte(raw[:4]))
				}
				owners[netip.PrefixFrom(a, 8+rnd.IntN(a.BitLen()/2)).Masked()] = []int{rnd.IntN(4)}
				addrs[i%len(addrs)] = a
			}
			addrs = addrs[:min(len(addrs), size.prefixes)]
			s := build([]string{"a", "b", "c", "d"}, owners)
			family := map[bool]string{false: "IPv4", true: "IPv6"}[six]
			b.Run(family+"/"+size.name, func(b *testing.B) {
				b.ReportAllocs()
				dst := make([]string, 0, 8)
				for i := range b.N {
					dst = s.Labels(dst[:0], addrs[i%len(addrs)])
				}
			})
		}
	}
}
