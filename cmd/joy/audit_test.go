package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditStatus: what a pipeline decides by. Findings outrank damage, and a
// wrong option both.
func TestAuditStatus(t *testing.T) {
	const captures = "../../testdata/captures/"
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte("{\"sa\":\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		want int
	}{
		{captures + "tls1.3.pcap", exitOK},
		{captures + "tls1.1.pcap", exitFindings},
		{"--fail-on none " + captures + "tls1.1.pcap", exitOK},
		{"--fail-on legacy " + captures + "tls1.2.pcap", exitOK},
		{"--fail-on acceptable " + captures + "tls1.2.pcap", exitFindings},
		{"--fail-on unknown " + captures + "tls-alerts.pcap", exitFindings},
		{"--fail-on legacy " + captures + "tls-alerts.pcap", exitOK},
		{"--offers " + captures + "tls1.2.pcap", exitFindings},
		{"-f joy --fail-on acceptable " + captures + "tls1.2.pcap", exitFindings},
		{"-f joy --fail-on legacy " + captures + "tls1.2.pcap", exitOK},
		{bad, exitFailed},
		{bad + " " + captures + "tls1.3.pcap", exitFailed},
		{bad + " " + captures + "tls1.1.pcap", exitFindings},
		{"--fail-on none " + bad + " " + captures + "tls1.1.pcap", exitFailed},
		{captures + "nothing.pcap", exitFailed},
		{"", exitUsage},
		{"-p nothing " + captures + "tls1.3.pcap", exitUsage},
		{"--fail-on worse " + captures + "tls1.3.pcap", exitUsage},
		{"--wrong " + captures + "tls1.3.pcap", exitUsage},
		{"policies", exitOK},
		{"policies ietf", exitOK},
		{"policies nothing", exitUsage},
	} {
		var out, errs bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
		if got := p.run(append([]string{"audit"}, strings.Fields(c.args)...)); got != c.want {
			t.Errorf("joy audit %s: status %d, want %d\n%s", c.args, got, c.want, errs.String())
		}
	}
}
