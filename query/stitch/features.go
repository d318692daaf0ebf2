package stitch

import (
	"math"
	"strconv"

	"joy/query/value"
)

// ofBytes are the features of the bytes of a flow, which need each other.
var ofBytes = []string{"entropy", "total_entropy", "byte_dist", "byte_dist_mean", "byte_dist_std"}

// A feature is a member that follows from both parts.
type feature struct {
	name  string
	value value.Value
}

// features works out what cannot be added: entropy and moments of the bytes. The
// entropy is that of the byte distributions together, where both have one. Else it
// is the mean of both by bytes, which is less than or equal to what it was.
func (m *merger) features() (list []feature) {
	set := func(name string, f float64) {
		list = append(list, feature{name, strconv.AppendFloat(nil, f, 'f', 6, 64)})
	}
	a, b := m.record, m.other.record
	n1, n2 := payload(a), payload(b)
	if n1 <= 0 || n2 <= 0 {
		return nil
	}
	n := n1 + n2
	if e1, e2, ok := both(a, b, "entropy"); ok {
		e, ok := jointEntropy(numbers(a.Get("byte_dist")), numbers(b.Get("byte_dist")), n1, n2)
		if !ok {
			e = (e1*n1 + e2*n2) / n
		}
		set("entropy", e)
		if a.Get("total_entropy") != nil {
			set("total_entropy", e*n)
		}
	}
	m1, m2, ok := both(a, b, "byte_dist_mean")
	if !ok {
		return list
	}
	mean := (m1*n1 + m2*n2) / n
	set("byte_dist_mean", mean)
	if s1, s2, ok := both(a, b, "byte_dist_std"); ok && n > 1 {
		squares := max(n1-1, 0)*s1*s1 + max(n2-1, 0)*s2*s2 + n1*(m1-mean)*(m1-mean) + n2*(m2-mean)*(m2-mean)
		set("byte_dist_std", math.Sqrt(squares/(n-1)))
	}
	return list
}

// both reads a number of two records.
func both(a, b *value.Record, name string) (x, y float64, ok bool) {
	m, ok1 := a.Get(name).Num()
	n, ok2 := b.Get(name).Num()
	return m.Float, n.Float, ok1 && ok2 && !math.IsInf(m.Float, 0) && !math.IsInf(n.Float, 0)
}

// payload is how many bytes the features of a record are of: what total_entropy
// was multiplied by, else all that were sent.
func payload(r *value.Record) float64 {
	total, entropy := number(r, "total_entropy", 0), number(r, "entropy", 0)
	if total > 0 && entropy > 0 {
		return math.Round(total / entropy)
	}
	return number(r, "bytes_out", 0) + number(r, "bytes_in", 0)
}

// jointEntropy is that of two distributions of so many bytes; their counts may
// have been scaled.
func jointEntropy(a, b []value.Num, n1, n2 float64) (entropy float64, ok bool) {
	sum := func(list []value.Num) (s float64) {
		for _, n := range list {
			s += n.Float
		}
		return s
	}
	s1, s2 := sum(a), sum(b)
	if len(a) != 256 || len(b) != 256 || s1 <= 0 || s2 <= 0 {
		return 0, false
	}
	for i := range a {
		if p := (a[i].Float*n1/s1 + b[i].Float*n2/s2) / (n1 + n2); p > 0 {
			entropy -= p * math.Log2(p)
		}
	}
	return entropy, !math.IsInf(entropy, 0) && !math.IsNaN(entropy)
}
