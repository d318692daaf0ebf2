package anonymize

import (
	"bytes"
	"encoding/hex"
	"net/netip"

	"joy/feature"
	"joy/query/value"
	"joy/record"
)

// What follows writes to a.out. A comma goes before what is not the first: the
// byte before it tells.

func (a *Anonymizer) comma() {
	if n := len(a.out); n > 0 {
		switch a.out[n-1] {
		case '{', '[', ':':
		default:
			a.out = append(a.out, ',')
		}
	}
}

func (a *Anonymizer) open(bracket byte)  { a.out = append(a.out, bracket) }
func (a *Anonymizer) close(bracket byte) { a.out = append(a.out, bracket) }

// name writes the name of a member.
func (a *Anonymizer) name(name string) { a.quoted([]byte(name)) }

func (a *Anonymizer) quoted(name []byte) {
	a.comma()
	a.out = append(feature.AppendString(a.out, name), ':')
}

// list writes the elements of an array; anything else is searched.
func (a *Anonymizer) list(v value.Value, element func(value.Value)) {
	if v.Kind() != value.Array {
		a.anything(v)
		return
	}
	a.open('[')
	for item := range v.Items() {
		a.comma()
		element(item)
	}
	a.close(']')
}

// object writes an object, of which member writes members or leaves them out; anything
// else is searched.
func (a *Anonymizer) object(v value.Value, member func(name []byte, v value.Value)) {
	if v.Kind() != value.Object {
		a.anything(v)
		return
	}
	a.open('{')
	for name, v := range v.Members() {
		member(name, v)
	}
	a.close('}')
}

// member writes a member of an object that has the place, if that is known.
func (a *Anonymizer) member(name []byte, v value.Value, place record.Place, known bool, parent value.Value) {
	if !known {
		a.Unknown++
		a.quoted(a.h.Text(name))
		a.anything(v)
		return
	}
	start := len(a.out)
	a.quoted(name)
	if !a.at(v, place, parent) && place.Omit {
		a.out = a.out[:start]
	}
}

// at writes the value at a place, and reports whether anything may be told of it;
// if not, it writes what is empty.
func (a *Anonymizer) at(v value.Value, place record.Place, parent value.Value) bool {
	kind := v.Kind()
	switch how := place.How; {
	case how == record.HowPlain, kind != value.String && kind != value.Array && kind != value.Object:
		a.plain(v)
	case how == record.HowKept || how == record.HowStage:
		a.kept(v)
	case how == record.HowBytes:
		return a.bytes(v)
	case how == record.HowOwn:
		return a.own(v, place, parent)
	case kind == value.Array:
		a.list(v, func(item value.Value) { a.at(item, place, parent) })
	case kind == value.Object && how == record.HowObject:
		a.known(v, a.objects[place.Object])
	case kind != value.String || how == record.HowObject:
		a.anything(v)
	default:
		return a.string(v, how)
	}
	return true
}

// known writes an object whose members have places.
func (a *Anonymizer) known(v value.Value, places map[string]record.Place) {
	a.object(v, func(name []byte, m value.Value) {
		place, ok := places[string(name)]
		a.member(name, m, place, ok, v)
	})
}

// string writes a string, and reports whether it may be told.
func (a *Anonymizer) string(v value.Value, how record.How) bool {
	switch how {
	case record.HowAddr:
		a.addr(v)
	case record.HowText:
		a.text(v)
	case record.HowHex:
		return a.hex(v, a.h.Hex)
	case record.HowRandom:
		return a.hex(v, a.random)
	}
	return true
}

func (a *Anonymizer) random(b feature.Hex) feature.Hex { return feature.HideInRandom(a.h, b) }

// addr writes an address or its pseudonym.
func (a *Anonymizer) addr(v value.Value) {
	ip, err := netip.ParseAddr(string(v.Text()))
	switch {
	case isToken(v): // hidden already
		a.out = append(a.out, v...)
		return
	case err != nil || v.Kind() != value.String:
		a.anything(v)
		return
	}
	before := record.Addr{IP: ip}
	after := before
	if a.h.Addr(&after); after != before {
		a.out = after.AppendJSON(a.out)
	} else {
		a.out = append(a.out, v...)
	}
}

