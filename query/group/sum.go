package group

import (
	"bytes"

	"joy/query/value"
)

// A sum is that of numbers, or of arrays of numbers, element by element.
type sum struct {
	array   bool
	started bool
	nums    []value.Num // one, if it is no array
}

// maxNums is how long arrays may be that are added.
const maxNums = 1 << 16

// add adds a value, and reports whether it could: booleans are 0 and 1; arrays
// are as long as the shortest; numbers and arrays do not mix, the first decides.
func (s *sum) add(v value.Value) bool {
	var nums []value.Num
	array := v.Kind() == value.Array
	if array {
		for item := range v.Items() {
			n, ok := addend(item)
			if !ok || len(nums) == maxNums {
				return false
			}
			nums = append(nums, n)
		}
	} else {
		n, ok := addend(v)
		if !ok {
			return false
		}
		nums = []value.Num{n}
	}
	if s.started && array != s.array {
		return false
	}
	s.merge(&sum{array, true, nums})
	return true
}

// addend is the number that v counts as.
func addend(v value.Value) (value.Num, bool) {
	switch v.Kind() {
	case value.True:
		return value.Num{Int: 1, Float: 1, IsInt: true}, true
	case value.False:
		return value.Num{IsInt: true}, true
	}
	return v.Num()
}

func (s *sum) merge(o *sum) {
	switch {
	case !o.started:
		return
	case !s.started:
		*s = *o
		return
	case s.array != o.array:
		return
	}
	s.nums = s.nums[:min(len(s.nums), len(o.nums))]
	for i := range s.nums {
		s.nums[i] = s.nums[i].Plus(o.nums[i])
	}
}

// append writes the sum as JSON, and nothing if there is none.
func (s *sum) append(b []byte) []byte {
	switch {
	case !s.started:
		return b
	case !s.array:
		return s.nums[0].Append(b)
	}
	b = append(b, '[')
	for i, n := range s.nums {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = n.Append(b)
	}
	return append(b, ']')
}

// parseSum reads what append wrote.
func parseSum(b []byte) sum {
	if len(b) == 0 {
		return sum{}
	}
	s := sum{array: b[0] == '[', started: true}
	if !s.array {
		n, _ := value.ParseNum(b)
		s.nums = []value.Num{n}
		return s
	}
	for item := range value.Value(bytes.Clone(b)).Items() {
		n, _ := item.Num()
		s.nums = append(s.nums, n)
	}
	return s
}
