package tunnel_test

import (
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/lookup"
	"joy/detect/threshold"
	"joy/detect/tunnel"
)

func findings(t *testing.T, names []string, kind string) []finding.Finding {
	d := tunnel.New(threshold.Default())
	for i, name := range names {
		f := flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.53", DP: 53, Pr: 17, At: float64(i), More: fmt.Sprintf(`"dns":[{"qn":%q,"qt":%q},{"rn":%q,"qt":"A","rc":0}]`, name, kind, name)}.Parse(t)
		d.Add(f, lookup.Append(nil, f))
	}
	return d.Findings()
}

// data makes a label of random bytes.
func data(n int, r *rand.Rand) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

func TestFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var names []string
	for range 100 {
		names = append(names, data(30, r)+".t.example.net", "www.example.org")
	}
	list := findings(t, names, "TXT")
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	f := list[0]
	if f.Kind != tunnel.Kind || f.Dst != "example.net" || f.Src != "10.0.0.1" || f.Score < 0.6 || f.Count != 100 {
		t.Errorf("%+v", f)
	}
	if f.Evidence[0].Value != "100" || f.Evidence[5] != (finding.Evidence{Name: "types", Value: "TXT 100"}) {
		t.Errorf("%+v", f.Evidence)
	}
}

// A tunnel straight to its server needs no domain, as dnscat2 does it.
func TestNoDomain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var names []string
	for range 100 {
		names = append(names, "dnscat."+data(20, r)+"."+data(10, r))
	}
	list := findings(t, names, "MX")
	if len(list) != 1 || list[0].Dst != "10.0.0.53" || !strings.HasPrefix(list[0].Title, "names that are in no domain, for 10.0.0.53 carry") {
		t.Errorf("%+v", list)
	}
}

func TestNotFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	repeat := func(n int, name func(i int) string) (list []string) {
		for i := range n {
			list = append(list, name(i))
		}
		return list
	}
	long := data(30, r)
	for name, names := range map[string][]string{
		"one long name, again and again": repeat(500, func(int) string { return long + ".example.net" }),
		"few long names":                 repeat(20, func(int) string { return data(30, r) + ".example.net" }),
		"many short names":               repeat(500, func(i int) string { return data(5, r) + ".example.net" }),
		"a black list by address":        repeat(500, func(i int) string { return fmt.Sprintf("%d.2.0.192.example.net", i%256) }),
		"services of a domain inside":    repeat(500, func(i int) string { return fmt.Sprintf("_ldap._tcp.site%d._sites.dc._msdcs.example.corp", i%10) }),
		"addresses":                      repeat(500, func(i int) string { return fmt.Sprintf("%d.2.0.192.in-addr.arpa", i) }),
		"a content network": repeat(500, func(i int) string {
			return fmt.Sprintf("rr%d---sn-4g5%s.example.net", i%5, string(rune('a'+i%20)))
		}),
	} {
		if list := findings(t, names, "A"); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
