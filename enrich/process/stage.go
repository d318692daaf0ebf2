package process

import (
	"net/netip"
	"time"

	"joy/record"
)

// Stage returns a Writer that names the processes of each record before next
// gets it. A worker has its own. It goes by the addresses, so it has to come
// before anonymization.
func (t *Tracker) Stage(next record.Writer) record.Writer { return &stage{t: t, next: next} }

type stage struct {
	t         *Tracker
	next      record.Writer
	exe, peer record.Exe
}

func (g *stage) Write(r *record.Record) error {
	r.Exe, r.ExePeer = nil, nil
	if (r.Pr == tcp || r.Pr == udp) && r.SP >= 0 && r.DP >= 0 {
		g.name(r)
	}
	return g.next.Write(r)
}

func (g *stage) name(r *record.Record) {
	src := netip.AddrPortFrom(r.Src.Unmap().WithZone(""), uint16(r.SP))
	dst := netip.AddrPortFrom(r.Dst.Unmap().WithZone(""), uint16(r.DP))
	e := endpoint{ends: ends{r.Pr, src, dst}, from: int64(r.TimeStart), to: int64(r.TimeEnd)}
	if g.look(&g.exe, e, "sa", r) {
		r.Exe = &g.exe
	}
	e.local, e.remote, e.receives = dst, src, true
	switch {
	case r.Exe == nil && g.look(&g.exe, e, "da", r):
		r.Exe = &g.exe
	case r.Exe != nil && g.look(&g.peer, e, "da", r):
		r.ExePeer = &g.peer
	case r.Exe == nil:
		g.t.misses.Add(1)
	}
}

// look fills x with the process at an endpoint, if there is one.
func (g *stage) look(x *record.Exe, e endpoint, end string, r *record.Record) bool {
	e.everywhere = g.t.locals.Load().has(e.local.Addr(), e.receives)
	f, ok := g.t.sockets.find(e)
	if !ok {
		return false
	}
	g.t.hits[f.via].Add(1)
	*x = f.who.facts
	x.Hash = f.who.file.sum()
	if start := f.who.start; start != 0 {
		x.Uptime = uint64(max(0, int64(r.TimeStart)-start) / int64(time.Second))
		x.HasUptime = true
	}
	x.End, x.Via, x.Sure = end, f.via.String(), f.how.String()
	return true
}
