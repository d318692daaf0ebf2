package fingerprints

import (
	"testing"

	"joy/fingerprint/npf"
	"joy/proto/dhcp"
	"joy/proto/smtp"
	"joy/proto/stun"
	"joy/proto/tls"
	"joy/record"
)

// Fuzz: whatever a message holds that is read here and not by a parser, what
// comes out can be read again.
func Fuzz(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x08\x21\x12\xa4\x42cookieandmor\x80\x37\x00\x03abc\x00"))
	f.Add([]byte("\x35\x01\x03\x00\x3d\x02ab\x37\x02\x01\x03\xff"))
	f.Add([]byte("250-mx\n250-SIZE 9\n250 HELP\n"))
	f.Add([]byte("\x04\x01\x00\x40\x1b\x00\xc0\x00\x00\x00\x00\x00\x00\x3a\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, r := range []record.Record{
			{HasIn: true, STUN: &stun.Info{In: &stun.Side{Request: b}}},
			{DHCP: dhcp.Info{{Field: b}, {Field: b}}},
			{SMTP: &smtp.Info{Srv: &smtp.Server{Answer: b}}},
			{TLS: &tls.Info{JA3: []byte("seen whole"), CExtensions: []tls.Extension{{Type: extQUIC, Data: b}, {Type: extGroups, Data: b}, {Type: extVersions, Data: b}}}},
		} {
			w := Stage(none{})
			if err := w.Write(&r); err != nil {
				t.Fatal(err)
			}
			for _, side := range []*record.Fingerprints{r.Fingerprints, r.FingerprintsIn} {
				if side == nil {
					continue
				}
				for _, s := range side.NPF {
					if _, err := npf.Parse(string(s)); err != nil {
						t.Errorf("%s: %v", s, err)
					}
				}
			}
		}
	})
}
