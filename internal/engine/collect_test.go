package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"joy/capture"
	"joy/packet"
	"joy/record"
)

// doubles is a Collector that makes two records of each packet to port 53.
type doubles struct{ rec record.Record }

func (c *doubles) Packet(p *packet.Packet, emit func(*record.Record)) bool {
	if p.Key.PortA() != 53 && p.Key.PortB() != 53 {
		return false
	}
	for n := range uint16(2) {
		c.rec = record.Record{SP: record.Port(n), DP: record.Port(p.Index), SALabels: []string{"telemetry"}}
		emit(&c.rec)
	}
	return true
}

// Telemetry gives records instead of a flow, in an order that does not depend
// on the workers.
func TestCollected(t *testing.T) {
	all := traffic(3, 3000)
	var want string
	for _, workers := range []int{1, 2, 5} {
		c := usual()
		c.Workers, c.Collector = workers, &doubles{}
		var out lines
		counts, err := Run(context.Background(), c, &frames{inputs: [][]capture.Frame{all}, size: 50 * workers}, &out, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := out.text.String()
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%d workers give other output than one", workers)
		}
		if n := strings.Count(got, "\n"); uint64(n) != counts.Records {
			t.Errorf("%d records were written, and %d counted", n, counts.Records)
		}
	}
	checkCollected(t, want, all)
}

// checkCollected wants two records a packet, one after the other, and no flow.
func checkCollected(t *testing.T, text string, all []capture.Frame) {
	t.Helper()
	var serials []int
	for line := range strings.Lines(text) {
		var r struct {
			SP, DP *int
			Labels []string `json:"sa_labels"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		switch {
		case r.Labels != nil:
			serials = append(serials, 2**r.DP+*r.SP)
		case r.SP != nil && (*r.SP == 53 || *r.DP == 53):
			t.Errorf("a flow of port 53: %s", line)
		}
	}
	if !slices.IsSorted(serials) || len(serials) != len(slices.Compact(slices.Clone(serials))) {
		t.Error("records are out of order, or come twice")
	}
	if want := 2 * countPort53(all); len(serials) != want {
		t.Errorf("%d records of telemetry, want %d", len(serials), want)
	}
}

func countPort53(all []capture.Frame) (n int) {
	d := packet.NewDecoder(packet.Options{})
	for i := range all {
		for _, p := range d.Decode(nil, &all[i]) {
			if p.Key.PortA() == 53 || p.Key.PortB() == 53 {
				n++
			}
		}
	}
	return n
}

// failing is a stage that does not let anything through.
type failing struct{}

func (failing) Write(*record.Record) error { return fmt.Errorf("no") }

func TestCollectedFails(t *testing.T) {
	c := usual()
	c.Collector = &doubles{}
	c.Stages = func(record.Writer) record.Writer { return failing{} }
	src := source(pkt{src: "10.0.0.1", dst: "10.0.0.2", proto: packet.ProtoUDP, sp: 1, dp: 53})
	if _, err := Run(context.Background(), c, src, &lines{}, nil); err == nil || !strings.Contains(err.Error(), "no") {
		t.Errorf("error %v, want that of the stage", err)
	}
}
