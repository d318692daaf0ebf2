package certificate_test

import (
	"fmt"
	"testing"

	"joy/detect/certificate"
	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/network"
	"joy/detect/threshold"
)

// tls is a record of TLS with a certificate.
func tls(issuer, subject, from, to string) string {
	return fmt.Sprintf(`"tls":{"sni":["www.example.org"],"s_version":5,"s_cert":[{"version":2,"issuer":[{"commonName":%q}],"subject":[{"commonName":%q}],`+
		`"validity_not_before":%q,"validity_not_after":%q}]}`, issuer, subject, from, to)
}

func findings(t *testing.T, f flowtest.Flow) []finding.Finding {
	d := certificate.New(threshold.Default(), network.New(nil))
	f.SA, f.App = "10.0.0.1", "tls"
	if f.DA == "" {
		f.DA = "198.51.100.2"
	}
	if err := d.Add(f.Parse(t)); err != nil {
		t.Error(err)
	}
	return d.Findings()
}

// Flows begin on 2026-01-01.
const (
	old   = "Jan  1 00:00:00 2025 GMT"
	now   = "Jan  1 00:00:00 2026 GMT"
	young = "Jan  1 00:00:00 2027 GMT"
)

func TestFound(t *testing.T) {
	for name, c := range map[string]struct {
		more  string
		kind  string
		title string
	}{
		"expired":     {tls("CA", "x", old, "Dec 31 12:00:00 2025 GMT"), certificate.Dates, "the certificate of 198.51.100.2 port 443 (x) is 12 hours too old"},
		"not yet":     {tls("CA", "x", "Jan  1 05:00:00 2026 GMT", young), certificate.Dates, "the certificate of 198.51.100.2 port 443 (x) is not valid for another 5 hours"},
		"self-signed": {tls("x", "x", old, young), certificate.SelfSigned, "198.51.100.2 port 443, outside, has signed its certificate itself (x)"},
	} {
		list := findings(t, flowtest.Flow{DP: 443, More: c.more})
		if len(list) != 1 || list[0].Kind != c.kind || list[0].Title != c.title || list[0].Score <= 0.5 || list[0].Src != "10.0.0.1" {
			t.Errorf("%s: %+v", name, list)
		}
	}
	if list := findings(t, flowtest.Flow{DA: "10.0.0.2", DP: 443, More: tls("x", "x", old, young)}); len(list) != 1 || list[0].Score != 0.6 {
		t.Errorf("inside: %+v", list)
	}
	if list := findings(t, flowtest.Flow{DP: 443, More: tls("x", "x", old, now)}); len(list) != 1 {
		t.Errorf("half an hour is a clock that is wrong: %+v", list)
	}
}

func TestNotFound(t *testing.T) {
	for name, f := range map[string]flowtest.Flow{
		"valid":        {DP: 443, More: tls("CA", "x", old, young)},
		"just over":    {DP: 443, At: 1800, More: tls("CA", "x", old, now)},
		"between mail": {DP: 25, More: tls("x", "x", old, now)},
		"TLS 1.3":      {DP: 443, More: `"tls":{"s_version":6}`},
		"no dates":     {DP: 443, More: tls("CA", "x", "", "")},
	} {
		if list := findings(t, f); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
