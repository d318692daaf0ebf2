package label

import "joy/record"

// Stage returns a Writer that labels the addresses of each record before next
// gets it. A worker has its own.
func (s *Set) Stage(next record.Writer) record.Writer { return &stage{set: s, next: next} }

type stage struct {
	set      *Set
	next     record.Writer
	src, dst []string
}

func (g *stage) Write(r *record.Record) error {
	g.src = g.set.Labels(g.src[:0], r.Src)
	g.dst = g.set.Labels(g.dst[:0], r.Dst)
	r.SALabels, r.DALabels = g.src, g.dst
	return g.next.Write(r)
}
