// Package params is the classifier of Cisco's Joy: its text files of parameters
// and its score, to the digits that Joy prints.
package params

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"joy/model/sample"
	"joy/model/vector"
)

// The numbers in the two files: a bias, then a weight for each feature of
// vector.JoySPLT and vector.JoyBD.
const (
	SPLT = 208
	BD   = 464
)

// Weights are the numbers of one file, the bias first.
type Weights []float64

//go:embed shipped
var shipped embed.FS

// Builtin returns the parameters that Joy has compiled in.
func Builtin() (*Pair, error) {
	return open(func(name string) (io.ReadCloser, error) { return shipped.Open("shipped/" + name) }, "splt.txt", "bd.txt")
}

// Open reads the two files of Joy's option model=SPLT:BD.
func Open(splt, bd string) (*Pair, error) {
	return open(func(name string) (io.ReadCloser, error) { return os.Open(name) }, splt, bd)
}

func open(file func(name string) (io.ReadCloser, error), splt, bd string) (*Pair, error) {
	read := func(name string, n int) (Weights, error) {
		f, err := file(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		w, err := Read(f, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return w, nil
	}
	short, err := read(splt, SPLT)
	if err != nil {
		return nil, err
	}
	long, err := read(bd, BD)
	if err != nil {
		return nil, err
	}
	return NewPair(short, long)
}

// maxNumber is more bytes than a number has.
const maxNumber = 64

// maxWeight bounds the numbers, so that no sum leaves the range of 32 bits.
const maxWeight = 1e9

// Read reads n numbers with blanks between them. There must not be fewer, nor
// more: Joy takes both in silence.
func Read(r io.Reader, n int) (Weights, error) {
	words := bufio.NewScanner(r)
	words.Buffer(make([]byte, maxNumber), maxNumber)
	words.Split(bufio.ScanWords)
	var w Weights
	for words.Scan() {
		if len(w) == n {
			return nil, fmt.Errorf("more than %d numbers", n)
		}
		x, err := parse(words.Text())
		if err != nil {
			return nil, fmt.Errorf("number %d: %w", len(w)+1, err)
		}
		w = append(w, x)
	}
	switch err := words.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("number %d: more than %d characters", len(w)+1, maxNumber)
	case err != nil:
		return nil, err
	case len(w) < n:
		return nil, fmt.Errorf("%d numbers, where %d are needed", len(w), n)
	}
	return w, nil
}

// ReadAny reads a file of either kind.
func ReadAny(r io.Reader) (Weights, error) {
	text, err := io.ReadAll(io.LimitReader(r, BD*(maxNumber+2)))
	if err != nil {
		return nil, err
	}
	if len(bytes.Fields(text)) == SPLT {
		return Read(bytes.NewReader(text), SPLT)
	}
	return Read(bytes.NewReader(text), BD)
}

// parse takes decimal numbers only.
func parse(word string) (float64, error) {
	x, err := strconv.ParseFloat(word, 64)
	if err != nil || strings.ContainsAny(word, "xXpP_iInN") {
		return 0, fmt.Errorf("%q is no decimal number", word)
	}
	if math.Abs(x) > maxWeight {
		return 0, fmt.Errorf("%s is out of range", word)
	}
	return x, nil
}

// Write writes the numbers as Joy's program does, one a line.
func (w Weights) Write(to io.Writer) error {
	b := bufio.NewWriter(to)
	for _, x := range w {
		if _, err := b.Write(append(strconv.AppendFloat(nil, x, 'e', 18, 64), '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

// A Pair is the parameters of one run: without and with the bytes. It is not
// changed by scoring.
type Pair struct {
	short [SPLT]float32
	long  [BD]float32
	set   *vector.Set
}

// NewPair takes the numbers of two files.
func NewPair(splt, bd Weights) (*Pair, error) {
	if len(splt) != SPLT || len(bd) != BD {
		return nil, fmt.Errorf("%d and %d numbers, where %d and %d are needed", len(splt), len(bd), SPLT, BD)
	}
	set, err := vector.Find(vector.JoySPLT)
	if err != nil {
		return nil, err
	}
	p := &Pair{set: set}
	for i, x := range splt {
		p.short[i] = float32(x)
	}
	for i, x := range bd {
		p.long[i] = float32(x)
	}
	return p, nil
}

// minBytes is how much payload a flow must exceed for its bytes to count.
const minBytes = 100

// A Scorer scores flows one after another.
type Scorer struct {
	pair *Pair
	x    [SPLT - 1]float64
}

// Scorer makes one; each goroutine needs its own.
func (p *Pair) Scorer() *Scorer { return &Scorer{pair: p} }

// Score is the p_malware of a flow. As in Joy it is reckoned in 32 bits, and the
// products are added in the order of the features; the bytes count if the flow
// has their distribution and more than 100 of them.
//
// Of records in memory it is what Joy's formula gives. Lines have the counters
// of the bytes shifted to 8 bits where one has more, and the first time as in packets.
func (s *Scorer) Score(f *sample.Flow) float64 {
	s.fill(f)
	total := f.BytesOut + f.BytesIn
	w := s.pair.short[:]
	withBytes := f.HasDist && total > minBytes
	if withBytes {
		w = s.pair.long[:]
	}
	z := w[0]
	for i, x := range &s.x {
		if x != 0 {
			z += float32(float32(x) * w[i+1]) // not fused, whatever the processor can
		}
	}
	if withBytes {
		z = addBytes(z, f, w[SPLT:], total)
	}
	return sigmoid(z)
}

// fill has the first time be that of the out side, as Joy's collector has it and
// its records have not.
func (s *Scorer) fill(f *sample.Flow) {
	if !f.Exact.HasWait || len(f.Packets) == 0 {
		s.pair.set.Fill(f, s.x[:])
		return
	}
	first := &f.Packets[0]
	was := first.Time
	first.Time = f.Exact.Wait
	s.pair.set.Fill(f, s.x[:])
	first.Time = was
}

// shifted is the least that the largest counter of a shifted byte_dist has.
const shifted = 128

func addBytes(z float32, f *sample.Flow, w []float32, total uint64) float32 {
	if c := f.Exact.Counts; c != nil {
		for v, n := range c {
			if n != 0 {
				z += float32(float32(n) / float32(total) * w[v])
			}
		}
		return z
	}
	sum := uint64(0)
	for _, n := range &f.Dist {
		sum += uint64(n)
	}
	if slices.Max(f.Dist[:]) < shifted {
		sum = total // which is more where the capture has not all bytes
	}
	if sum == 0 {
		return z
	}
	for v, n := range &f.Dist {
		if n != 0 {
			z += float32(float32(n) / float32(sum) * w[v])
		}
	}
	return z
}

// maxExponent is where Joy cuts the exponent off.
const maxExponent = 500

func sigmoid(z float32) float64 {
	e := float32(min(-float64(z), maxExponent))
	return float64(float32(1 / (1 + math.Exp(float64(e)))))
}
