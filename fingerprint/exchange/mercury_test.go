package exchange

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/npf"
)

// capture has a ClientHello of TLS.
const capture = "../../testdata/captures/dns-over-tls.pcap"

// seen is what mercury says of a flow.
type seen struct {
	Fingerprints map[string]string `json:"fingerprints"`
	Analysis     *struct {
		Process string  `json:"process"`
		Score   float64 `json:"score"`
	} `json:"analysis"`
}

// TestMercuryLoadsIt has mercury itself name the process of a fingerprint, from
// an archive of ours and in each version: $JOY_MERCURY is its program.
func TestMercuryLoadsIt(t *testing.T) {
	program := os.Getenv("JOY_MERCURY")
	if program == "" {
		t.Skip("set JOY_MERCURY to mercury's program")
	}
	for _, version := range []string{"1", "2"} {
		fp := ""
		for _, s := range mercury(t, program, capture, "--format", "tls/"+version) {
			fp = s.Fingerprints["tls"]
			if fp != "" {
				break
			}
		}
		if !strings.HasPrefix(fp, "tls/"+version+"/") {
			t.Fatalf("mercury sees %q in %s", fp, capture)
		}
		d := database.New("")
		if err := d.Put(fingerprint.Entry{Fingerprint: fp, Processes: []fingerprint.Process{
			{Name: "the right one", OS: "Debian 12", Count: 9, Ports: map[string]uint64{"853": 9}, Names: map[string]uint64{"a.example": 1}},
			{Name: "another", Count: 1, Ports: map[string]uint64{"443": 1}},
		}}); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range mercury(t, program, capture, "--resources", written(t, d, version), "--analysis") {
			if s.Fingerprints["tls"] == fp && s.Analysis != nil {
				found = found || s.Analysis.Process == "the right one"
				t.Logf("version %s: %+v", version, *s.Analysis)
			}
		}
		if !found {
			t.Errorf("version %s: mercury does not name the process", version)
		}
	}
}

// TestTranslatesAsMercury has mercury make the fingerprints of captures in all
// versions, and wants of the first version what mercury makes in the others.
func TestTranslatesAsMercury(t *testing.T) {
	program := os.Getenv("JOY_MERCURY")
	if program == "" {
		t.Skip("set JOY_MERCURY to mercury's program")
	}
	compared := map[string]int{}
	for _, name := range []string{"tls-clients", "tls-chromium", "tls-java", "tls-gnutls", "tls-psk", "tls-post-quantum", "quic-chromium", "quic-v1", "dtls"} {
		path := "../../testdata/captures/" + name + ".pcap"
		first := mercury(t, program, path, "--format", "tls,quic,dtls")
		for _, version := range []string{"1", "2"} {
			quic := map[string]string{"1": "", "2": "/1"}[version]
			second := mercury(t, program, path, "--format", "tls/"+version+",quic"+quic)
			for i := range min(len(first), len(second)) {
				for _, kind := range []string{"tls", "quic"} {
					from, want := first[i].Fingerprints[kind], second[i].Fingerprints[kind]
					if from == "" {
						continue
					}
					parsed, err := npf.Parse(want)
					if err != nil {
						t.Fatal(err)
					}
					got, err := npf.Translate(from, parsed.Version)
					if err != nil || got != want {
						t.Errorf("%s:\n got %s, %v\nwant %s", name, got, err, want)
					}
					compared[kind+"/"+parsed.Version]++
				}
			}
		}
	}
	if len(compared) < 4 {
		t.Error("too little was there to compare")
	}
	t.Log(compared)
}

func written(t *testing.T, d *database.Database, version string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "resources.tgz")
	var b bytes.Buffer
	if _, err := WriteMercury(&b, d, Options{Version: version}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mercury runs it over a capture.
func mercury(t *testing.T, program, capture string, args ...string) (list []seen) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	cmd := exec.Command(program, append(args, "--read", capture, "--fingerprint", out)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var s seen
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		list = append(list, s)
	}
	return list
}
