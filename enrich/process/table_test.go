package process

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"joy/record"
)

const (
	own   = 1 // network namespace
	other = 2
)

const second = int64(time.Second)

// name makes a process that can be told from others.
func name(s string) *process { return &process{facts: record.Exe{Name: record.Text(s)}} }

// sock makes a socket that is open from second 10 on.
func sock(proto uint8, local, remote, who string) socket {
	s := socket{ns: own, id: 7, from: 10 * second, how: certain}
	var r netip.AddrPort
	if remote != "" {
		r = netip.MustParseAddrPort(remote)
	}
	s.ends = newEnds(proto, netip.MustParseAddrPort(local), r)
	if who != "" {
		s.who = name(who)
	}
	return s
}

func (s socket) at(from, to int64) socket {
	s.from, s.to = from*second, to*second
	return s
}

func (s socket) in(ns uint32) socket {
	s.ns = ns
	return s
}

func (s socket) as(id uint64, how sureness) socket {
	s.id, s.how = id, how
	return s
}

// fill enters sockets in a table; those with an end are closed then.
func fill(t *table, list []socket) {
	for _, s := range list {
		to := s.to
		s.to = 0
		if kept := t.put(s); to != 0 {
			t.close(kept, to)
		}
	}
}

func TestFind(t *testing.T) {
	const (
		a, b     = "10.0.0.1:5000", "10.0.0.2:80"
		anyA     = "0.0.0.0:5000"
		any6     = "[::]:5000"
		six, to6 = "[2001:db8::1]:5000", "[2001:db8::2]:80"
		lo, lo2  = "127.0.0.1:5000", "127.0.0.1:80"
	)
	for _, tc := range []struct {
		name          string
		sockets       []socket
		proto         uint8
		local, remote string
		foreign       bool   // the local address is not of this machine
		want          string // process and how sure
	}{
		{"both ends", []socket{sock(tcp, a, b, "x")}, tcp, a, b, false, "x certain"},
		{"both ends from a list", []socket{sock(tcp, a, b, "x").as(7, likely)}, tcp, a, b, false, "x likely"},
		{"the other way round", []socket{sock(tcp, a, b, "x")}, tcp, b, a, false, ""},
		{"another protocol", []socket{sock(tcp, a, b, "x")}, udp, a, b, false, ""},
		{"IPv6", []socket{sock(tcp, six, to6, "x")}, tcp, six, to6, false, "x certain"},
		{"IPv4 on a socket of IPv6", []socket{sock(tcp, "[::ffff:10.0.0.1]:5000", "[::ffff:10.0.0.2]:80", "x")}, tcp, a, b, false, "x certain"},
		{"UDP bound to its address", []socket{sock(udp, a, "", "x")}, udp, a, b, false, "x likely"},
		{"UDP bound to all", []socket{sock(udp, anyA, "", "x")}, udp, a, b, false, "x likely"},
		{"UDP bound to all of IPv6 too", []socket{sock(udp, any6, "", "x")}, udp, a, b, false, "x likely"},
		{"IPv6 is not for IPv4 sockets", []socket{sock(udp, anyA, "", "x")}, udp, six, to6, false, ""},
		{"bound to all, on another machine", []socket{sock(udp, anyA, "", "x")}, udp, a, b, true, ""},
		{"bound to all, sent to a remote", []socket{sock(udp, anyA, b, "x")}, udp, a, b, false, "x certain"},
		{"the same of another machine", []socket{sock(udp, anyA, b, "x")}, udp, a, b, true, ""},
		{"the same in another namespace", []socket{sock(udp, anyA, b, "x").in(other)}, udp, a, b, true, "x certain"},
		{"a remote before no remote", []socket{sock(udp, a, "", "y"), sock(udp, anyA, b, "x")}, udp, a, b, false, "x certain"},
		{"an address before all", []socket{sock(udp, anyA, "", "y"), sock(udp, a, "", "x")}, udp, a, b, false, "x likely"},
		{"two share a port", []socket{sock(udp, a, "", "x"), sock(udp, a, "", "y").as(8, certain)}, udp, a, b, false, "y guess"},
		{"two sockets of one process", []socket{sock(udp, a, "", "x"), sock(udp, a, "", "x").as(8, certain)}, udp, a, b, false, "x likely"},
		{"one of two is nobody's", []socket{sock(udp, a, "", "x"), sock(udp, a, "", "").as(8, certain)}, udp, a, b, false, "x likely"},
		{"accepted, by the listener", []socket{sock(tcp, anyA, "", "x"), sock(tcp, a, b, "")}, tcp, a, b, false, "x likely"},
		{"not seen, but somebody listens", []socket{sock(tcp, anyA, "", "x")}, tcp, a, b, false, "x guess"},
		{"closed long before", []socket{sock(tcp, a, b, "x").at(1, 2)}, tcp, a, b, false, ""},
		{"opened long after", []socket{sock(tcp, a, b, "x").at(60, 0)}, tcp, a, b, false, ""},
		{"closed a moment before", []socket{sock(tcp, a, b, "x").at(1, 19)}, tcp, a, b, false, "x certain"},
		{"the ports used again, during the flow", []socket{sock(tcp, a, b, "x").at(1, 22), sock(tcp, a, b, "y").at(31, 0)}, tcp, a, b, false, "x certain"},
		{"the ports used again, before the flow", []socket{sock(tcp, a, b, "x").at(1, 12), sock(tcp, a, b, "y").at(13, 0).as(8, certain)}, tcp, a, b, false, "y certain"},
		{"another namespace", []socket{sock(tcp, a, b, "x").in(other)}, tcp, a, b, false, "x certain"},
		{"the own namespace first", []socket{sock(tcp, a, b, "x"), sock(tcp, a, b, "y").in(other)}, tcp, a, b, false, "x certain"},
		{"loopback of another namespace", []socket{sock(tcp, lo, lo2, "x").in(other)}, tcp, lo, lo2, false, ""},
		{"bound to all in another namespace", []socket{sock(udp, anyA, "", "x").in(other)}, udp, a, b, false, ""},
		{"bound in another namespace", []socket{sock(udp, a, "", "x").in(other)}, udp, a, b, false, "x guess"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab := newTable(own, 100, time.Minute)
			for i := range tc.sockets {
				if tc.sockets[i].who != nil {
					for j := range i { // one name is one process
						if w := tc.sockets[j].who; w != nil && string(w.facts.Name) == string(tc.sockets[i].who.facts.Name) {
							tc.sockets[i].who = w
						}
					}
				}
			}
			fill(tab, tc.sockets)
			f, ok := tab.find(endpoint{
				ends: ends{tc.proto, netip.MustParseAddrPort(tc.local), netip.MustParseAddrPort(tc.remote)},
				from: 20 * second, to: 30 * second, everywhere: !tc.foreign,
			})
			got := ""
			if ok {
				got = string(f.who.facts.Name) + " " + f.how.String()
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestPutLearns wants a socket to keep what is known best.
func TestPutLearns(t *testing.T) {
	for _, tc := range []struct {
		name string
		puts []socket
		want string
	}{
		{"the process later", []socket{sock(tcp, "10.0.0.1:1", "10.0.0.2:2", ""), sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "x")}, "x certain"},
		{"a list after an event", []socket{sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "x"), sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "y").as(7, likely)}, "x certain"},
		{"an event after a list", []socket{sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "y").as(7, likely), sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "x")}, "x certain"},
		{"nobody after somebody", []socket{sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "x").as(7, likely), sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "")}, "x likely"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab := newTable(own, 100, time.Minute)
			var s *socket
			for _, p := range tc.puts {
				s = tab.put(p)
			}
			if got := string(s.who.facts.Name) + " " + s.how.String(); got != tc.want || tab.count != 1 {
				t.Errorf("got %q, %d sockets", got, tab.count)
			}
		})
	}
}

