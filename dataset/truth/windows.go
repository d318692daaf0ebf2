package truth

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// windows are rows in the order of their start, found by time.
type windows struct {
	rows  []row
	until []int64 // the latest end of a row and those before it
}

// index is called when all rows are there.
func (w *windows) index() {
	slices.SortStableFunc(w.rows, func(a, b row) int { return cmp.Compare(a.start, b.start) })
	w.until = make([]int64, len(w.rows))
	latest := int64(math.MinInt64)
	for i := range w.rows {
		latest = max(latest, w.rows[i].end)
		w.until[i] = latest
	}
}

// each calls use for the rows whose times meet those of a flow, and for some more.
func (w *windows) each(start, end int64, use func(*row)) {
	after := end
	if after < math.MaxInt64-slack {
		after += slack
	}
	last := sort.Search(len(w.rows), func(i int) bool { return w.rows[i].start > after })
	for i := last - 1; i >= 0 && w.until[i] >= start-slack; i-- {
		use(&w.rows[i])
	}
}
