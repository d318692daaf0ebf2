// Package split deals flows out to training, validation and test, so that what
// belongs together stays together.
package split

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"joy/dataset/truth"
	"joy/query/flow"
)

// A Part is where a flow goes.
type Part uint8

// The parts.
const (
	Train Part = iota
	Validation
	Test
	Parts // how many there are
)

// String is the name of the part.
func (p Part) String() string { return [...]string{"train", "validation", "test"}[p] }

// What flows are grouped by.
const (
	None    = "none"    // everything is for training
	Flow    = "flow"    // records of one flow; hosts are in all parts
	Host    = "host"    // sa, which opened the flow
	Server  = "server"  // da
	Hosts   = "hosts"   // the pair of both, whoever opened the flow
	Capture = "capture" // the file
	Time    = "time"    // when flows begin
	Group   = "group"   // a table's column group
)

// Kinds is how they are named on a command line.
const Kinds = "none, flow, host, server, hosts, capture, time, time:T,T, group:FILE"

// A Plan says which part a flow goes to. The same plan deals the same flows out
// alike, whatever the order.
type Plan struct {
	By        string
	Fractions [Parts]float64
	Seed      uint64
	// Cuts are when validation and test begin, in nanoseconds since 1970, with Time.
	Cuts []int64
	// File is what the table of groups was read from.
	File string

	table *truth.Table
	group []byte
	text  []byte // what is hashed
	names []string
}

// A Verdict says what becomes of a flow.
type Verdict uint8

// The verdicts. All but the first mean that the flow is left out.
const (
	Dealt     Verdict = iota
	NoGroup           // the table of groups has none for it, or more than one
	Straddles         // it begins before a cut and ends behind it
)

// Parse reads a plan from its words.
func Parse(by string, fractions []float64, seed uint64) (*Plan, error) {
	kind, rest, more := strings.Cut(by, ":")
	p := &Plan{By: kind, Seed: seed}
	if err := p.setFractions(fractions); err != nil {
		return nil, err
	}
	var err error
	switch kind {
	case None:
		p.Fractions = [Parts]float64{1, 0, 0}
	case Flow, Host, Server, Hosts, Capture:
	case Time:
		if more {
			return p, p.setCuts(rest)
		}
	case Group:
		if rest == "" {
			return nil, errors.New("group needs a file: group:FILE")
		}
		p.File = rest
		p.table, err = truth.OpenTable(rest, "group")
		return p, err
	default:
		return nil, fmt.Errorf("%.60q is none of %s", by, Kinds)
	}
	if more {
		return nil, fmt.Errorf("%s takes nothing behind it", kind)
	}
	return p, nil
}

func (p *Plan) setFractions(fractions []float64) error {
	if len(fractions) < 1 || len(fractions) > int(Parts) {
		return fmt.Errorf("%d fractions, where 1 to %d may be", len(fractions), Parts)
	}
	sum := 0.0
	for _, f := range fractions {
		if !(f >= 0 && f <= 1) {
			return fmt.Errorf("the fraction %g is not from 0 to 1", f)
		}
		sum += f
	}
	if math.Abs(sum-1) > 1e-9 || fractions[0] == 0 {
		return fmt.Errorf("the fractions add up to %g and not to 1, or nothing is for training", sum)
	}
	switch len(fractions) {
	case 2: // training and test
		p.Fractions = [Parts]float64{fractions[0], 0, fractions[1]}
	default:
		copy(p.Fractions[:], fractions)
	}
	return nil
}

func (p *Plan) setCuts(text string) error {
	for _, word := range strings.Split(text, ",") {
		t, err := truth.ParseTime(word)
		if err != nil {
			return fmt.Errorf("time %.40q: %w", word, err)
		}
		p.Cuts = append(p.Cuts, t)
	}
	switch {
	case len(p.Cuts) == 1: // training and test
		p.Cuts = append(p.Cuts, p.Cuts[0])
	case len(p.Cuts) != 2 || p.Cuts[0] > p.Cuts[1]:
		return errors.New("time needs one time or two, the earlier one first")
	}
	return nil
}

// NeedsID reports whether flows need a Community ID.
func (p *Plan) NeedsID() bool { return p.table != nil && p.table.NeedsID }

// NeedsCuts reports whether the times of all flows have to be known first, to cut
// by fractions.
func (p *Plan) NeedsCuts() bool { return p.By == Time && p.Cuts == nil }

// Cut sets the cuts by the times at which flows begin, which it sorts.
func (p *Plan) Cut(starts []int64) {
	slices.Sort(starts)
	at := func(fraction float64) int64 {
		if i := int(math.Round(fraction * float64(len(starts)))); i < len(starts) {
			return starts[i]
		}
		return math.MaxInt64
	}
	p.Cuts = []int64{at(p.Fractions[Train]), at(p.Fractions[Train] + p.Fractions[Validation])}
}

// Has reports whether flows can go to a part.
func (p *Plan) Has(part Part) bool {
	switch {
	case p.By == Time:
		return part != Validation || p.Cuts[0] < p.Cuts[1]
	case p.By == None:
		return part == Train
	}
	return p.Fractions[part] > 0
}

// Of says which part the flow of a file goes to, and which group it belongs to;
// the group is valid until the next call.
func (p *Plan) Of(file string, f *flow.Flow) (part Part, group []byte, v Verdict) {
	p.group = p.group[:0]
	switch p.By {
	case None:
		return Train, nil, Dealt
	case Time:
		return p.byTime(f)
	case Flow:
		p.group = append(p.group, f.ID...)
		if f.ID == nil { // Cisco's Joy
			p.group = append(append(append(p.group, f.SA...), ' '), f.DA...)
			p.group = strconv.AppendInt(append(p.group, ' '), f.Start, 10)
		}
	case Host:
		p.group = append(p.group, f.SA...)
	case Server:
		p.group = append(p.group, f.DA...)
	case Hosts:
		a, b := f.SA, f.DA
		if cmp.Compare(string(a), string(b)) > 0 {
			a, b = b, a
		}
		p.group = append(append(append(p.group, a...), ' '), b...)
	case Capture:
		p.group = append(p.group, file...)
	case Group:
		if p.byTable(file, f); len(p.names) != 1 {
			return 0, nil, NoGroup
		}
		p.group = append(p.group, p.names[0]...)
	}
	return p.dealt(p.group), p.group, Dealt
}

func (p *Plan) byTable(file string, f *flow.Flow) {
	p.names = p.names[:0]
	p.table.Names(file, f, func(name string) {
		if !slices.Contains(p.names, name) {
			p.names = append(p.names, name)
		}
	})
}

func (p *Plan) byTime(f *flow.Flow) (Part, []byte, Verdict) {
	part := Train
	for i, cut := range p.Cuts {
		if f.Start >= cut {
			part = Part(i + 1)
		} else if f.End >= cut {
			return 0, nil, Straddles
		}
	}
	return part, nil, Dealt
}

// dealt hashes a group: XXH64 of the seed, 8 bytes little-endian, and the group;
// its upper 53 bits are a number from 0 to 1.
func (p *Plan) dealt(group []byte) Part {
	p.text = append(binary.LittleEndian.AppendUint64(p.text[:0], p.Seed), group...)
	at := float64(xxhash.Sum64(p.text)>>11) / (1 << 53)
	switch {
	case at < p.Fractions[Train]:
		return Train
	case at < p.Fractions[Train]+p.Fractions[Validation] || p.Fractions[Test] == 0:
		return Validation
	}
	return Test
}
