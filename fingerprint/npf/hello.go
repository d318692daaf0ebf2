package npf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"joy/fingerprint"
)

// Extensions of a ClientHello whose bodies are lists of 16-bit values, or names,
// or parameters.
const (
	extGroups         = 0x000a
	extSignatures     = 0x000d
	extALPN           = 0x0010
	extVersions       = 0x002b
	extSignaturesCert = 0x0032
	extQUIC           = 0x0039
	extQUICDraft      = 0xffa5
)

// grease stands for all values that clients make up (RFC 8701).
const grease = 0x0a0a

func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

func Degrease(v uint16) uint16 {
	if isGREASE(v) {
		return grease
	}
	return v
}

// KeepsBody: TLS_EXT_FIXED of npf.md, extensions that are in a fingerprint with
// their bodies.
func KeepsBody(ext uint16) bool {
	switch ext {
	case 0x0001, 0x0005, 0x0007, 0x0008, 0x0009, 0x000a, 0x000b, 0x000d, 0x000f,
		0x0010, 0x0011, 0x0018, 0x001b, 0x001c, 0x002b, 0x002d, 0x0032, 0x5500:
		return true
	}
	return false
}

// selected: TLS_EXT_INCLUDE of npf.md, extensions that tls/2 has as they are.
func selected(ext uint16) bool {
	if ext <= unassigned { // all that were assigned but padding, session_ticket, pre_shared_key and early_data
		return ext != 0x0015 && ext != 0x0023 && ext != 0x0029 && ext != 0x002a
	}
	switch ext {
	case grease, 0x3374, 0x5500, 0x754f, 0x7550, 0xfd00, 0xfe0d, 0xff00, 0xff01, 0xff03, 0xffa5, 0xffce:
		return true
	}
	return false
}

// What tls/2 has for extensions without a meaning of their own. The ranges are
// those of IANA's registry "TLS ExtensionType Values" at 2024-11-19, which
// mercury's tables were made of: a newer one would make other fingerprints.
const (
	unassigned  = 0x003e // and up to 0xfeff
	private     = 0xff00 // and from 0xff02
	lastPublic  = 0xfeff
	firstHigher = 0xff02
)

// Encode gives the type that tls/2 has for an extension; false when it has none.
func Encode(ext uint16) (uint16, bool) {
	switch {
	case selected(ext):
		return ext, true
	case ext >= firstHigher:
		return private, true
	case ext >= unassigned && ext <= lastPublic:
		return unassigned, true
	}
	return 0, false
}

// Repeats is how many extensions of one type tls/2 has at most, as mercury does.
const Repeats = 3

// versions of the formats of a ClientHello, each with less in it than the one
// before: in the order of the message, sorted, and sorted and selected. quic
// sorted from the beginning.
func versions(kind string) []string {
	switch kind {
	case "tls", "dtls":
		return []string{"", "1", "2"}
	case "quic":
		return []string{"", "1"}
	}
	return nil
}

// Translate writes the fingerprint of a ClientHello in a later version of its
// format: tls and dtls from "" to "1" to "2", quic from "" to "1". There is no
// way back, since later versions say less.
func Translate(fp fingerprint.Fingerprint, version string) (fingerprint.Fingerprint, error) {
	t, err := Parse(fp)
	if err != nil {
		return "", err
	}
	list := versions(t.Kind)
	from, to := slices.Index(list, t.Version), slices.Index(list, version)
	if from < 0 || to < from {
		return "", fmt.Errorf("%s of version %q cannot be written as version %q", t.Kind, t.Version, version)
	}
	if from == to {
		return fp, nil
	}
	if err := t.sort(to == len(list)-1); err != nil {
		return "", err
	}
	t.Version = version
	return t.String(), nil
}

// sort puts the extensions, which are the last item, into their order; or those
// that are selected.
func (t *Tree) sort(selecting bool) error {
	if len(t.Items) < 3 {
		return errors.New("no version, suites and extensions")
	}
	last := &t.Items[len(t.Items)-1]
	if last.Shape == Bytes && len(last.Bytes) > 0 {
		return errors.New("extensions are not a list")
	}
	exts := make([]Element, 0, len(last.Items))
	for _, e := range last.Items {
		ext, ok := typeOf(e)
		if !ok {
			return fmt.Errorf("%s is no extension", e)
		}
		if e, ok = pick(e, ext, selecting); ok {
			exts = append(exts, e)
		}
	}
	slices.SortStableFunc(exts, compare)
	if selecting {
		exts = few(exts)
	}
	*last = Element{Shape: Sorted, Items: exts}
	return nil
}

