package telemetry

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Bounds of what is kept of an exporter.
const (
	maxSelectors = 256
	maxApps      = 4096
	maxAppName   = 64 // bytes
)

// exporterData takes a record about the exporter: when it began, how it
// samples, how it names applications.
func (d *Decoder) exporterData() {
	d.stats.add(OptionsData)
	v, s := &d.vals, d.msg.stream
	if v.has(bootMilli, out) {
		s.boot = v.number(bootMilli, out)
	}
	if rate := v.samplingRate(); rate > 0 {
		if s.sampling == nil {
			s.sampling = map[uint64]float64{}
		}
		keep(d, s.sampling, v.number(selector, out), rate, maxSelectors)
	}
	if name := v.text(appName); len(name) > 0 && len(v.at[out][appID]) <= 8 && v.has(appID, out) {
		if s.apps == nil {
			s.apps = map[uint64][]byte{}
		}
		keep(d, s.apps, v.number(appID, out), bytes.Clone(name[:min(len(name), maxAppName)]), maxApps)
	}
}

// keep sets an entry of a table of the stream at work, with a bound.
func keep[V any](d *Decoder, m map[uint64]V, k uint64, v V, bound int) {
	s := d.msg.stream
	if _, known := m[k]; !known {
		if len(m) >= bound || s.weight+templateExtra > d.share() {
			d.stats.add(OptionsFull)
			return
		}
		d.charge(s, templateExtra)
	}
	m[k] = v
}

// samplingRate is of how many packets one was looked at, as a record says it in
// one of four ways; 0 when it does not.
func (v *values) samplingRate() float64 {
	if n := v.number(samplingInterval, out); n > 0 {
		return float64(n)
	}
	if n := v.number(samplingPackets, out); n > 0 {
		return float64(n+v.number(samplingSpace, out)) / float64(n)
	}
	if n := v.number(samplingSize, out); n > 0 {
		return float64(v.number(samplingPopulation, out)) / float64(n)
	}
	if p := float(v.at[out][samplingProbability]); p > 0 && p <= 1 {
		return 1 / p
	}
	return 0
}

// float reads a floating point number (RFC 7011 section 6.1.4); 0 when it is none.
func float(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

// sampling is the rate that holds for the record at work: its own, that of the
// selector it names, that of the message, or the only one of the exporter.
func (d *Decoder) sampling() float64 {
	v, s := &d.vals, d.msg.stream
	if rate := v.samplingRate(); rate > 0 {
		return rate
	}
	if rate, ok := s.sampling[v.number(selector, out)]; ok {
		return rate
	}
	if d.msg.sampling == 0 && len(s.sampling) == 1 && !v.has(selector, out) {
		for _, rate := range s.sampling {
			return rate
		}
	}
	return d.msg.sampling
}
