// Package anonymize hides addresses and user names in records that are written
// already, as package anon does it in a run.
package anonymize

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"strconv"

	"joy/enrich/anon"
	"joy/feature"
	"joy/query/value"
	"joy/record"
)

// A Config says what to hide. Either may be nil.
type Config struct {
	Addresses *anon.Anonymizer
	Users     *anon.Users
}

// ErrHidden is given for a record whose addresses are pseudonyms already: what
// stands for an address would get a pseudonym of its own.
var ErrHidden = errors.New("its addresses are hidden already")

// An Anonymizer hides what must not be told in lines of flow files. It is used
// by one goroutine.
type Anonymizer struct {
	// Again hides what has been hidden, too.
	Again bool
	// Unknown counts members that no record of this joy has. They were searched as
	// text, and for bytes in hexadecimal.
	Unknown uint64

	h       *anon.Hider
	hiding  bool        // addresses; else h finds none
	users   *anon.Users // nil: names stay
	objects []map[string]record.Place
	tables  *tables

	rec     value.Record
	hidden  bool // it had pseudonyms
	out     []byte
	scratch []byte
}

// New returns one.
func New(c Config) *Anonymizer {
	hiding := c.Addresses != nil
	if !hiding {
		c.Addresses = anon.None()
	}
	return &Anonymizer{
		h: c.Addresses.Hider(), hiding: hiding, users: c.Users,
		objects: record.Places(), tables: newTables(),
	}
}

// Line hides what must not be told in a line. The result, which has no end of
// line, is valid until the next call.
func (a *Anonymizer) Line(line []byte) ([]byte, error) {
	if err := a.rec.Parse(line); err != nil {
		return nil, err
	}
	a.out, a.hidden = a.out[:0], false
	if a.rec.Get("sa").Kind() != value.String {
		a.anything(line)
		return a.out, nil
	}
	a.record()
	if a.hidden = a.hidden || a.hiding && (isToken(a.rec.Get("sa")) || isToken(a.rec.Get("da"))); a.hidden && !a.Again {
		return nil, ErrHidden
	}
	return a.out, nil
}

// tokenSize is that of a token of package anon.
const tokenSize = 32

// isToken reports whether a token stands in the place of an address.
func isToken(v value.Value) bool {
	text := v.Text()
	if len(text) != tokenSize {
		return false
	}
	_, err := hex.AppendDecode(nil, text)
	return err == nil
}

// record writes the parsed record.
func (a *Anonymizer) record() {
	r := &a.rec
	g := gone{flow: a.hides(r.Get("sa")) || a.hides(r.Get("da")) || a.tunnels(r.Get("encap"))}
	g.out = a.holds(r.Get("idp_out"))
	g.in = a.holds(r.Get("idp_in"))
	g.hd = a.holds(r.Get("hd").Get("i")) || a.holds(r.Get("hd").Get("cv"))
	a.open('{')
	for i := range r.Members {
		m := &r.Members[i]
		switch place, ok := a.objects[0][string(m.Name)]; {
		case ok && (place.How == record.HowStage || isByHand(string(m.Name))):
			a.byHand(string(m.Name), m.Value, &g)
		case !g.leaves(string(m.Name)):
			a.member(m.Name, m.Value, place, ok, nil)
		}
	}
	a.close('}')
}

// gone is what a record may not tell.
type gone struct {
	flow, out, in, hd bool // what tells its address: identifiers, idp_out, idp_in, hd
}

// leaves reports whether a member that is seen to by hand, or one beside it, is
// left out.
func (g *gone) leaves(name string) bool {
	switch name {
	case "community_id":
		return g.flow
	case "idp_out", "idp_len_out":
		return g.out
	case "idp_in", "idp_len_in":
		return g.in
	case "hd":
		return g.hd
	}
	return false
}

// isByHand tells members of which parts only are tagged anon:"stage", and the flow's
// identifier.
func isByHand(name string) bool {
	switch name {
	case "flow_id", "payload", "fingerprints", "fingerprints_in":
		return true
	}
	return false
}

// byHand writes a member that is tagged anon:"stage", or the flow's identifier.
func (a *Anonymizer) byHand(name string, v value.Value, g *gone) {
	if g.leaves(name) {
		return
	}
	switch name {
	case "sa", "da":
		a.name(name)
		a.addr(v)
	case "flow_id":
		a.name(name)
		a.flowID(v, g.flow)
	case "encap":
		a.name(name)
		a.list(v, a.tunnel)
	case "l2":
		a.unlessEmpty(name, func() { a.linkLayer(v, g.flow) })
	case "payload":
		a.unlessEmpty(name, func() { a.at(v, a.objects[0][name], nil) })
	case "fingerprints", "fingerprints_in":
		a.unlessEmpty(name, func() { a.fingerprints(v) })
	case "tcp", "ppi":
		a.name(name)
		a.withOptions(v)
	default: // idp, hd, community_id
		a.name(name)
		a.kept(v)
	}
}

