package domain_test

import (
	"bytes"
	"strings"
	"testing"

	"joy/detect/domain"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"www.Example.org":                         "example.org own=example below=www",
		"a.b.example.co.uk":                       "example.co.uk own=example below=a|b",
		"example.com":                             "example.com own=example below=",
		"dnscat.0a1b.2c3d":                        " own= below=dnscat|0a1b|2c3d",
		`x\.y.example.com`:                        "example.com own=example below=x.y",
		`\195\164b.T.Example.net`:                 "example.net own=example below=\xc3\xa4b|t",
		strings.Repeat("a.", 100) + "example.net": "example.net own=example below=" + strings.TrimSuffix(strings.Repeat("a|", 100), "|"),
	} {
		n, ok := domain.Parse([]byte(text))
		got := n.Registered + " own=" + string(n.Own) + " below=" + string(bytes.Join(n.Below, []byte("|")))
		if !ok || got != want {
			t.Errorf("%s: %v %s", text, ok, got)
		}
	}
}

func TestNone(t *testing.T) {
	for _, text := range []string{
		"", ".", "localhost", "com", "co.uk", "printer.local", "4.3.2.1.in-addr.arpa", "a..", strings.Repeat("a.", 200) + "example.net",
		strings.Repeat("x", 2000) + ".example.net",
	} {
		if n, ok := domain.Parse([]byte(text)); ok {
			t.Errorf("%q: %+v", text, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"www.example.org", `a\.b\001\.c.example.co.uk`, "..", `\`, `\9`, `\999.com`, "xn--p1ai", ".example.com"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, name []byte) {
		n, ok := domain.Parse(name)
		if !ok {
			return
		}
		if len(n.Below) > 128 || (n.Registered == "") != (n.Own == nil) {
			t.Errorf("%q: %+v", name, n)
		}
		total := len(n.Own)
		for _, l := range n.Below {
			total += len(l)
		}
		if total > len(name) {
			t.Errorf("%q: %+v is longer", name, n)
		}
	})
}
