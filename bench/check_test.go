package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckJoy(t *testing.T) {
	const (
		header = `{"version":"5.0.0","num_pkts":50}` + "\n"
		both   = `{"sa":"10.0.0.1","num_pkts_out":12,"bytes_in":7,"num_pkts_in":30,"packets":[]}` + "\n"
		single = `{"sa":"10.0.0.2","num_pkts_out":1,"packets":[]}` + "\n"
	)
	told := truth{Packets: 44, IPPackets: 43, Flows: 2}
	for _, c := range []struct {
		name, output, summary string
		want                  string // "" = no error
	}{
		{"all there", header + both + single, `{"decode":{"frames":44},"packets":43}`, ""},
		{"summary silent", header + both + single, `{}`, ""},
		{"record lost", header + both, `{"frames":44,"packets":43}`, "1 records"},
		{"packet not in a record", header + both + single, `{"frames":44,"packets":44}`, "43 packets, the summary 44"},
		{"frame not read", header + both + single, `{"in":{"frames":42}}`, "42 frames"},
		{"flows evicted", header + both + single, `{"flows_evicted":1}`, "1 flows were written early"},
		{"packets not in the summary either", header + single + single, `{}`, "2 packets"},
		{"line cut", header + both + single[:len(single)-1], `{}`, "no end"},
		{"summary cut", header + both + single, `{"frames":`, "summary"},
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{joyOutput: c.output, joySummary: c.summary} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		err := checkJoy("", dir, told)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}
