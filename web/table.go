package web

import (
	"errors"
	"io"
	"net/netip"

	"joy/query/flow"
	"joy/query/value"
)

// A row is what is kept in memory of a flow: where its line is, and what flows are
// sorted by and added up by.
type row struct {
	offset     int64
	length     uint32
	start, end int64 // nanoseconds since 1970
	bytes      uint64
	packets    uint64
	src, dst   netip.Addr
	sp, dp     uint16
	app, name  uint32 // numbers in the dictionaries
	pr         uint8
	ports      bool
}

// A table holds the rows of a file, whose lines stay on disk.
type table struct {
	lines io.ReaderAt
	rows  []row
	apps  dictionary
	names dictionary
	first int64 // time of the first packet; of no flow: 0
	last  int64
	flow  flow.Flow // reused

	bad int // lines that could not be read
}

// add takes a line, which lies at offset. It is no error if it is no flow.
func (x *table) add(offset int64, line []byte) error {
	f := &x.flow
	if err := f.Parse(line); err != nil {
		if errors.Is(err, flow.ErrNoFlow) {
			return nil
		}
		return err
	}
	x.rows = append(x.rows, row{
		offset: offset, length: uint32(len(line)), start: f.Start, end: max(f.End, f.Start),
		bytes: f.BytesOut + f.BytesIn, packets: f.PktsOut + f.PktsIn,
		src: f.Src, dst: f.Dst, sp: f.SP, dp: f.DP, pr: f.Pr, ports: f.HasPorts,
		app: x.apps.number(f.App()), name: x.names.number(hostName(&f.Rest)),
	})
	if len(x.rows) == 1 || f.Start < x.first {
		x.first = f.Start
	}
	x.last = max(x.last, f.End)
	return nil
}

// line reads the line of a row into buf, which grows.
func (x *table) line(n int, buf []byte) ([]byte, error) {
	r := &x.rows[n]
	if cap(buf) < int(r.length) {
		buf = make([]byte, r.length)
	}
	buf = buf[:r.length]
	if _, err := x.lines.ReadAt(buf, r.offset); err != nil {
		return nil, err
	}
	return buf, nil
}

// A dictionary gives texts numbers, 0 to the empty one and to those for which
// there is no room.
type dictionary struct {
	texts   []string
	numbers map[string]uint32
	size    int
	left    int // texts without a number
}

// maxDictionary bounds the bytes of a dictionary.
const maxDictionary = 32 << 20

func (d *dictionary) number(text []byte) uint32 {
	if len(text) == 0 {
		return 0
	}
	if n, ok := d.numbers[string(text)]; ok {
		return n
	}
	const overhead = 64
	if d.size+len(text)+overhead > maxDictionary {
		d.left++
		return 0
	}
	d.size += len(text) + overhead
	if d.numbers == nil {
		d.numbers, d.texts = map[string]uint32{}, []string{""}
	}
	n := uint32(len(d.texts))
	d.texts = append(d.texts, string(text))
	d.numbers[d.texts[n]] = n
	return n
}

func (d *dictionary) text(n uint32) string {
	if int(n) >= len(d.texts) {
		return ""
	}
	return d.texts[n]
}

// hostName is the name by which the flow's client asked for something: of TLS, of
// HTTP, or the question of DNS.
func hostName(r *value.Record) []byte {
	for v := range r.Get("tls").Get("sni").Items() {
		return v.Text()
	}
	for message := range r.Get("http").Items() {
		for _, side := range []string{"out", "in"} {
			for header := range message.Get(side).Items() {
				if v := header.Get("Host"); v != nil {
					return v.Text()
				}
			}
		}
	}
	for message := range r.Get("dns").Items() {
		if v := message.Get("qn"); v != nil {
			return v.Text()
		}
	}
	return nil
}
