package sketch

import "math"

// A Distance says how far two distributions are apart.
type Distance struct {
	// N and M are how many values each has.
	N, M uint64
	// PSI is the population stability index: the sum over bins of (q-p)*ln(q/p), p
	// and q being the shares of the first and the second: at least Floor, and at least
	// that of half a value.
	// The bins hold about a tenth of the first each; what is below its smallest or
	// above its largest value has a bin of its own.
	PSI float64
	// Bins is how many of these there are.
	Bins int
	// KS is the statistic of Kolmogorov and Smirnov: the largest difference of the
	// two distribution functions, at the borders of the bins of the sketches.
	KS float64
}

// Floor is the least share in PSI, so that an empty bin does not decide alone.
const Floor = 1e-4

// tenths is how many bins PSI makes of the first distribution.
const tenths = 10

// Compare compares two sketches without classes, the finer of which becomes as
// coarse as the other.
func Compare(first, second *Sketch) Distance {
	shift := max(first.shift, second.shift)
	for _, s := range [...]*Sketch{first, second} {
		if s.shift < shift {
			s.coarsen(shift)
		}
	}
	d := Distance{N: first.Total(), M: second.Total()}
	if d.N == 0 || d.M == 0 {
		return d
	}
	a, b := first.Bins(), second.Bins()
	p := psi{d: &d}
	below := a[0].key
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		key := uint64(math.MaxUint64)
		if i < len(a) {
			key = a[i].key
		}
		if j < len(b) {
			key = min(key, b[j].key)
		}
		if key >= below {
			p.cut(p.n == 0 && p.m > 0 && i == 0)
		}
		n, m := uint64(0), uint64(0)
		if i < len(a) && a[i].key == key {
			n = a[i].Counts[0]
			i++
		}
		if j < len(b) && b[j].key == key {
			m = b[j].Counts[0]
			j++
		}
		p.add(n, m)
		p.cut(p.full() || i == len(a) && n > 0)
	}
	p.cut(p.binN+p.binM > 0)
	return d
}

// A psi adds up bins.
type psi struct {
	d          *Distance
	n, m       uint64 // so far
	binN, binM uint64 // of the bin that is open
	tenth      int
}

func (p *psi) add(n, m uint64) {
	p.n, p.m, p.binN, p.binM = p.n+n, p.m+m, p.binN+n, p.binM+m
	p.d.KS = max(p.d.KS, math.Abs(float64(p.n)/float64(p.d.N)-float64(p.m)/float64(p.d.M)))
}

// full reports whether the next tenth of the first distribution is complete.
func (p *psi) full() bool {
	tenth := int(float64(p.n) / float64(p.d.N) * tenths)
	full := tenth > p.tenth
	p.tenth = tenth
	return full
}

// cut ends a bin on a condition.
func (p *psi) cut(end bool) {
	if !end {
		return
	}
	x, y := share(p.binN, p.d.N), share(p.binM, p.d.M)
	p.d.PSI += (y - x) * math.Log(y/x)
	p.d.Bins++
	p.binN, p.binM = 0, 0
}

func share(n, of uint64) float64 { return max(max(float64(n), 0.5)/float64(of), Floor) }

// Chance is how large PSI and KS get with two samples of one distribution, once
// in 1/alpha times: for PSI (1/N+1/M)*(B-1+z*sqrt(2*(B-1))), where z is the quantile of the
// normal distribution (Yurdakul 2018), for KS sqrt(-ln(alpha/2)/2)*sqrt((N+M)/(N*M)).
func (d *Distance) Chance(alpha float64) (psi, ks float64) {
	if d.N == 0 || d.M == 0 {
		return math.Inf(1), math.Inf(1)
	}
	inverse := 1/float64(d.N) + 1/float64(d.M)
	z := math.Sqrt2 * math.Erfinv(1-2*alpha)
	free := float64(max(d.Bins-1, 1))
	return inverse * (free + z*math.Sqrt(2*free)), math.Sqrt(-math.Log(alpha/2)/2) * math.Sqrt(inverse)
}
