package explain

import (
	"slices"

	"joy/fingerprint"
)

// A Difference is a field that two fingerprints do not share.
type Difference struct {
	Name         string
	OnlyA, OnlyB []string
	// Order is true when the values are the same and their order is not.
	Order bool
}

// Diff compares two fingerprints field by field; none for the same.
func Diff(a, b fingerprint.Fingerprint) ([]Difference, error) {
	fa, err := Fields(a)
	if err != nil {
		return nil, err
	}
	fb, err := Fields(b)
	if err != nil {
		return nil, err
	}
	var list []Difference
	for _, f := range fa {
		list = appendDifference(list, f, take(&fb, f.Name))
	}
	for _, f := range fb {
		list = appendDifference(list, Field{Name: f.Name}, f)
	}
	return list, nil
}

// take removes the field of a name; the zero Field if there is none.
func take(fields *[]Field, name string) Field {
	i := slices.IndexFunc(*fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}
	}
	f := (*fields)[i]
	*fields = slices.Delete(slices.Clone(*fields), i, i+1)
	return f
}

func appendDifference(list []Difference, a, b Field) []Difference {
	d := Difference{Name: a.Name, OnlyA: without(a.Values, b.Values), OnlyB: without(b.Values, a.Values)}
	d.Order = a.Ordered && b.Ordered && len(d.OnlyA)+len(d.OnlyB) == 0 && !slices.Equal(a.Values, b.Values)
	if len(d.OnlyA)+len(d.OnlyB) > 0 || d.Order {
		list = append(list, d)
	}
	return list
}

// without are the values of a that b has not; one that is there twice has to be
// in b twice.
func without(a, b []string) (list []string) {
	count := make(map[string]int)
	for _, v := range b {
		count[v]++
	}
	for _, v := range a {
		if count[v]--; count[v] < 0 {
			list = append(list, v)
		}
	}
	return list
}
