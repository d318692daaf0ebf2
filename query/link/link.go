// Package link tells which DNS answer named the address that a flow goes to.
package link

import (
	"bytes"
	"math"

	"joy/query/value"
)

// Member is the name of what is added to a flow.
const Member = "linked_dns"

// An answer is good for its time to live, and then for as long as programs keep
// addresses all the same; no address is believed for more than a day.
const (
	minLife = 5 * 60
	maxLife = 24 * 60 * 60
)

// Links remember answers. The one that a host got itself counts before those that
// others got: behind one address there may be many names.
type Links struct {
	memory  int
	size    int
	answers map[string]*answer // by address, and by client and address
	queue   []named            // in the order in which they were learnt
}

// An answer names an address.
type answer struct {
	start, end float64 // it is good for flows that begin between
	text       value.Value
}

type named struct {
	key    string
	answer *answer
}

// New returns Links that take about as many bytes as memory says.
func New(memory int) *Links { return &Links{memory: memory, answers: map[string]*answer{}} }

// Add learns from a flow that has DNS messages, and says of others what is known.
func (l *Links) Add(r *value.Record) {
	if dns := r.Get("dns"); dns != nil {
		l.learn(r, dns)
		return
	}
	da := r.Get("da").Text()
	if len(da) == 0 || len(l.answers) == 0 {
		return
	}
	var room [128]byte
	key := append(append(append(room[:0], r.Get("sa").Text()...), ' '), da...)
	for _, k := range [][]byte{key, da} {
		if a := l.answers[string(k)]; a != nil && a.good(r) {
			r.Set(Member, a.text)
			return
		}
	}
}

// good reports whether an answer can be why a flow began.
func (a *answer) good(r *value.Record) bool {
	start, ok := r.Get("time_start").Num()
	return !ok || a.start <= start.Float && start.Float <= a.end
}

// maxAddresses are learnt of one flow.
const maxAddresses = 1000

// learn remembers the addresses in the answers of a flow.
func (l *Links) learn(r *value.Record, dns value.Value) {
	client, server := r.Get("sa"), r.Get("da")
	if port(r, "sp") && !port(r, "dp") { // the answers alone
		client, server = server, client
	}
	start, _ := r.Get("time_start").Num()
	var text value.Value // of all answers of the flow
	left := maxAddresses
	for message := range dns.Items() {
		for rr := range message.Get("rr").Items() {
			address := rr.Get("a")
			if address == nil {
				address = rr.Get("aaaa")
			}
			if address.Kind() != value.String || math.IsInf(start.Float, 0) || left == 0 {
				continue
			}
			left--
			if text == nil {
				text = object(r, dns, server)
				l.size += len(text)
			}
			a := &answer{start: start.Float, end: start.Float + life(rr), text: text}
			l.put(string(address.Text()), a)
			if client != nil {
				l.put(string(client.Text())+" "+string(address.Text()), a)
			}
		}
	}
	l.shrink()
}

// port reports whether a port is that of a DNS server.
func port(r *value.Record, name string) bool { return bytes.Equal(r.Get(name), []byte("53")) }

// life is how many seconds an answer counts.
func life(rr value.Value) float64 {
	ttl, _ := rr.Get("ttl").Num()
	return min(max(ttl.Float, minLife), maxLife)
}

// object is what is said of flows.
func object(r *value.Record, dns, server value.Value) value.Value {
	var o value.Record
	for _, m := range []struct {
		name string
		v    value.Value
	}{{"dns", dns}, {"server_addr", server}, {"time", r.Get("time_start")}} {
		if m.v != nil {
			o.Set(m.name, m.v)
		}
	}
	return o.Join(nil)
}

// keyCost is what an address takes beside its bytes.
const keyCost = 200

func (l *Links) put(key string, a *answer) {
	l.answers[key] = a
	l.queue = append(l.queue, named{key, a})
	l.size += len(key) + keyCost
}

// shrink forgets what was learnt first, until the rest fits.
func (l *Links) shrink() {
	n := 0
	for ; l.size > l.memory && n < len(l.queue); n++ {
		q := l.queue[n]
		l.size -= len(q.key) + keyCost
		if n+1 == len(l.queue) || !sameText(q.answer, l.queue[n+1].answer) {
			l.size -= len(q.answer.text)
		}
		if l.answers[q.key] == q.answer {
			delete(l.answers, q.key)
		}
	}
	clear(l.queue[:n])
	l.queue = l.queue[n:]
}

// sameText reports whether both are of one flow.
func sameText(a, b *answer) bool { return &a.text[0] == &b.text[0] }
