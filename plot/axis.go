package plot

import (
	"math"
	"strconv"
	"time"
)

// A scale says where a value stands between two places, in pixels.
type scale struct {
	from, to     float64 // places
	least, most  float64 // values
	logarithmic  bool
	ticks        []float64
	name         func(float64) string
	betweenNames float64 // the least distance between names, in pixels
}

// linear is a scale from 0 to at least most, which ends with a tick.
func linear(most, from, to float64, unit string) *scale {
	most = finite(most)
	s := &scale{from: from, to: to, most: most, name: func(v float64) string { return Amount(v) + unit }}
	step := nice(most, math.Abs(to-from), 36)
	if most <= 0 {
		step = 1
	}
	s.most = math.Ceil(most/step*(1-1e-9)) * step
	if s.most <= 0 {
		s.most = step
	}
	for i := 0; float64(i)*step <= s.most*(1+1e-9); i++ {
		s.ticks = append(s.ticks, float64(i)*step)
	}
	return s
}

// nice returns a round distance of ticks, so that those of a range are at least
// so many pixels apart.
func nice(most, pixels, apart float64) float64 {
	count := max(pixels/apart, 1)
	raw := most / count
	if !(raw > 0) || math.IsInf(raw, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 5} {
		if f*power >= raw*(1-1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// at returns the place of a value.
func (s *scale) at(v float64) float64 {
	low, high := s.least, s.most
	if math.IsNaN(v) {
		v = low
	}
	if s.logarithmic {
		low, high, v = math.Log10(low), math.Log10(high), math.Log10(max(v, s.least))
	}
	if high <= low {
		return s.from
	}
	return s.from + (s.to-s.from)*min(max((v-low)/(high-low), 0), 1)
}

// decades is a logarithmic scale with a tick at each power of ten, and at 2 and 5
// where there is room.
func decades(least, most, from, to float64, name func(float64) string) *scale {
	if !(least > 0) || math.IsInf(least, 0) {
		least = 1
	}
	if !(most > least) || math.IsInf(most, 0) {
		most = least * 10
	}
	s := &scale{from: from, to: to, least: least, most: most, logarithmic: true, name: name}
	room := math.Abs(to-from) / math.Log10(most/least)
	first, last := int(math.Floor(math.Log10(least))), int(math.Ceil(math.Log10(most)))
	every := max(1, int(math.Ceil(50/max(room, 1))))
	for e := first; e <= last; e += every {
		for _, f := range []float64{1, 2, 5} {
			v := f * math.Pow(10, float64(e))
			if v < least*(1-1e-9) || v > most*(1+1e-9) || f > 1 && (room < 180 || every > 1) {
				continue
			}
			s.ticks = append(s.ticks, v)
		}
	}
	return s
}

// steps between ticks of time, in seconds.
var steps = []float64{
	1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600,
	86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400, 91 * 86400, 365 * 86400,
}

// clock is a scale of times, in seconds since 1970 and in UTC.
func clock(least, most, from, to float64) *scale {
	if most <= least {
		most = least + 1
	}
	s := &scale{from: from, to: to, least: least, most: most}
	span := most - least
	step := nice(span, to-from, 90)
	for _, n := range steps {
		if span >= 5 && n >= span/max((to-from)/90, 1) {
			step = n
			break
		}
	}
	layout := "15:04:05"
	switch {
	case step < 1:
		layout = "15:04:05.000"
	case step >= 86400:
		layout = "2006-01-02"
	case step >= 60 && span > 86400:
		layout = "01-02 15:04"
	case step >= 60:
		layout = "15:04"
	}
	s.name = func(v float64) string {
		return time.UnixMicro(int64(math.Round(v * 1e6))).UTC().Format(layout)
	}
	for i := math.Ceil(least / step); i*step <= most && len(s.ticks) < 100; i++ {
		s.ticks = append(s.ticks, i*step)
	}
	return s
}

// Amount writes a number in at most four digits, with the prefixes of SI behind
// it: 1.5 M.
func Amount(v float64) string {
	prefix := ""
	for _, p := range []string{"k", "M", "G", "T", "P", "E"} {
		if math.Abs(v) < 999.95 {
			break
		}
		v, prefix = v/1000, p
	}
	digits := 3
	switch a := math.Abs(v); {
	case a >= 100:
		digits = 0
	case a >= 10:
		digits = 1
	case a >= 1 || prefix != "":
		digits = 2
	}
	t := strconv.FormatFloat(v, 'f', digits, 64)
	if digits > 0 {
		for t[len(t)-1] == '0' {
			t = t[:len(t)-1]
		}
		if t[len(t)-1] == '.' {
			t = t[:len(t)-1]
		}
	}
	if prefix != "" {
		return t + " " + prefix
	}
	return t
}

// Duration writes seconds in a unit that suits them: 20 ms, 1.5 h.
func Duration(seconds float64) string {
	v, unit := span(seconds, seconds)
	return Amount(v) + " " + unit
}

// span returns seconds in the unit that suits as many as most of them.
func span(seconds, most float64) (v float64, unit string) {
	switch {
	case most >= 2*86400:
		return seconds / 86400, "d"
	case most >= 2*3600:
		return seconds / 3600, "h"
	case most >= 120:
		return seconds / 60, "min"
	case most >= 1 || most == 0:
		return seconds, "s"
	case most >= 1e-3:
		return seconds * 1e3, "ms"
	}
	return seconds * 1e6, "µs"
}

// upTo is a scale from 0 to exactly most.
func upTo(most, from, to float64) *scale {
	s := linear(most, from, to, "")
	if most = finite(most); most > 0 {
		s.most = most
		for len(s.ticks) > 1 && s.ticks[len(s.ticks)-1] > most*(1+1e-9) {
			s.ticks = s.ticks[:len(s.ticks)-1]
		}
	}
	return s
}
