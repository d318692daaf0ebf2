package report

import (
	"encoding/binary"
	"hash/maphash"

	"joy/audit"
	"joy/audit/facts"
	"joy/query/value"
)

// verdicts judges the cryptography of flows. Most flows of a network are like
// another one to the policy, and reading all of a handshake takes longer than all
// else: so it keeps what it found for what flows show, but for what is random.
// Validity is looked at as of the full hour before a flow began.
type verdicts struct {
	auditor *audit.Auditor
	known   map[[2]uint64]*judgment
	seeds   [2]maphash.Seed // nobody outside can make two flows look the same
	text    []byte          // reused
}

func newVerdicts(a *audit.Auditor) verdicts {
	return verdicts{auditor: a, known: make(map[[2]uint64]*judgment), seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// maxKnown bounds the verdicts that are kept; then all are forgotten.
const maxKnown = 1 << 14

// random are the members of tls and of the sides of ssh that differ from flow to
// flow, or follow from others, and that audit/facts does not read.
func random(name string) bool {
	switch name {
	case "c_random", "s_random", "c_sid", "s_sid", "c_key_exchange", "srlt", "srlt_more", "ja3", "ja3_str", "ja3s", "ja4", "ja4_r",
		"key_shares", "hello_retry", "ech", "alerts", "new_ticket", "ticket_lifetime",
		"cookie", "c_kex", "s_kex", "s_signature", "messages", "unencrypted":
		return true
	}
	return false
}

// of returns the verdict on a flow, nil for none.
func (c *verdicts) of(f *Facts) *judgment {
	if c.auditor == nil {
		return nil
	}
	k := c.key(f)
	j, ok := c.known[k]
	if !ok {
		if len(c.known) >= maxKnown {
			clear(c.known)
		}
		j = c.judge(f)
		c.known[k] = j
	}
	return j
}

func (c *verdicts) judge(f *Facts) *judgment {
	if facts.FromFlow(&f.Flow, &f.crypto) != nil {
		return nil
	}
	f.crypto.Start = float64(fullHour(f.Start) / second)
	v, ok := c.auditor.Flow(&f.crypto)
	if !ok {
		return nil
	}
	return &judgment{v}
}

func fullHour(t int64) int64 { return t - t%hour }

// begin begins the text of what a verdict on f depends on.
func (c *verdicts) begin(f *Facts) {
	c.text = binary.BigEndian.AppendUint64(c.text[:0], uint64(fullHour(f.Start)))
}

// note adds a member of tls to it. Of extensions only the names are read; those of
// the client for a server name alone, where sni does not have it.
func (c *verdicts) note(f *Facts, name []byte, v value.Value) {
	switch n := string(name); {
	case c.auditor == nil || random(n) || n == "c_extensions" && f.tls.name != nil:
	case n == "s_extensions":
		for e := range v.Items() {
			for name := range e.Members() {
				c.text = append(append(c.text, name...), 0)
			}
		}
	default:
		c.text = frame(append(c.text, name...), v)
	}
}

// key is a hash of all that a verdict on f depends on.
func (c *verdicts) key(f *Facts) [2]uint64 {
	b := c.text
	if f.tls.quic {
		b = append(b, "quic"...)
	}
	for side, v := range f.Rest.Get("ssh").Members() {
		b = append(append(b, side...), 0)
		for name, v := range v.Members() {
			if !random(string(name)) {
				b = frame(append(b, name...), v)
			}
		}
	}
	c.text = frame(b, f.Rest.Get("ike"))
	return [2]uint64{maphash.Bytes(c.seeds[0], c.text), maphash.Bytes(c.seeds[1], c.text)}
}

// frame appends a value with its length.
func frame(b []byte, v value.Value) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
}
