package input

import (
	"fmt"
	"io"
	"sync"
)

// maxNotes bounds what is told of bad input, one by one.
const maxNotes = 20

// Notes tell what is wrong with input. A query may read a file several times:
// what was told is not told again.
type Notes struct {
	Out    io.Writer
	Prefix string // of every line

	mu      sync.Mutex
	told    int
	lines   map[place]bool // bad lines that were told, at most maxPlaces
	bad     int64
	misfits map[string]int64 // values of another type than the column, by file, in the scan with most
}

// A place is a line of a file.
type place struct {
	file string
	line int64 // 0: the file as a whole
}

// maxPlaces bounds the lines that are remembered. Further bad lines are counted
// each time that they are read.
const maxPlaces = 1 << 16

// Bad reports whether there was anything to tell.
func (n *Notes) Bad() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.told > 0
}

// Damage tells that a file cannot be read, or not to its end.
func (n *Notes) Damage(name string, err error) {
	if n.first(place{name, 0}) {
		n.say(fmt.Sprintf("%s: %v", name, err))
	}
}

// Line tells of a line that is no flow record.
func (n *Notes) Line(name string, line int64, err error) {
	if n.first(place{name, line}) {
		n.say(fmt.Sprintf("%s: line %d: %v", name, line, err))
	}
}

// Misfits tells how many values of a file one scan could not put into their
// columns.
func (n *Notes) Misfits(name string, count int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.misfits == nil {
		n.misfits = map[string]int64{}
	}
	n.misfits[name] = max(n.misfits[name], count)
}

// first reports whether a place comes up for the first time.
func (n *Notes) first(p place) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lines[p] {
		return false
	}
	if n.lines == nil {
		n.lines = map[place]bool{}
	}
	if len(n.lines) < maxPlaces {
		n.lines[p] = true
	}
	if p.line > 0 {
		n.bad++
	}
	return true
}

func (n *Notes) say(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.told++; n.told <= maxNotes {
		fmt.Fprintln(n.Out, n.Prefix+printable(text))
	}
}

// End sums up.
func (n *Notes) End() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.told > maxNotes {
		fmt.Fprintf(n.Out, "%s%d more complaints were left out\n", n.Prefix, n.told-maxNotes)
	}
	if n.bad > 0 {
		fmt.Fprintf(n.Out, "%sbad lines, which are not in the result: %d\n", n.Prefix, n.bad)
	}
	var misfits int64
	for _, count := range n.misfits {
		misfits += count
	}
	if misfits > 0 {
		fmt.Fprintf(n.Out, "%svalues that are not of the type of their column, NULL in the result: %d\n", n.Prefix, misfits)
	}
}
