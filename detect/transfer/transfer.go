// Package transfer finds who sends much more out of the network than it receives,
// and connections that last long.
package transfer

import (
	"fmt"
	"strconv"
	"time"

	"joy/detect/contact"
	"joy/detect/finding"
	"joy/detect/network"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// The kinds of findings.
const (
	Upload = "upload"
	Long   = "long-connection"
)

// How many pairs and connections are remembered, and what is found of each kind.
const (
	maxPairs       = 1 << 16
	maxConnections = 1 << 16
	maxFindings    = 1000
)

// A Detector adds up what connections carry.
type Detector struct {
	limits      *threshold.Set
	net         *network.Network
	pairs       *recent.Table[load] // client, service
	connections *recent.Table[load] // both addresses and ports
	uploads     *finding.Top
	longs       *finding.Top
	key         []byte // reused
}

// A load is what flows carried.
type load struct {
	trace   finding.Trace
	out, in uint64
	opened  int // connections that began with a SYN
}

// New returns a Detector.
func New(limits *threshold.Set, net *network.Network) *Detector {
	d := &Detector{limits: limits, net: net, uploads: finding.NewTop(maxFindings), longs: finding.NewTop(maxFindings)}
	d.pairs = recent.New(maxPairs, d.upload)
	d.connections = recent.New(maxConnections, d.long)
	return d
}

// Add takes a record. Those of a flow that a timeout cut add up, by their addresses
// and ports, and so do flows that an idle timeout made of one connection.
func (d *Detector) Add(f *flow.Flow) {
	if d.net.Group(f.Dst) {
		return
	}
	port, pr := strconv.AppendUint(nil, uint64(f.DP), 10), strconv.AppendUint(nil, uint64(f.Pr), 10)
	if d.net.Internal(f.Src) && f.Dst.IsValid() && !d.net.Internal(f.Dst) {
		d.key = recent.Key(d.key, f.SA, f.Peer(), port, pr)
		d.pairs.At(d.key, f.End).add(f)
	}
	if f.HasPorts && f.HasIn {
		d.key = recent.Key(d.key, f.SA, f.DA, port, pr, strconv.AppendUint(nil, uint64(f.SP), 10))
		d.connections.At(d.key, f.End).add(f)
	}
}

func (l *load) add(f *flow.Flow) {
	l.trace.Add(f)
	l.out += f.BytesOut
	l.in += f.BytesIn
	if f.Segment == 0 && contact.Opened(f) {
		l.opened++
	}
}

// begin makes the finding of a load.
func (l *load) begin(kind, key string, score float64) finding.Finding {
	f := finding.Finding{Kind: kind, Score: score, Src: recent.Part(key, 0), Dst: recent.Part(key, 1)}
	port, _ := strconv.ParseUint(recent.Part(key, 2), 10, 16)
	pr, _ := strconv.ParseUint(recent.Part(key, 3), 10, 8)
	f.Port, f.Pr = uint16(port), uint8(pr)
	l.trace.Put(&f)
	f.Evidence = []finding.Evidence{
		{Name: "bytes out", Value: strconv.FormatUint(l.out, 10)},
		{Name: "bytes in", Value: strconv.FormatUint(l.in, 10)},
	}
	return f
}

// upload is told of a pair that is over.
func (d *Detector) upload(key string, l *load) {
	least, out := d.limits.Get(threshold.UploadBytes), float64(l.out)
	if out < least || out < d.limits.Get(threshold.UploadRatio)*float64(l.in) {
		return
	}
	f := l.begin(Upload, key, finding.Strength(out, least))
	f.Title = fmt.Sprintf("%s sends %.1f MB to %s", f.Src, out/1e6, f.Dst)
	d.uploads.Put(f)
}

// long is told of a connection that is over.
func (d *Detector) long(key string, l *load) {
	least := d.limits.Get(threshold.LongSeconds)
	lasted := time.Duration(l.trace.Last - l.trace.First)
	if lasted.Seconds() < least || l.opened > 1 { // the ports were used again
		return
	}
	f := l.begin(Long, key, finding.Strength(lasted.Seconds(), least))
	f.Title = fmt.Sprintf("%s and %s port %d were connected for %s", f.Src, f.Dst, f.Port, lasted.Round(time.Second))
	f.Evidence = append(f.Evidence, finding.Evidence{Name: "where", Value: d.side(f.Dst)})
	d.longs.Put(f)
}

// side says where an address is.
func (d *Detector) side(addr string) string {
	p, err := network.ParsePrefix(addr)
	if err != nil {
		return "unknown"
	}
	return d.net.Side(p.Addr())
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, l := range d.pairs.All() {
		d.upload(key, l)
	}
	for key, l := range d.connections.All() {
		d.long(key, l)
	}
	return append(d.uploads.List(), d.longs.List()...)
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.pairs.Bound("clients and services outside"), d.connections.Bound("connections"), d.uploads.Bound(), d.longs.Bound()}
}
