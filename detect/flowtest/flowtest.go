// Package flowtest makes flows for tests of detectors, as lines of JSON that are
// parsed.
package flowtest

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"

	"joy/query/flow"
)

// A Flow says what a flow is to have. What is not said is that of a connection by
// TCP that was answered.
type Flow struct {
	SA, DA string
	// SP is 0 for one that follows from At.
	SP, DP uint16
	// Pr is 0 for TCP.
	Pr uint8
	// At is the start, in seconds since 2026-01-01; Lasts is in seconds too.
	At, Lasts float64
	// Out and In are bytes.
	Out, In uint64
	// Alone says that da sent nothing, Silent that it accepted, and no side said
	// anything; NoSYN that the beginning was not seen.
	Alone, Silent, NoSYN bool
	Segment              int
	// App is the first protocol, More are further members: "name":value,...
	App, More string
}

// epoch is 2026-01-01.
const epoch = 1767225600

// Line is the flow as JSON.
func (x Flow) Line() string {
	if x.Pr == 0 {
		x.Pr = 6
	}
	if x.SP == 0 {
		x.SP = 32768 + uint16(int(x.At*7))%28000
	}
	if !x.Alone && !x.Silent && x.Out+x.In == 0 {
		x.Out, x.In = 100, 200
	}
	var b strings.Builder
	fmt.Fprintf(&b, `{"sa":%q,"da":%q,"pr":%d`, x.SA, x.DA, x.Pr)
	if x.Pr == 6 || x.Pr == 17 {
		fmt.Fprintf(&b, `,"sp":%d,"dp":%d`, x.SP, x.DP)
	} else {
		b.WriteString(`,"sp":null,"dp":null`)
	}
	fmt.Fprintf(&b, `,"bytes_out":%d,"num_pkts_out":2`, x.Out)
	if !x.Alone {
		fmt.Fprintf(&b, `,"bytes_in":%d,"num_pkts_in":2`, x.In)
	}
	fmt.Fprintf(&b, `,"time_start":%.6f,"time_end":%.6f`, epoch+x.At, epoch+x.At+x.Lasts)
	if x.Pr == 6 && !x.NoSYN {
		b.WriteString(`,"tcp":{"out":{"flags":"S"}`)
		if !x.Alone {
			b.WriteString(`,"in":{"flags":"SA"}`)
		}
		b.WriteByte('}')
	}
	if x.App != "" {
		fmt.Fprintf(&b, `,"app":[%q],"app_by":"content"`, x.App)
	}
	h := fnv.New64a()
	fmt.Fprint(h, x.SA, x.DA, x.SP, x.DP, x.Pr, x.At)
	fmt.Fprintf(&b, `,"flow_id":"%016x","segment":%d`, h.Sum64(), x.Segment)
	if x.More != "" {
		b.WriteString("," + x.More)
	}
	return b.String() + "}"
}

// Parse makes the flow.
func (x Flow) Parse(t testing.TB) *flow.Flow {
	t.Helper()
	var f flow.Flow
	if err := f.Parse([]byte(x.Line())); err != nil {
		t.Fatal(err)
	}
	return &f
}
