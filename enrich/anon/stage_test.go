package anon

import (
	"net/netip"
	"testing"

	"joy/record"
)

// last is a Writer that keeps the record.
type last struct{ r *record.Record }

func (l *last) Write(r *record.Record) error {
	l.r = r
	return nil
}

// TestNoEmptyObjects: where all that an object tells must be hidden, there is no
// object; else it stays.
func TestNoEmptyObjects(t *testing.T) {
	mac := record.MAC{2, 0, 0, 0, 0, 1}
	for _, tc := range []struct {
		name, source      string
		payload           *record.Payload
		l2                *record.L2
		hasPayload, hasL2 bool
	}{
		{"all hidden", "10.1.2.3", &record.Payload{Out: record.Hex("to 10.1.2.3")}, &record.L2{SMAC: mac, DMAC: mac}, false, false},
		{"a part", "10.1.2.3", &record.Payload{Out: record.Hex("to 10.1.2.3"), In: record.Hex("hello")}, &record.L2{SMAC: mac, VLANIn: []uint16{7}}, true, true},
		{"nothing", "192.0.2.1", &record.Payload{Out: record.Hex("hello")}, &record.L2{SMAC: mac}, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var l last
			r := &record.Record{Payload: tc.payload, L2: tc.l2}
			r.SA.IP = netip.MustParseAddr(tc.source)
			r.DA.IP = netip.MustParseAddr("192.0.2.2")
			if err := anonymizer(t, Joy, "10.0.0.0/8").Stage(&l).Write(r); err != nil {
				t.Fatal(err)
			}
			if (l.r.Payload != nil) != tc.hasPayload || (l.r.L2 != nil) != tc.hasL2 {
				t.Errorf("payload %v, l2 %v", l.r.Payload, l.r.L2)
			}
		})
	}
}
