package finding

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"joy/query/flow"
)

// MaxFlows bounds the flow ids of a finding.
const MaxFlows = 5

// A Trace is what all findings say of the flows that they rest on. Adding flows
// in another order gives the same Trace.
type Trace struct {
	First, Last int64
	Count       uint64

	seen bool
	ids  []mark // the earliest, in order
}

// A mark is a flow: when it began, and its id as the number that it is.
type mark struct {
	start int64
	id    uint64
}

func (m mark) compare(n mark) int {
	return cmp.Or(cmp.Compare(m.start, n.start), cmp.Compare(m.id, n.id))
}

// Add takes a record; a flow of several counts by the first of them.
func (t *Trace) Add(f *flow.Flow) {
	t.time(f.Start, f.End)
	if f.Segment > 0 {
		return
	}
	t.Count++
	if id, err := strconv.ParseUint(string(f.ID), 16, 64); err == nil && len(f.ID) == 16 {
		t.mark(mark{f.Start, id})
	}
}

// Merge takes what another trace has seen.
func (t *Trace) Merge(o *Trace) {
	if !o.seen {
		return
	}
	t.time(o.First, o.Last)
	t.Count += o.Count
	for _, m := range o.ids {
		t.mark(m)
	}
}

func (t *Trace) time(first, last int64) {
	if !t.seen {
		t.First, t.Last, t.seen = math.MaxInt64, math.MinInt64, true
	}
	t.First, t.Last = min(t.First, first), max(t.Last, last)
}

func (t *Trace) mark(m mark) {
	i, found := slices.BinarySearchFunc(t.ids, m, mark.compare)
	if found || i == MaxFlows {
		return
	}
	if len(t.ids) == MaxFlows {
		t.ids = t.ids[:MaxFlows-1]
	}
	t.ids = slices.Insert(t.ids, i, m)
}

// Put gives a finding what the trace has.
func (t *Trace) Put(f *Finding) {
	f.First, f.Last, f.Count = t.First, t.Last, t.Count
	f.Flows = nil
	for _, m := range t.ids {
		f.Flows = append(f.Flows, fmt.Sprintf("%016x", m.id))
	}
}