func (a *Anonymizer) text(v value.Value) {
	before := text(v)
	if after := a.h.Text(before); bytes.Equal(after, before) {
		a.out = append(a.out, v...)
	} else {
		a.out = after.AppendJSON(a.out)
	}
}

// hex writes bytes in hexadecimal, "" when hide says that they may not be told.
// What is not in hexadecimal is searched.
func (a *Anonymizer) hex(v value.Value, hide func(feature.Hex) feature.Hex) (told bool) {
	b, ok := a.digits(v)
	switch {
	case !ok:
		a.anything(v)
	case len(b) > 0 && hide(b) == nil:
		a.out = append(a.out, `""`...)
		return false
	default:
		a.out = append(a.out, v...)
	}
	return true
}

// bytes writes bytes that are a list of numbers.
func (a *Anonymizer) bytes(v value.Value) (told bool) {
	var list []byte
	for item := range v.Items() {
		n, ok := item.Num()
		if !ok || !n.IsInt || n.Int < 0 || n.Int > 255 {
			a.anything(v)
			return true
		}
		list = append(list, byte(n.Int))
	}
	if len(list) > 0 && a.h.Bytes(list) {
		a.out = append(a.out, "[]"...)
		return false
	}
	a.plain(v)
	return true
}

// shortest is the least length of a string that holds an IPv4 address.
const shortest = 7

// mayTell reports whether a string can hold an address: most are too short, and have
// none of the marks of IPv6.
func mayTell(s []byte) bool {
	return len(s) >= shortest || bytes.IndexByte(s, ':') >= 0 || bytes.IndexByte(s, '-') >= 0
}

// plain writes a value that has no address in it by the records of this joy. Of
// other programs it may: its texts are searched.
func (a *Anonymizer) plain(v value.Value) {
	if a.innocent(v) {
		a.out = append(a.out, v...)
	} else {
		a.search(v, a.text)
	}
}

// innocent reports whether no string inside of v holds a hidden address as text.
func (a *Anonymizer) innocent(v []byte) bool {
	for {
		i := bytes.IndexByte(v, '"')
		if i < 0 {
			return true
		}
		n := bytes.IndexByte(v[i+1:], '"')
		if n < 0 {
			return true
		}
		s := v[i+1 : i+1+n]
		if bytes.IndexByte(s, '\\') >= 0 || mayTell(s) && !bytes.Equal(a.h.Text(s), s) {
			return false
		}
		v = v[i+n+2:]
	}
}

// kept writes what is random, or a hash, by the records of this joy. Of other
// programs it may be an address.
func (a *Anonymizer) kept(v value.Value) {
	switch kind := v.Kind(); {
	case kind == value.String && isAddress(v.Text()):
		a.addr(v)
	case kind == value.Object, kind == value.Array && bytes.IndexByte(v, '"') >= 0:
		a.search(v, a.kept)
	default:
		a.out = append(a.out, v...)
	}
}

// longest is the most bytes of an address without a zone, one of IPv6 with IPv4 in it.
const longest = 45

// isAddress reports whether a text is an address and nothing else.
func isAddress(s []byte) bool {
	if bytes.IndexByte(s, '.') < 0 && bytes.IndexByte(s, ':') < 0 {
		return false
	}
	host, _, _ := bytes.Cut(s, []byte("%"))
	if len(host) > longest {
		return false
	}
	_, err := netip.ParseAddr(string(s))
	return err == nil
}

// anything writes a value of which nothing is known: texts are searched, also for
// bytes in hexadecimal.
func (a *Anonymizer) anything(v value.Value) { a.search(v, a.unknownString) }

// search has use write all strings of a value. Names of members are searched, too.
func (a *Anonymizer) search(v value.Value, use func(value.Value)) {
	switch v.Kind() {
	case value.Array:
		a.list(v, func(v value.Value) { a.search(v, use) })
	case value.Object:
		a.object(v, func(name []byte, v value.Value) {
			a.quoted(a.h.Text(name))
			a.search(v, use)
		})
	case value.String:
		use(v)
	default:
		a.out = append(a.out, v...)
	}
}

func (a *Anonymizer) unknownString(v value.Value) {
	s := v.Text()
	if isAddress(s) {
		a.addr(v)
		return
	}
	if b, err := hex.AppendDecode(nil, s); err == nil && a.h.Bytes(b) {
		a.out = append(a.out, `""`...)
		return
	}
	a.text(v)
}
