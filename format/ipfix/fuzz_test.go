package ipfix

import (
	"math/rand/v2"
	"testing"

	"joy/feature"
	"joy/record"
)

// FuzzRecord exports arbitrary records. What comes out is read by goflow2 to the
// last byte, and is what was wanted where the message had room for it.
func FuzzRecord(f *testing.F) {
	f.Add(uint64(1), uint8(0), 65535, "", []byte(nil))
	f.Add(uint64(2), uint8(1), 1232, "www.example.com", []byte("\x16\x03\x01"))
	f.Add(uint64(3), uint8(2), 1420, "\xff\xfe\uf700", make([]byte, 1500))
	f.Add(uint64(4), uint8(2), 2000, "😀", make([]byte, 300))
	f.Fuzz(func(t *testing.T, seed uint64, tmpl uint8, mtu int, text string, octets []byte) {
		c := Config{Template: Template(tmpl % 3), MTU: minMTU + int(uint(mtu)%(maxMTU-minMTU+1))}
		r := random(rand.New(rand.NewPCG(seed, 1)))
		r.TimeStart, r.TimeEnd = r.TimeStart%2e18, r.TimeEnd%2e18
		r.CommunityID, r.IDPOut, r.AppBy = record.Text(text), octets, text
		if r.TLS != nil {
			r.TLS.SNI = append(r.TLS.SNI, feature.Text(text), octets)
		}
		list, cuts := messages(t, c, r)
		col := newCollector(t)
		for _, m := range list {
			col.read(m)
			if len(m) > c.MTU {
				t.Errorf("%d bytes in a message of at most %d", len(m), c.MTU)
			}
		}
		if len(col.rows) != 1 {
			t.Fatalf("%d rows", len(col.rows))
		}
		if want := wanted(c.Template, r); cuts == 0 {
			compare(t, col.rows[0], want)
		} else if len(col.rows[0]) < len(want) {
			t.Errorf("%d of %d elements", len(col.rows[0]), len(want))
		}
	})
}