// pick is what an extension becomes; false when it is left out.
func pick(e Element, ext uint16, selecting bool) (Element, bool) {
	if !selecting {
		return e, true
	}
	code, ok := Encode(ext)
	if code != ext {
		e = Element{Bytes: binary.BigEndian.AppendUint16(nil, code)}
	}
	return e, ok
}

// typeOf an extension: its first two bytes; of QUIC's parameters the first of two
// elements.
func typeOf(e Element) (uint16, bool) {
	b := head(e)
	if len(b) < 2 || e.Shape == Sorted {
		return 0, false
	}
	return binary.BigEndian.Uint16(b), true
}

func head(e Element) []byte {
	if e.Shape == List && e.Items[0].Shape == Bytes {
		return e.Items[0].Bytes
	}
	return e.Bytes
}

// compare orders extensions by type, then length, then body.
func compare(a, b Element) int { return bytes.Compare(head(a), head(b)) }

// few are the first of each type.
func few(sorted []Element) (list []Element) {
	run := 0
	for i, e := range sorted {
		if run++; i > 0 && !bytes.Equal(head(e)[:2], head(sorted[i-1])[:2]) {
			run = 1
		}
		if run <= Repeats {
			list = append(list, e)
		}
	}
	return list
}

// FromJoy writes a string of Joy's as tls/1: that of its collector (fpx=1), of its
// database and of sleuth's. They differ in the extensions that keep their bodies
// and in what they make of GREASE; here both become as npf.md has them. Complete
// is false when an extension has no body that tls/1 would have, so that the
// result is not what mercury makes of the same message.
func FromJoy(s string) (fp fingerprint.Fingerprint, complete bool, err error) {
	t, err := Parse("tls/" + s)
	if err != nil {
		return "", false, err
	}
	if len(t.Items) == 2 {
		t.Items = append(t.Items, Element{}) // no extensions
	}
	if t.Version != "" || len(t.Items) != 3 || len(t.Items[0].Bytes) != 2 || len(t.Items[1].Bytes)%2 != 0 || t.Items[1].Shape != Bytes {
		return "", false, errors.New("not a version of two bytes, suites and extensions")
	}
	if last := t.Items[2]; len(last.Bytes) > 0 { // the database has a single extension without the list
		t.Items[2] = Element{Shape: List, Items: []Element{last}}
	}
	complete = true
	degreaseAll(t.Items[1].Bytes)
	exts := t.Items[2].Items
	for i, e := range exts {
		if len(e.Bytes) < 2 {
			return "", false, fmt.Errorf("%s is no extension", e)
		}
		exts[i].Bytes = normalBody(e.Bytes)
		complete = complete && (len(exts[i].Bytes) > 2 || !KeepsBody(binary.BigEndian.Uint16(exts[i].Bytes)))
	}
	if err := t.sort(false); err != nil {
		return "", false, err
	}
	t.Version = "1"
	return t.String(), complete, nil
}

// normalBody is an extension without the body that tls/1 does not have, and
// without GREASE in the body that it has.
func normalBody(ext []byte) []byte {
	degreaseAll(ext[:2])
	code := binary.BigEndian.Uint16(ext)
	if !KeepsBody(code) {
		return ext[:2]
	}
	// Behind the type stand the length, the length of the list, and values.
	switch {
	case code == extGroups && len(ext) > 6:
		degreaseAll(ext[6:])
	case code == extVersions && len(ext) > 5:
		degreaseAll(ext[5:])
	}
	return ext
}

// degreaseAll does so in place, two bytes for two bytes.
func degreaseAll(b []byte) {
	for ; len(b) >= 2; b = b[2:] {
		binary.BigEndian.PutUint16(b, Degrease(binary.BigEndian.Uint16(b)))
	}
}

// isHello: the kinds that end with suites and a list of extensions.
func isHello(kind string) bool {
	switch strings.TrimSuffix(kind, "_server") { // openvpn carries TLS
	case "tls", "dtls", "quic", "openvpn":
		return true
	}
	return false
}
