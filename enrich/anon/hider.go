package anon

import (
	"bytes"
	"encoding/hex"
	"strings"

	"joy/measure"
	"joy/record"
)

// A Hider hides addresses in the parts of a record, as a feature.Hider and
// otherwise. It is used by one goroutine.
type Hider struct {
	a    *Anonymizer
	text []byte // of a fingerprint
}

// Hider returns one for a goroutine.
func (a *Anonymizer) Hider() *Hider { return &Hider{a: a.Clone()} }

// Addr implements feature.Hider.
func (h *Hider) Addr(a *record.Addr) { h.replace(a) }

// replace replaces an address that must not appear, and reports whether it was
// one.
func (h *Hider) replace(a *record.Addr) bool {
	text, hidden := h.a.Addr(a.IP)
	if hidden {
		*a = record.Addr{Token: text}
	}
	return hidden
}

// Text implements feature.Hider.
func (h *Hider) Text(t record.Text) record.Text {
	if text, n := h.a.replaced(t); n > 0 {
		return bytes.Clone(text)
	}
	return t
}

// Hex implements feature.Hider.
func (h *Hider) Hex(b record.Hex) record.Hex {
	if h.a.Bytes(b) {
		return nil
	}
	return b
}

// Bytes is that of an Anonymizer.
func (h *Hider) Bytes(b []byte) bool { return h.a.Bytes(b) }

// FlowID is what stands for the identifier of a flow of a hidden address, which
// could be worked out from it.
func (h *Hider) FlowID(id record.FlowID) record.FlowID {
	return record.FlowID(h.a.key.number(uint64(id)))
}

// Shows reports whether a text in a fingerprint has a hidden address.
func (h *Hider) Shows(fp record.Text) bool {
	for part := range bytes.FieldsFuncSeq(fp, func(r rune) bool { return strings.ContainsRune("()[]/", r) }) {
		text, err := hex.AppendDecode(h.text[:0], part)
		if h.text = text; err != nil {
			continue // the name of its kind
		}
		if _, n := h.a.replaced(text); n > 0 {
			return true
		}
	}
	return false
}

// Options empties TCP options with an address in them, such as those in which
// load balancers pass it on.
func (h *Hider) Options(list []measure.Option) {
	for i := range list {
		if o := &list[i]; !o.Decoded() && h.a.Bytes(o.Data()) {
			o.Hide()
		}
	}
}
