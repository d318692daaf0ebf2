package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"joy/audit/algorithm"
	"joy/audit/policy"
	"joy/audit/suite"
	"joy/proto/tls"
)

func open(t *testing.T, name string) *policy.Policy {
	t.Helper()
	p, err := policy.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func opened(t *testing.T, names ...string) (list []*policy.Policy) {
	t.Helper()
	for _, name := range names {
		list = append(list, open(t, name))
	}
	return list
}

func suiteThing(t *testing.T, name string) policy.Thing {
	t.Helper()
	s, ok := suite.Parse(name)
	if !ok {
		t.Fatalf("%s is no suite", name)
	}
	return policy.Thing{About: policy.TLSSuite, Name: name, Known: true, Parts: algorithm.Parts{
		Kex: s.Kex, Auth: s.Auth, Cipher: s.Cipher, Mode: s.Mode, MAC: s.MAC, Hash: s.Hash, Bits: s.Bits,
	}}
}

func TestShippedRead(t *testing.T) {
	names := policy.Shipped()
	if len(names) < 8 {
		t.Fatalf("only %v", names)
	}
	for _, name := range names {
		if p := open(t, name); p.Name != name || !strings.HasPrefix(p.Source, "http") && name != "joy" {
			t.Errorf("%s: calls itself %q, of %q", name, p.Name, p.Source)
		}
	}
}

// things are all things of a kind that tables have, in the sizes that matter.
func things(about string) (list []policy.Thing) {
	add := func(name string, p algorithm.Parts, ok bool) {
		if !ok {
			return
		}
		sizes := []int{p.Bits}
		if p.Bits == 0 {
			sizes = []int{512, 1024, 2048, 3072, 4096}
		}
		for _, size := range sizes {
			p.Bits = size
			list = append(list, policy.Thing{About: about, Name: name, Known: true, Parts: p})
		}
	}
	switch about {
	case policy.TLSSuite:
		for _, s := range suite.All() {
			list = append(list, policy.Thing{About: about, Name: s.Name, Known: true, Parts: algorithm.Parts{
				Kex: s.Kex, Auth: s.Auth, Cipher: s.Cipher, Mode: s.Mode, MAC: s.MAC, Hash: s.Hash, Bits: s.Bits,
			}})
		}
	case policy.CertLifetime:
		for _, days := range []int{1, 90, 91, 366, 367, 398, 825, 1096, 1097, 3650} {
			add("days", algorithm.Parts{Bits: days}, true)
		}
	default:
		for _, name := range policy.Names(about) {
			p, ok := policy.Parts(about, name)
			add(name, p, ok)
		}
	}
	return list
}

// days are days between the dates that policies name.
var days = []float64{0, 1.4e9, 1.7e9, 1.796e9, 1.9e9, 1.96e9, 2.1e9}

// TestEveryThingHasAClass wants each policy to give everything of the kinds that
// it is about one level, and each rule to decide about something.
func TestEveryThingHasAClass(t *testing.T) {
	for _, name := range policy.Shipped() {
		p := open(t, name)
		if p.Joy() != nil {
			continue
		}
		used := make(map[string]bool)
		for _, about := range policy.KindNames() {
			if !p.Covers(about) {
				continue
			}
			list := things(about)
			if len(list) == 0 {
				t.Fatalf("no table of %s", about)
			}
			for i := range list {
				for _, at := range days {
					level, rule := p.Judge(&list[i], at)
					if rule == nil || level == policy.Unknown {
						t.Errorf("%s has no rule for %s %s (%d)", name, about, list[i].Name, list[i].Bits)
						break
					}
					used[rule.ID] = true
				}
			}
		}
		for i := range p.Rules {
			if r := &p.Rules[i]; !used[r.ID] {
				t.Errorf("%s: rule %s decides about nothing: %s", name, r.ID, r.Conditions())
			}
		}
	}
}

// TestSuitesByPolicy writes down what policies say of suites that people ask
// about, at the time of a flow of 2026.
func TestSuitesByPolicy(t *testing.T) {
	const now = 1.796e9
	policies := opened(t, "ietf", "nist-800-52r2", "bsi-tr-02102", "mozilla-modern", "mozilla-intermediate", "fips-140-3")
	for suiteName, want := range map[string]string{
		"TLS_AES_128_GCM_SHA256":                        "recommended recommended recommended recommended recommended acceptable",
		"TLS_CHACHA20_POLY1305_SHA256":                  "recommended avoid legacy recommended recommended avoid",
		"TLS_SHA256_SHA256":                             "avoid avoid avoid avoid avoid avoid",
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256":         "recommended recommended recommended avoid recommended acceptable",
		"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "recommended avoid legacy avoid recommended avoid",
		"TLS_ECDHE_ECDSA_WITH_AES_128_CCM":              "recommended recommended recommended avoid avoid acceptable",
		"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA":            "legacy acceptable legacy avoid avoid acceptable",
		"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256":         "legacy acceptable acceptable avoid avoid acceptable",
		"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256":           "acceptable recommended acceptable avoid recommended acceptable",
		"TLS_RSA_WITH_AES_128_GCM_SHA256":               "legacy avoid avoid avoid avoid avoid",
		"TLS_RSA_WITH_3DES_EDE_CBC_SHA":                 "legacy avoid avoid avoid avoid avoid",
		"TLS_RSA_WITH_RC4_128_MD5":                      "avoid avoid avoid avoid avoid avoid",
		"TLS_DH_anon_WITH_AES_128_GCM_SHA256":           "avoid avoid avoid avoid avoid avoid",
		"TLS_RSA_EXPORT_WITH_DES40_CBC_SHA":             "avoid avoid avoid avoid avoid avoid",
		"TLS_PSK_WITH_AES_128_GCM_SHA256":               "legacy legacy legacy avoid avoid acceptable",
	} {
		var got []string
		th := suiteThing(t, suiteName)
		for _, p := range policies {
			level, _ := p.Judge(&th, now)
			got = append(got, level.String())
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s:\n got %s\nwant %s", suiteName, g, want)
		}
	}
}

func TestGroupsByPolicy(t *testing.T) {
	policies := opened(t, "ietf", "nist-800-52r2", "bsi-tr-02102", "mozilla-modern", "fips-140-3", "post-quantum")
	for group, want := range map[tls.Group]string{
		0x001d: "recommended legacy legacy recommended avoid avoid",
		0x0017: "recommended recommended recommended recommended acceptable avoid",
		0x0019: "recommended recommended recommended avoid acceptable avoid",
		0x0100: "acceptable acceptable legacy avoid acceptable avoid",
		0x0015: "recommended recommended legacy avoid acceptable avoid",
		0x0013: "avoid avoid avoid avoid avoid avoid",
		0x001a: "acceptable acceptable recommended avoid avoid avoid",
		0x11ec: "recommended acceptable recommended acceptable acceptable recommended",
		0x0202: "acceptable acceptable legacy avoid acceptable acceptable",
		0x6399: "legacy avoid legacy avoid avoid legacy",
	} {
		parts, ok := algorithm.Group(group.Name())
		if !ok {
			t.Fatal(group.Name())
		}
		var got []string
		for _, p := range policies {
			level, _ := p.Judge(&policy.Thing{About: policy.TLSGroup, Name: group.Name(), Known: true, Parts: parts}, 1.796e9)
			got = append(got, level.String())
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s:\n got %s\nwant %s", group.Name(), g, want)
		}
	}
}

// TestUnknownIsNeverGood gives all policies what no table knows.
func TestUnknownIsNeverGood(t *testing.T) {
	for _, name := range policy.Shipped() {
		p := open(t, name)
		for _, about := range policy.KindNames() {
			want := policy.Unknown
			if !p.Covers(about) {
				want = policy.NotJudged
			}
			if got, rule := p.Judge(&policy.Thing{About: about, Name: "?"}, 1.796e9); got != want || rule != nil {
				t.Errorf("%s: %s: %s", name, about, got)
			}
		}
	}
}

func ExamplePolicy_Judge() {
	p, _ := policy.Open("bsi-tr-02102")
	dhe, _ := suite.Parse("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")
	t := policy.Thing{About: policy.TLSSuite, Name: dhe.Name, Known: true, Parts: algorithm.Parts{
		Kex: dhe.Kex, Auth: dhe.Auth, Cipher: dhe.Cipher, Mode: dhe.Mode, MAC: dhe.MAC, Hash: dhe.Hash, Bits: dhe.Bits,
	}}
	for _, at := range []float64{1796083200, 1893456000} { // in 2026, and on the first day of 2030
		level, rule := p.Judge(&t, at)
		fmt.Println(level, rule.ID)
	}
	// Output:
	// acceptable suite-dhe
	// legacy suite-dhe-then
}
