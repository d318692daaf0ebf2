package finding

import "slices"

// Top keeps the strongest findings, as many as a limit says, whatever the order
// in which they come.
type Top struct {
	// Left counts the findings that there was no room for.
	Left uint64

	limit int
	list  []Finding
}

// NewTop returns an empty Top.
func NewTop(limit int) *Top { return &Top{limit: limit} }

// Put adds a finding. The list grows to twice the limit before the weakest leave,
// so that they are not looked for each time.
func (t *Top) Put(f Finding) {
	if t.list = append(t.list, f); len(t.list) >= 2*t.limit {
		t.cut()
	}
}

func (t *Top) cut() {
	slices.SortFunc(t.list, func(a, b Finding) int { return Compare(&a, &b) })
	if n := len(t.list); n > t.limit {
		t.Left += uint64(n - t.limit)
		clear(t.list[t.limit:])
		t.list = t.list[:t.limit]
	}
}

// List returns the findings, the strongest first.
func (t *Top) List() []Finding {
	t.cut()
	return t.list
}

// Bound is the limit.
func (t *Top) Bound() Bound { return Bound{Name: "findings", Limit: t.limit, Left: t.Left} }