func TestTableForgets(t *testing.T) {
	tab := newTable(own, 100, time.Minute)
	fill(tab, []socket{sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "x").at(1, 5), sock(tcp, "10.0.0.1:2", "10.0.0.2:2", "y").at(1, 50), sock(tcp, "10.0.0.1:3", "10.0.0.2:2", "z").at(1, 0)})
	tab.age(66 * second)
	if n, lost := tab.sizes(); n != 2 || lost != 0 {
		t.Errorf("%d sockets are left, %d lost", n, lost)
	}
	tab.age(1 << 60)
	if n, _ := tab.sizes(); n != 1 || len(tab.byEnds) != 1 {
		t.Errorf("%d sockets are left, an open one should be", n)
	}
}

// TestTableBounds wants bounds to be kept and counted whatever comes, and the
// lists and the map to hold the same sockets.
func TestTableBounds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	tab := newTable(own, 50, time.Minute)
	var kept []*socket
	puts := 0
	for i := range 20_000 {
		switch rnd.IntN(4) {
		case 0:
			if len(kept) > 0 {
				tab.close(kept[rnd.IntN(len(kept))], int64(i)*second)
			}
		case 1:
			tab.end(sock(tcp, "10.0.0.1:1", "10.0.0.2:2", "").ends, own, int64(i)*second)
		case 2:
			tab.age(int64(i) * second)
		default:
			s := socket{ns: own, id: uint64(rnd.IntN(200)), from: int64(i) * second}
			s.proto, s.local = udp, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), uint16(rnd.IntN(8)))
			if rnd.IntN(2) == 0 {
				s.remote = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 2}), uint16(rnd.IntN(8)))
			}
			kept = append(kept, tab.put(s))
			puts++
		}
		check(t, tab)
	}
	if _, lost := tab.sizes(); lost == 0 || lost > uint64(puts) {
		t.Errorf("%d of %d are counted as dropped", lost, puts)
	}
}

