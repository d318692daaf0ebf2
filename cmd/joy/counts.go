package main

import (
	"encoding/json"
	"fmt"
	"os"

	"joy"
	"joy/capture"
	"joy/enrich/process"
	"joy/format/ipfix"
	"joy/record"
	"joy/service/upload"
	"joy/telemetry"
	"joy/telemetry/listen"
)

// counts are all that a run has counted. Marshalled, they are what summary=
// writes.
type counts struct {
	joy.Stats
	Interfaces []capture.InterfaceStats `json:"interfaces,omitempty"`
	Telemetry  *telemetry.Stats         `json:"telemetry,omitempty"`
	Sessions   *listen.ConnectionStats  `json:"connections,omitempty"` // of exporters over TCP
	Processes  *process.Stats           `json:"processes,omitempty"`
	Export     *ipfix.Stats             `json:"ipfix_export,omitempty"`
	Uploads    *upload.Stats            `json:"upload,omitempty"`
}

// now is the state of the run, with all counts up to now.
func (g *gear) now() (joy.Snapshot, counts) {
	shot, src := g.progress.Snapshot(), g.src.Stats()
	return shot, g.counted(joy.StatsOf(&shot, src), src)
}

// counted adds to the engine's counts what the others have counted.
func (g *gear) counted(s joy.Stats, src capture.Stats) counts {
	c := counts{Stats: s, Interfaces: src.Interfaces}
	if g.telemetry != nil {
		t := g.telemetry.Stats()
		c.Telemetry = &t
	}
	if s, ok := g.src.(*listen.Source); ok {
		n := s.Connections()
		c.Sessions = &n
	}
	if g.processes != nil {
		p := g.processes.Stats()
		c.Processes = &p
	}
	if g.export != nil {
		x := g.export.Stats()
		c.Export = &x
	}
	if g.uploads != nil {
		u := g.uploads.Stats()
		c.Uploads = &u
	}
	return c
}

// statistics is the record of statistics at the time now.
func (g *gear) statistics(now int64) ([]byte, error) {
	shot, all := g.now()
	type present struct {
		Time  record.Time `json:"time"`       // up to which packets were read, in the form of time_start
		Open  int         `json:"flows_open"` // flows in the table
		Load  uint8       `json:"load"`       // percent of the capture queue that waits
		Level uint8       `json:"shed_level"` // 0 nothing is left out, 1 features of contents, 2 new flows too
		counts
	}
	return json.Marshal(map[string]present{"statistics": {
		record.Time(now), shot.Open, shot.Load, shot.Level, all,
	}})
}

// summarize writes the counts of the run where summary says.
func (r *run) summarize(c *counts) error {
	if r.cfg.Summary == "" {
		return nil
	}
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	b = append(b, '\n')
	if r.cfg.Summary == "-" {
		_, err = r.stderr.Write(b)
	} else {
		err = os.WriteFile(r.cfg.Summary, b, 0o644)
	}
	if err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	return nil
}