// hides reports whether v is an address that must not appear.
func (a *Anonymizer) hides(v value.Value) bool {
	if v.Kind() != value.String {
		return false
	}
	ip, err := netip.ParseAddr(string(v.Text()))
	before := record.Addr{IP: ip}
	after := before
	a.h.Addr(&after)
	return err == nil && after != before
}

// tunnels reports whether an end of a tunnel must not appear.
func (a *Anonymizer) tunnels(list value.Value) bool {
	hidden := false
	for t := range list.Items() {
		hidden = hidden || a.hides(t.Get("src")) || a.hides(t.Get("dst"))
	}
	return hidden
}

// holds reports whether bytes in hexadecimal hold a hidden address.
func (a *Anonymizer) holds(v value.Value) bool {
	b, ok := a.digits(v)
	return ok && a.h.Bytes(b)
}

// digits reads bytes in hexadecimal; they are valid until the next call.
func (a *Anonymizer) digits(v value.Value) ([]byte, bool) {
	if v.Kind() != value.String {
		return nil, false
	}
	b, err := hex.AppendDecode(a.scratch[:0], v.Text())
	a.scratch = b[:0]
	return b, err == nil
}

func (a *Anonymizer) flowID(v value.Value, hidden bool) {
	id, err := strconv.ParseUint(string(v.Text()), 16, 64)
	switch {
	case !hidden:
		a.plain(v)
	case err != nil:
		a.out = append(a.out, `""`...)
	default:
		a.out = a.h.FlowID(record.FlowID(id)).AppendJSON(a.out)
	}
}

func (a *Anonymizer) tunnel(v value.Value) {
	a.object(v, func(name []byte, v value.Value) {
		a.quoted(name)
		if n := string(name); n == "src" || n == "dst" {
			a.addr(v)
		} else {
			a.plain(v)
		}
	})
}

// unlessEmpty writes a member, but not an object of which nothing is left.
func (a *Anonymizer) unlessEmpty(name string, write func()) {
	start := len(a.out)
	a.name(name)
	if write(); string(a.out[len(a.out)-2:]) == "{}" {
		a.out = a.out[:start]
	}
}

// linkLayer leaves MAC addresses out.
func (a *Anonymizer) linkLayer(v value.Value, hidden bool) {
	a.object(v, func(name []byte, v value.Value) {
		if n := string(name); hidden && (n == "smac" || n == "dmac") {
			return
		}
		a.quoted(name)
		a.plain(v)
	})
}

// fingerprints leaves those out that show a hidden address.
func (a *Anonymizer) fingerprints(v value.Value) {
	a.object(v, func(name []byte, v value.Value) {
		switch string(name) {
		case "tls":
			if v.Kind() == value.String && a.h.Shows(text(v)) {
				return
			}
		case "npf":
			a.shown(v)
			return
		}
		a.quoted(name)
		a.kept(v)
	})
}

// shown writes a list of fingerprints, without those that show a hidden address.
func (a *Anonymizer) shown(v value.Value) {
	start := len(a.out)
	a.name("npf")
	a.open('[')
	any := false
	for item := range v.Items() {
		if item.Kind() == value.String && a.h.Shows(text(item)) {
			continue
		}
		any = true
		a.comma()
		a.kept(item)
	}
	a.close(']')
	if !any {
		a.out = a.out[:start]
	}
}

// withOptions writes what has TCP options somewhere in it.
func (a *Anonymizer) withOptions(v value.Value) {
	if !bytes.Contains(v, []byte("data")) && bytes.IndexByte(v, '\\') < 0 { // no option shows its bytes, as is so mostly
		a.plain(v)
		return
	}
	switch v.Kind() {
	case value.Array:
		a.list(v, a.withOptions)
	case value.Object:
		a.object(v, func(name []byte, v value.Value) {
			a.quoted(name)
			if string(name) == "opts" {
				a.list(v, a.option)
			} else {
				a.withOptions(v)
			}
		})
	default:
		a.plain(v)
	}
}

// text returns the bytes that a string was made of.
func text(v value.Value) feature.Text {
	b := v.Text()
	for _, c := range b {
		if c >= 0x80 {
			return feature.OriginalBytes(string(b))
		}
	}
	return b
}