func check(t *testing.T, tab *table) {
	t.Helper()
	listed := 0
	for _, q := range []*queue{&tab.open, &tab.closed} {
		for s := q.first; s != nil; s = s.next {
			listed++
			if s.list != q || (s.to != 0) != (q == &tab.closed) {
				t.Fatalf("%+v is in the wrong list", s)
			}
		}
	}
	mapped := 0
	for _, l := range tab.byEnds {
		mapped += len(l)
		if len(l) > maxSame || len(l) == 0 {
			t.Fatalf("%d with the same ends", len(l))
		}
	}
	addrs := 0
	for _, n := range tab.addrs {
		addrs += n
	}
	if addrs != tab.count || tab.strays < 0 || listed != tab.count || mapped != tab.count || tab.count > tab.most {
		t.Fatalf("%d in lists, %d in the map, %d counted", listed, mapped, tab.count)
	}
}

func BenchmarkFind(b *testing.B) {
	tab := newTable(own, 1<<16, time.Minute)
	for i := range 1 << 16 {
		s := sock(tcp, "10.0.0.1:1", "10.0.0.2:443", "x")
		s.local = netip.AddrPortFrom(s.local.Addr(), uint16(i))
		tab.put(s)
	}
	e := endpoint{ends: sock(tcp, "10.0.0.1:1", "10.0.0.2:443", "").ends, from: 20 * second, to: 30 * second, everywhere: true}
	for _, bm := range []struct {
		name   string
		remote string
	}{{"found", "10.0.0.2:443"}, {"not found", "10.0.0.3:443"}, {"foreign", "10.0.0.3:443"}} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			e.remote = netip.MustParseAddrPort(bm.remote)
			if bm.name == "foreign" {
				e.local, e.everywhere = netip.MustParseAddrPort("10.0.0.4:1"), false
			}
			for i := range b.N {
				e.local = netip.AddrPortFrom(e.local.Addr(), uint16(i))
				tab.find(e)
			}
		})
	}
}
