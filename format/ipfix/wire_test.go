package ipfix

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/netflow"

	"joy/feature"
	"joy/telemetry/element"
)

// A row is a data record as an independent decoder reads it: values by the
// names of their elements, those of a list in brackets.
type row map[string]string

// A collector reads messages with goflow2.
type collector struct {
	t         testing.TB
	templates netflow.NetFlowTemplateSystem
	next      uint32 // sequence number
	rows      []row
	sets      int
}

func newCollector(t testing.TB) *collector {
	return &collector{t: t, templates: netflow.CreateTemplateSystem()}
}

// read takes a message, and wants every byte of it to make sense.
func (c *collector) read(b []byte) {
	c.t.Helper()
	var p netflow.IPFIXPacket
	if len(b) < headerSize || binary.BigEndian.Uint16(b) != version || int(binary.BigEndian.Uint16(b[2:])) != len(b) {
		c.t.Fatalf("no message of %d bytes: %x", len(b), b)
	}
	rest := bytes.NewBuffer(b[2:])
	if err := netflow.DecodeMessageIPFIX(rest, c.templates, &p); err != nil {
		c.t.Fatalf("%v in %x", err, b)
	}
	if rest.Len() > 0 {
		c.t.Fatalf("%d bytes are left of %x", rest.Len(), b)
	}
	if p.SequenceNumber != c.next {
		c.t.Errorf("sequence number %d, want %d", p.SequenceNumber, c.next)
	}
	for _, set := range p.FlowSets {
		c.sets++
		switch set := set.(type) {
		case netflow.TemplateFlowSet:
			c.checkTemplate(set)
		case netflow.DataFlowSet:
			for _, r := range set.Records {
				c.rows = append(c.rows, c.row(r.Values))
				c.next++
			}
		default:
			c.t.Fatalf("a set of type %T", set)
		}
	}
}

// checkTemplate wants elements that are known, in their size.
func (c *collector) checkTemplate(set netflow.TemplateFlowSet) {
	c.t.Helper()
	for _, r := range set.Records {
		if len(r.Fields) == 0 || r.TemplateId < firstID {
			c.t.Errorf("template %d of %d fields", r.TemplateId, len(r.Fields))
		}
		for _, f := range r.Fields {
			if e := c.lookup(f.Pen, f.Type); f.Length != e.Type.Size() {
				c.t.Errorf("%s has %d bytes in the template", e.Name, f.Length)
			}
		}
	}
}

func (c *collector) lookup(pen uint32, number uint16) element.Element {
	c.t.Helper()
	e, ok := element.Lookup(element.Make(pen, number&0x7fff))
	if !ok {
		c.t.Fatalf("no element %d/%d", pen, number)
	}
	return e
}

func (c *collector) row(values []netflow.DataField) row {
	c.t.Helper()
	r := row{}
	for _, v := range values {
		e := c.lookup(v.Pen, v.Type)
		b, _ := v.Value.([]byte)
		name, value := e.Name, show(e, b)
		if e.Type == element.BasicList {
			name, value = c.list(b)
		}
		if _, twice := r[name]; twice {
			c.t.Errorf("%s is there twice", name)
		}
		r[name] = value
	}
	return r
}

// list reads a basicList.
func (c *collector) list(b []byte) (name, value string) {
	c.t.Helper()
	if len(b) < 5 || b[0] != ordered {
		c.t.Fatalf("no list: %x", b)
	}
	number, size, pen := binary.BigEndian.Uint16(b[1:]), int(binary.BigEndian.Uint16(b[3:])), uint32(0)
	if b = b[5:]; number&0x8000 != 0 {
		pen, b = binary.BigEndian.Uint32(b), b[4:]
	}
	e := c.lookup(pen, number)
	var all []string
	for len(b) > 0 {
		n := size
		if size == element.Variable {
			n, b = int(b[0]), b[1:]
			if n == 255 {
				n, b = int(binary.BigEndian.Uint16(b)), b[2:]
			}
		}
		all, b = append(all, show(e, b[:n])), b[n:]
	}
	return "[" + e.Name + "]", fmt.Sprintf("%q", all)
}

// show is a value as text.
func show(e element.Element, b []byte) string {
	if size := e.Type.Size(); size != element.Variable && len(b) > int(size) {
		return fmt.Sprintf("%d bytes for %s", len(b), e.Type)
	}
	switch e.Type {
	case element.String:
		if !bytes.Equal(b, []byte(strings.ToValidUTF8(string(b), "?"))) {
			return fmt.Sprintf("not UTF-8: %x", b)
		}
		return string(feature.OriginalBytes(string(b)))
	case element.OctetArray, element.MACAddress:
		return fmt.Sprintf("%x", b)
	case element.IPv4Address, element.IPv6Address:
		a, _ := netip.AddrFromSlice(b)
		return a.String()
	case element.Float64:
		return fmt.Sprintf("%x", math.Float64frombits(binary.BigEndian.Uint64(b)))
	case element.DateTimeNanoseconds:
		return fmt.Sprint(fromNTP(b))
	}
	n := uint64(0)
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return fmt.Sprint(n)
}

// fromNTP is nanoseconds since 1970, of a time after that and before 2036.
func fromNTP(b []byte) int64 {
	epoch := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	s, f := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
	return (int64(s)+epoch)*1e9 + int64(f*1e9>>32)
}
