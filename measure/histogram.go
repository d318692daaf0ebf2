package measure

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// A Histogram counts byte values: element v is the number of bytes of value v.
type Histogram [256]uint64

// Total is the number of bytes counted.
func (h *Histogram) Total() (n uint64) {
	for _, c := range h {
		n += c
	}
	return n
}

// Moments are the mean of the byte values and their standard deviation (of the
// sample, n-1; 0 for a single byte); both are 0 without bytes.
func (h *Histogram) Moments() (mean, std float64) {
	var t tally
	for v, c := range h {
		if c == 0 {
			continue
		}
		t.n += c
		t.sum += uint64(v) * c
		hi, lo := bits.Mul64(uint64(v)*uint64(v), c)
		t.addSquare(hi, lo)
	}
	return t.mean(), t.std()
}

// Entropy is the Shannon entropy of the byte values in bits a byte: the sum of
// -p*log2(p) over the values, p the share of a value in all bytes; 0 without
// bytes. Times Total it is the information in all of them.
func (h *Histogram) Entropy() float64 {
	n, sum := uint64(0), 0.0
	for _, c := range h {
		n += c
		sum += xlog2(c)
	}
	if n == 0 {
		return 0
	}
	// log2(n) - sum/n is the same number with fewer divisions; it can come out
	// just below 0 where it should be 0.
	return max(0, math.Log2(float64(n))-sum/float64(n))
}

// xlog2Table is for the counters that small flows have; with it Entropy takes
// a tenth of the time (BenchmarkEntropy).
var xlog2Table = makeXlog2Table()

func makeXlog2Table() (t [256]float64) {
	for x := 2; x < len(t); x++ {
		t[x] = float64(x) * math.Log2(float64(x))
	}
	return t
}

// xlog2 is x*log2(x), 0 for 0.
func xlog2(x uint64) float64 {
	if x < uint64(len(xlog2Table)) {
		return xlog2Table[x]
	}
	return float64(x) * math.Log2(float64(x))
}

// Distribution appends the 256 counters, all shifted right by the same number
// of bits: the smallest that lets the largest fit 8 bits.
func (h *Histogram) Distribution(dst []uint8) []uint8 { return shiftTo8(dst, h[:]) }

// Compact appends the counters of the 16 bins of m, shifted like those of
// Distribution after they were added up.
func (h *Histogram) Compact(dst []uint8, m *CompactMap) []uint8 {
	var bin [compactBins]uint64
	for v, c := range h {
		bin[m[v]%compactBins] += c
	}
	return shiftTo8(dst, bin[:])
}

func shiftTo8(dst []uint8, counters []uint64) []uint8 {
	largest := uint64(0)
	for _, c := range counters {
		largest = max(largest, c)
	}
	shift := max(bits.Len64(largest)-8, 0)
	for _, c := range counters {
		dst = append(dst, uint8(c>>shift))
	}
	return dst
}

const compactBins = 16

// A CompactMap says which of the 16 bins, 0 to 15, a byte value belongs to.
type CompactMap [256]uint8

// maxMapLine bounds the lines of a file that holds a CompactMap.
const maxMapLine = 1 << 10

// LoadCompactMap reads lines of a byte value and its bin, decimal numbers with
// white space between them. Each of the 256 byte values has to occur once;
// empty lines are passed over. Errors name the line.
func LoadCompactMap(r io.Reader) (*CompactMap, error) {
	var (
		m    CompactMap
		seen [256]int // the line that had the value
		line int
		n    int
	)
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxMapLine)
	for s.Scan() {
		line++
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		v, bin, err := parseMapLine(s.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if seen[v] != 0 {
			return nil, fmt.Errorf("line %d: byte value %d was in line %d already", line, v, seen[v])
		}
		m[v], seen[v] = bin, line
		n++
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	}
	if n < len(m) {
		return nil, fmt.Errorf("line %d: the file ends with %d of 256 byte values", line, n)
	}
	return &m, nil
}

func parseMapLine(line string) (v, bin uint8, err error) {
	f := strings.Fields(line)
	if len(f) != 2 {
		return 0, 0, errors.New("a byte value and a bin are wanted")
	}
	value, err := strconv.ParseUint(f[0], 10, 8)
	if err != nil {
		return 0, 0, fmt.Errorf("byte value %q is not a number from 0 to 255", f[0])
	}
	b, err := strconv.ParseUint(f[1], 10, 8)
	if err != nil || b >= compactBins {
		return 0, 0, fmt.Errorf("bin %q is not a number from 0 to 15", f[1])
	}
	return uint8(value), uint8(b), nil
}
