package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"joy"
	"joy/capture"
	"joy/enrich/process"
	"joy/format/ipfix"
	"joy/service/metrics"
	"joy/service/upload"
	"joy/telemetry"
)

// everything is counts with something in every part.
func everything() counts {
	c := counts{
		Interfaces: []capture.InterfaceStats{{Name: "eth0", Frames: 1, Dropped: 2}, {Name: `e"1`, Down: 3}},
		Telemetry:  &telemetry.Stats{Messages: 4}, Processes: &process.Stats{Misses: 5},
		Export: &ipfix.Stats{Records: 6, Queue: 7}, Uploads: &upload.Stats{Uploaded: 8},
	}
	c.Telemetry.Reasons[telemetry.NoTemplate] = 9
	c.Packets, c.Reasons = 10, map[string]uint64{"bad_ip_header": 11}
	return c
}

func TestMetrics(t *testing.T) {
	c := everything()
	server, err := metrics.Serve(t.Context(), metrics.Config{Addr: "0", Sources: []metrics.Source{func() []metrics.Family {
		return families(&joy.Snapshot{Open: 12, Load: 50}, &c)
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+server.Addr().String()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"joy_packets_total 10", `joy_not_decoded_frames_total{reason="bad_ip_header"} 11`, "joy_flows_open 12",
		"joy_capture_load_ratio 0.5", `joy_interface_dropped_frames_total{interface="eth0"} 2`,
		`joy_interface_down_total{interface="e\"1"} 3`, "joy_telemetry_messages_total 4", "joy_process_misses_total 5",
		"joy_ipfix_records_total 6", "joy_ipfix_lost_records_total 7", "joy_uploaded_files_total 8",
	} {
		if !strings.Contains(string(body), "\n"+line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	problems, err := promlint.New(strings.NewReader(string(body))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("the metrics are not well made: %v %v", problems, err)
	}
}

// The summary names what it counts.
func TestCountsInJSON(t *testing.T) {
	b, err := json.Marshal(everything())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"packets":10`, `"not_decoded_by":{"bad_ip_header":11}`, `"interfaces":[{"name":"eth0","frames":1,`,
		`"telemetry":{"messages":4,`, `"reasons":{"no_template":9}`, `"processes":{"way":"ebpf",`, `"hits":{"ebpf":0,`,
		`"ipfix_export":{"messages":0,`, `"upload":{"queued":0,"uploaded":8,`,
	} {
		if !strings.Contains(string(b), part) {
			t.Errorf("%s is not in %s", part, b)
		}
	}
}

// The heart beats while the engine goes on.
func TestHeart(t *testing.T) {
	n := uint64(0)
	h := heart{count: func() uint64 { return n }, last: time.Now().Add(-time.Hour)}
	if h.alive() == nil {
		t.Error("alive after an hour without a beat")
	}
	n++
	if err := h.alive(); err != nil {
		t.Error(err)
	}
	if err := h.alive(); err != nil {
		t.Error("dead at once:", err)
	}
}
