package ipfix

import (
	"net"
	"testing"

	"joy/record"
)

// BenchmarkEncode is the cost of a data record alone.
func BenchmarkEncode(b *testing.B) {
	many := everything()
	for range 97 {
		many.Packets = append(many.Packets, record.Length{B: 1400, Dir: '<', IPT: 3})
	}
	for _, c := range []struct {
		name string
		t    Template
		r    *record.Record
	}{
		{"simple", Simple, bi()}, {"full", Full, bi()}, {"everything", Full, many},
	} {
		b.Run(c.name, func(b *testing.B) {
			config, err := Config{Network: "udp", RemoteHost: "::1", RemotePort: 1, Template: c.t, MTU: 3000, Clock: clock}.withDefaults()
			if err != nil {
				b.Fatal(err)
			}
			enc := newEncoder(&config)
			b.ReportAllocs()
			for b.Loop() {
				if _, data, _, _ := enc.encode(c.r); len(data) > 0 {
					b.SetBytes(int64(len(data)))
				}
			}
		})
	}
}

// BenchmarkExport is the whole way to a socket that drops what it is given.
func BenchmarkExport(b *testing.B) {
	for _, c := range []struct {
		name string
		t    Template
		r    *record.Record
	}{{"simple", Simple, bi()}, {"full", Full, bi()}, {"everything", Full, everything()}} {
		b.Run(c.name, func(b *testing.B) {
			conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			x := open(b, Config{Template: c.t, Wait: true}, conn.LocalAddr())
			w := x.Stage(&nowhere{})
			b.ReportAllocs()
			for b.Loop() {
				w.Write(c.r)
			}
			x.Close()
			s := x.Stats()
			if s.Lost() > 0 {
				b.Errorf("%+v", s)
			}
			b.ReportMetric(float64(s.Records)/float64(s.Messages), "records/message")
		})
	}
}
