package main

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"joy"
	"joy/capture"
	"joy/service/metrics"
)

// serveMetrics answers scrapes and questions after the health of the run.
func (g *gear) serveMetrics(ctx context.Context) (*metrics.Server, error) {
	beat := heart{count: func() uint64 { return g.progress.Snapshot().Batches }, last: time.Now()}
	s, err := metrics.Serve(ctx, metrics.Config{
		Addr: g.cfg.Metrics,
		Sources: []metrics.Source{func() []metrics.Family {
			shot, c := g.now()
			return families(&shot, &c)
		}},
		Alive: beat.alive,
		Ready: func() error { return nil }, // it serves only once everything is open
		Log:   g.log.log,
	})
	if err != nil {
		return nil, &joy.UsageError{Text: "metrics: " + err.Error()}
	}
	return s, nil
}

// A heart tells whether a count moves, which it does several times a second.
type heart struct {
	count func() uint64
	seen  uint64
	last  time.Time // when it was seen to move
}

// standstill is how long the engine may be silent before it counts as stuck.
const standstill = 30 * time.Second

func (h *heart) alive() error {
	if n := h.count(); n != h.seen {
		h.seen, h.last = n, time.Now()
	}
	if time.Since(h.last) > standstill {
		return errors.New("the engine has stood still for too long")
	}
	return nil
}

// families are all metrics but those of the Go runtime.
func families(shot *joy.Snapshot, c *counts) []metrics.Family {
	all := []metrics.Family{
		build(),
		metrics.NewGauge("joy_flows_open", "Flows in the table.", float64(shot.Open)),
		metrics.NewGauge("joy_capture_load_ratio", "Part of the capture queue that waits.", float64(shot.Load)/100),
		metrics.NewGauge("joy_shed_level", "What is left out: 0 nothing, 1 features of contents, 2 new flows too.", float64(shot.Level)),
		metrics.NewCounter("joy_packets_total", "IP packets decoded.", c.Packets),
		metrics.NewCounter("joy_filtered_frames_total", "Frames that bpf= left out, behind the kernel.", c.Filter),
		metrics.NewCounter("joy_fragments_total", "Fragments of IP datagrams.", c.Pieces),
		metrics.NewCounter("joy_flows_total", "Flows begun.", c.Flows),
		metrics.NewCounter("joy_records_total", "Records written.", c.Records),
		metrics.NewCounter("joy_evicted_flows_total", "Flows written early at max_flows or max_memory.", c.Evicted),
		metrics.NewCounter("joy_stream_gaps_total", "Parts of TCP streams that were missing for the protocols.", c.Gaps),
		metrics.NewCounter("joy_parsers_cut_total", "Protocols given up at a bound.", c.Cut),
		metrics.NewCounter("joy_parsers_failed_total", "Protocols given up for a fault of the program.", c.Faults),
		metrics.NewCounter("joy_shed_contents_packets_total", "Packets whose contents were not looked at under load.", c.Plain),
		metrics.NewCounter("joy_shed_packets_total", "Packets of flows that were not begun under load.", c.Shed),
		metrics.NewCounter("joy_clock_set_back_total", "Times that the clock was set back.", c.Steps),
		reasons(c.Reasons),
	}
	all = append(all, interfaces(c.Interfaces)...)
	if x := c.Export; x != nil {
		all = append(all,
			metrics.NewCounter("joy_ipfix_records_total", "Records sent as IPFIX.", x.Records),
			metrics.NewCounter("joy_ipfix_lost_records_total", "Records that could not be sent as IPFIX.", x.Lost()),
			metrics.NewCounter("joy_ipfix_messages_total", "Messages of IPFIX with data.", x.Messages),
			metrics.NewGauge("joy_ipfix_waiting_messages", "Messages of IPFIX that wait.", float64(x.Waiting)))
	}
	if u := c.Uploads; u != nil {
		all = append(all,
			metrics.NewCounter("joy_uploaded_files_total", "Files that the far side has confirmed.", u.Uploaded),
			metrics.NewCounter("joy_uploaded_bytes_total", "Bytes in them.", u.Bytes),
			metrics.NewCounter("joy_upload_failures_total", "Attempts to upload that failed.", u.Failed),
			metrics.NewCounter("joy_upload_conflicts_total", "Files given up, as another one has the name.", u.Conflicts),
			metrics.NewGauge("joy_upload_waiting_files", "Files that wait for their upload.", float64(u.Queued)))
	}
	if t := c.Telemetry; t != nil {
		all = append(all,
			metrics.NewCounter("joy_telemetry_messages_total", "Messages of NetFlow, IPFIX and sFlow.", t.Messages),
			metrics.NewCounter("joy_telemetry_records_total", "Flow records in them.", t.Records),
			metrics.NewCounter("joy_telemetry_lost_total", "What the sequence numbers of exporters say is missing.", t.Lost))
	}
	if p := c.Processes; p != nil {
		all = append(all,
			metrics.NewGauge("joy_process_sockets", "Sockets whose process is known.", float64(p.Sockets)),
			metrics.NewCounter("joy_process_misses_total", "Records that name no process.", p.Misses),
			metrics.NewCounter("joy_process_lost_events_total", "Events of the kernel that found no room.", p.LostEvents))
	}
	return all
}

// build says what the program is.
func build() metrics.Family {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.GoVersion
	}
	return metrics.Family{
		Name: "joy_build_info", Help: "Version of the program, as labels.", Kind: metrics.Gauge, Labels: []string{"version", "go"},
		Values: []metrics.Value{{Labels: []string{joy.Version, version}, Number: 1}},
	}
}

func reasons(counts map[string]uint64) metrics.Family {
	f := metrics.Family{
		Name: "joy_not_decoded_frames_total", Help: "Frames without a packet, and losses at bounds, by reason.",
		Kind: metrics.Counter, Labels: []string{"reason"},
	}
	for reason, n := range counts {
		f.Values = append(f.Values, metrics.Value{Labels: []string{reason}, Number: float64(n)})
	}
	return f
}

// interfaces are the counts of each interface.
func interfaces(list []capture.InterfaceStats) (all []metrics.Family) {
	for _, m := range []struct {
		name, help string
		count      func(*capture.InterfaceStats) int64
	}{
		{"joy_interface_frames_total", "Frames captured.", func(i *capture.InterfaceStats) int64 { return i.Frames }},
		{"joy_interface_bytes_total", "Bytes of the frames captured, as on the wire.", func(i *capture.InterfaceStats) int64 { return i.Bytes }},
		{"joy_interface_dropped_frames_total", "Frames that the kernel had no room for.", func(i *capture.InterfaceStats) int64 { return i.Dropped }},
		{"joy_interface_freezes_total", "Times that the ring was full.", func(i *capture.InterfaceStats) int64 { return i.Freezes }},
		{"joy_interface_down_total", "Times that the interface went away.", func(i *capture.InterfaceStats) int64 { return i.Down }},
	} {
		f := metrics.Family{Name: m.name, Help: m.help, Kind: metrics.Counter, Labels: []string{"interface"}}
		for i := range list {
			f.Values = append(f.Values, metrics.Value{Labels: []string{list[i].Name}, Number: float64(m.count(&list[i]))})
		}
		all = append(all, f)
	}
	return all
}
