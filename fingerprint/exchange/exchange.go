// Package exchange reads the databases of fingerprints of other programs, those
// of Joy, of its sleuth and of mercury, and writes the one that mercury loads.
// docs/fingerprint-database.md says what becomes of their fields.
package exchange

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// Bounds of what is read. Lines of mercury's databases list all addresses that
// were ever seen.
const (
	maxLine  = 64 << 20
	maxArray = 4096 // fingerprints that share a line
)

// A Report counts what became of another program's database.
type Report struct {
	// Lines that were read, or entries that were to be written.
	Lines int
	// Merged fingerprints were the same as another one once they were written in
	// one format.
	Merged int
	// Incomplete fingerprints lack what mercury would have in them, because the
	// source did not keep it.
	Incomplete int
	// LeftOut lines or fingerprints could not be used, and why the first one was.
	LeftOut int
	Why     error
}

func (r *Report) leaveOut(err error) {
	if r.LeftOut++; r.Why == nil {
		r.Why = err
	}
}

// readLines gives each line to take, and leaves out those that it refuses. When it
// refuses all, the text is something else.
func readLines(r io.Reader, rep *Report, take func([]byte) error) error {
	lines := database.NewLines(r, maxLine)
	for lines.Next() {
		rep.Lines++
		err := errors.New("too long")
		if !lines.TooLong() {
			err = take(lines.Bytes())
		}
		if err != nil {
			rep.leaveOut(fmt.Errorf("line %d: %w", lines.Number(), err))
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if rep.Lines == rep.LeftOut {
		return fmt.Errorf("no line is of such a database: %w", cmp.Or(rep.Why, io.ErrUnexpectedEOF))
	}
	return nil
}

// put adds an entry and notes whether there was one of its fingerprint.
func (r *Report) put(d *database.Database, e fingerprint.Entry) error {
	before := d.Len()
	if err := d.Put(e); err != nil {
		return err
	}
	if d.Len() == before {
		r.Merged++
	}
	return nil
}

// unless drops the word that some databases have for nothing.
func unless(s string, nothing ...string) string {
	if slices.Contains(nothing, s) {
		return ""
	}
	return database.Clean(s)
}

// digest is a SHA-256 as a database has it; "" when it is none.
func digest(s string) string {
	s = strings.ToLower(s)
	if len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return s
}

// A part is a share of something.
type part struct {
	name   string
	weight float64
}

// byName has the parts of a JSON object in the order of their names, so that
// nothing depends on that of a map.
func byName(m map[string]float64) (list []part) {
	for name, w := range m {
		if w > 0 && !math.IsInf(w, 0) {
			list = append(list, part{name, w})
		}
	}
	slices.SortFunc(list, func(a, b part) int { return cmp.Compare(a.name, b.name) })
	return list
}

// divide deals count out by weights of which whole are all, so that the sum is
// right (largest remainders first); the last share is what nobody has.
func divide(count uint64, parts []part, whole float64) []uint64 {
	sum := 0.0
	for _, p := range parts {
		sum += p.weight
	}
	whole = max(whole, sum)
	shares := make([]uint64, len(parts)+1)
	rests := make([]part, len(parts)+1)
	left := count
	for i, p := range append(slices.Clip(parts), part{weight: max(0, whole-sum)}) {
		exact := float64(count) * (p.weight / whole)
		shares[i] = min(uint64(exact), left)
		left -= shares[i]
		rests[i] = part{weight: exact - math.Floor(exact)}
	}
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b].weight, rests[a].weight) })
	for i := 0; left > 0; i = (i + 1) % len(order) {
		n := uint64(1)
		if i == 0 && left > uint64(len(order)) {
			n = left - uint64(len(order)) // numbers that float64 does not hold
		}
		shares[order[i]] += n
		left -= n
	}
	return shares
}

// bySystem makes a process of each system that it ran on. What it counts of
// destinations stays together, with the most frequent.
func bySystem(p fingerprint.Process, systems []part, whole float64) (list []fingerprint.Process) {
	shares := divide(p.Count, systems, whole)
	most := 0
	for i, n := range shares {
		if n > shares[most] {
			most = i
		}
	}
	for i, n := range shares {
		if n == 0 {
			continue
		}
		q := p
		q.Count, q.OS = n, ""
		if i < len(systems) {
			q.OS = systems[i].name
		}
		if i != most {
			q.Ports, q.Names, q.Blocks, q.Agents = nil, nil, nil, nil
		}
		list = append(list, q)
	}
	return list
}

// number is one that may be a word instead ("Unknown"), which is 0 then.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

func (n number) within(low, high float64) float64 {
	if !(float64(n) > low) { // so for NaN
		return low
	}
	return min(float64(n), high)
}
