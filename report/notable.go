package report

import (
	"slices"

	"joy/audit/policy"
)

// notable are the flows that stand out, with their records: the first few by each
// measure.
type notable struct{ by [len(measures)][]notableFlow }

type notableFlow struct {
	value  uint64
	number uint64 // of the record, from 1
	line   []byte
}

// perMeasure is how many flows a measure keeps, and maxRecord the longest record
// that is kept, in bytes.
const (
	perMeasure = 4
	maxRecord  = 256 << 10
)

// measures are by what flows stand out; a value of 0 does not.
var measures = [...]struct {
	name string
	of   func(*Facts) uint64
}{
	{"most bytes", func(f *Facts) uint64 { return f.BytesOut + f.BytesIn }},
	{"longest", func(f *Facts) uint64 { return uint64(max(f.End-f.Start, 0)) }},
	{"most sent beyond what came back", func(f *Facts) uint64 {
		if !f.HasIn || f.BytesOut <= f.BytesIn {
			return 0
		}
		return f.BytesOut - f.BytesIn
	}},
	{"weakest cryptography", func(f *Facts) uint64 {
		if f.judged == nil || f.judged.Level == policy.NotJudged || f.judged.Level > policy.Legacy {
			return 0
		}
		return uint64(policy.Recommended-f.judged.Level)<<16 + uint64(min(len(f.judged.Findings), 1<<16-1))
	}},
}

// consider keeps a flow that is among the first by a measure. Of equal ones the
// earlier is.
func (n *notable) consider(f *Facts, number uint64) {
	if len(f.line) > maxRecord {
		return
	}
	for i := range measures {
		v, list := measures[i].of(f), n.by[i]
		if v == 0 || len(list) == perMeasure && v <= list[perMeasure-1].value {
			continue
		}
		at := len(list)
		for at > 0 && list[at-1].value < v {
			at--
		}
		if len(list) == perMeasure {
			list = list[:perMeasure-1]
		}
		n.by[i] = slices.Insert(list, at, notableFlow{v, number, slices.Clone(f.line)})
	}
}
