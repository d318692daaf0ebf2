package joy

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// The line of Joy 4.5 for bidir=1, but for version, verbosity and our keys.
func TestConfigLineIsJoys(t *testing.T) {
	c := mustParse(t, "bidir=1")
	want := `{"version":"` + Version + `","interface":"none","promisc":0,"output":"none","outputdir":".","username":"none",` +
		`"info":"none","count":0,"upload":"none","keyfile":"none","retain":0,"bidir":1,"num_pkts":50,"zeros":0,` +
		`"retrans":0,"dist":0,"cdist":"none","entropy":0,"hd":0,"classify":0,"idp":0,"exe":0,"anon":"none",` +
		`"useranon":"none","bpf":"none","verbosity":3,"threads":1,"updater":0,"wht":0,"example":0,"dns":0,"ssh":0,` +
		`"tls":0,"dhcp":0,"dhcpv6":0,"http":0,"ike":0,"payload":0,"salt":0,"ppi":0,"fpx":0,`
	line := string(c.AppendConfigLine(nil))
	if !strings.HasPrefix(line, want) {
		t.Errorf("the line is\n%s and does not begin with\n%s", line, want)
	}
	if !strings.HasSuffix(line, `,"end-config":1}`+"\n") {
		t.Errorf("the line ends with %q", line[max(0, len(line)-40):])
	}
}

// Strings are escaped, so that the line is JSON (defect D51).
func TestConfigLineIsEscaped(t *testing.T) {
	tests := []string{`a"b`, `a\b`, "a\nb", "a\x01b", "<&>", "ü", "a\u2028b", "a\xffb", "{}"}
	for _, text := range tests {
		c := mustParse(t, "bpf="+text, "label=x:"+text, "label=y:"+text)
		line := c.AppendConfigLine(nil)
		var got struct {
			BPF   string
			Label []string
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Errorf("%q: %v in %s", text, err, line)
		}
		want := strings.ToValidUTF8(text, "\ufffd")
		if got.BPF != want || len(got.Label) != 2 || got.Label[0] != "x:"+want {
			t.Errorf("%q became %q and %q", text, got.BPF, got.Label)
		}
	}
}

func TestConfigLineLabels(t *testing.T) {
	c := mustParse(t, "label=x:f")
	if line := string(c.AppendConfigLine(nil)); !strings.Contains(line, `"keyfile":"none","label":"x:f","retain"`) {
		t.Errorf("one label is not where Joy has it: %s", line)
	}
}

// What does not change the records does not change the output.
func TestConfigLineKeepsQuiet(t *testing.T) {
	want := string(mustLine(t))
	for _, arg := range []string{"threads=1", "threads=8", "verbosity=0", "log=joy.log", "progress=on", "show_config=1", "summary=s.json", "show_interfaces=1", "format=parquet", "sensor=x"} {
		if got := string(mustLine(t, arg)); got != want {
			t.Errorf("%s changes the configuration line:\n%s", arg, got)
		}
	}
}

// Everything else that works changes it.
func TestConfigLineTells(t *testing.T) {
	silent := map[string]bool{"threads": true, "verbosity": true, "log": true, "log_format": true, "progress": true, "show_config": true, "summary": true, "show_interfaces": true, "format": true, "sensor": true}
	for i := range options {
		o := &options[i]
		if o.state != works || silent[o.name] {
			continue
		}
		if string(mustLine(t, o.name+"="+other(o))) == string(mustLine(t)) {
			t.Errorf("%s=%s is not in the configuration line", o.name, other(o))
		}
	}
}

func mustLine(t *testing.T, args ...string) []byte {
	t.Helper()
	c := mustParse(t, args...)
	return c.AppendConfigLine(nil)
}

func TestOptionFileRoundTrip(t *testing.T) {
	args := []string{"profile=full", "hd=0", "active_timeout=0.25", "label=a:b", "label=c:d", "bpf=ip and not port 53", "output=x.json.gz", "max_memory=2G"}
	want := mustParse(t, args...)
	file := string(want.AppendOptionFile(nil))
	got, _, notices, err := Parse([]string{"-x", "f"}, nil, files{"f": file}.read)
	if err != nil || len(notices) > 0 {
		t.Fatalf("%v, notices %q", err, notices)
	}
	if a, b := string(got.AppendOptionFile(nil)), file; a != b {
		t.Errorf("read again the file is\n%s instead of\n%s", a, b)
	}
	if a, b := string(got.AppendConfigLine(nil)), string(want.AppendConfigLine(nil)); a != b {
		t.Errorf("read again the line is\n%s instead of\n%s", a, b)
	}
}

func TestOutputPath(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{nil, ""},
		{[]string{"output=-", "outdir=out"}, ""},
		{[]string{"output=a.json"}, "a.json"},
		{[]string{"output=a.json", "outdir=out"}, filepath.Join("out", "a.json")},
	}
	for _, test := range tests {
		c := mustParse(t, test.args...)
		if got := c.OutputPath(); got != test.want {
			t.Errorf("%q: %q, want %q", test.args, got, test.want)
		}
	}
}
