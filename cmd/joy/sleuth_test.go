package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/query/sleuth"
	"joy/query/value"
)

// sample returns the path of one of Joy's captures, which are in the directory
// that JOY_SAMPLES names.
func sample(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("JOY_SAMPLES")
	if dir == "" {
		t.Skip("JOY_SAMPLES does not name the directory of Joy's captures (test/pcaps)")
	}
	return filepath.Join(dir, name+".pcap")
}

// joys runs a command line and returns what it writes.
func joys(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	var out, complaints bytes.Buffer
	p := program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &complaints}
	if status := p.run(args); status != exitOK {
		t.Fatalf("%q: status %d: %s", args, status, complaints.String())
	}
	return out.String()
}

// The examples that are about Joy's captures.
func TestSleuthSamples(t *testing.T) {
	for _, c := range []struct {
		name, capture string
		words         []string
		want          string
	}{
		{
			"E24", "tls12",
			[]string{"--tls_sec", "--select", "sa,da,tls_sec"},
			`{"sa": "192.168.56.101", "da": "192.168.56.102", "tls_sec": {"seclevel": {"classification": "acceptable", ` +
				`"concerns": ["CA not trusted: Internet Widgits Pty Ltd"]}}}` + "\n",
		},
		{
			"E25", "firefox58",
			[]string{"--select", "tls{scs}", "--where", "tls{scs}=*", "--dist"},
			`{"tls": {"scs": "c02b"}, "count": 4, "total": 7}` + "\n" + `{"tls": {"scs": "c02f"}, "count": 3, "total": 7}` + "\n",
		},
		{
			"E26", "kali-password-attack_hydra",
			[]string{"--select", "sa,da,dp,bytes_out", "--where", "dp=22", "--sum", "bytes_out"},
			`{"sa": "192.168.1.2", "da": "192.168.1.3", "dp": 22, "bytes_out": 5883, "sum_over": 7}` + "\n",
		},
		{ // Joy has no answers in bidirectional records, and so no names.
			"linked DNS", "firefox58",
			[]string{"--where", "linked_dns=*,da=172.217.12.238|da=54.192.120.55", "--select", "da,linked_dns{dns[{rn}]}", "--dist"},
			`{"da": "54.192.120.55", "linked_dns": {"dns": [{"rn": "getpocket.cdn.mozilla.net"}, {"rn": "getpocket.cdn.mozilla.net"}]}, "count": 2, "total": 3}` + "\n" +
				`{"da": "172.217.12.238", "linked_dns": {"dns": [{"rn": "google.com"}, {"rn": "google.com"}]}, "count": 1, "total": 3}` + "\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := joys(t, "", append([]string{"sleuth", sample(t, c.capture)}, c.words...)...); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// All halves find each other: stitched, a unidirectional file has the bytes and
// packets of a bidirectional one. Sleuth shows one side of them.
func TestSleuthHalves(t *testing.T) {
	for _, name := range []string{
		"dhcp", "firefox58", "ikev1", "ikev2", "kali-normal-ssh", "kali-password-attack_hydra", "openssl102n", "sample", "sample_tls12_handshake_0",
		"ssh-dropbear-default", "ssh-gex-sha256", "tls10", "tls11", "tls12",
	} {
		t.Run(name, func(t *testing.T) {
			file := sample(t, name)
			question := []string{"sleuth", "--select", "sa,da,sp,dp,pr,bytes_out,bytes_in,num_pkts_out,num_pkts_in,time_start,time_end", "--dist"}
			want := joys(t, joys(t, "", "profile=full", file), question...)
			if got := joys(t, joys(t, "", "profile=full", "bidir=0", file), question...); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// The examples of the manual are what it says.
func TestSleuthManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/sleuth.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, example := range strings.Split(string(text), "$ joy ")[1:] {
		example, _, _ = strings.Cut(example, "```")
		command, want, _ := strings.Cut(example, "\n")
		examples++
		var args []string
		for _, word := range words(command) {
			if word == "a.json" {
				word = "../../query/sleuth/testdata/flows.json"
			}
			args = append(args, word)
		}
		if got := joys(t, "", args...); got != want {
			t.Errorf("%s\ngot\n%swant\n%s", command, got, want)
		}
	}
	if examples < 10 {
		t.Errorf("%d examples", examples)
	}
}

// words splits a command line as a shell does that knows single quotes only.
func words(line string) (list []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

// Whatever a record has, what is deduced from it is JSON, or nothing.
func FuzzDeductions(f *testing.F) {
	f.Add(`{"tls":{"scs":"c02f","c_key_length":528,"s_cert":[{"signature_algo":"a\u0000\"","signature_key_size":1,"issuer":[{"organizationName":"\\\ud83d\ude00"}]}]}}`)
	f.Add(`{"sa":"10.0.0.1","fingerprints":{"tls":"(0303)(1301)((0000))"},"tls":{"sni":["\u0001"],"ja4":"x\"\ud83d\ude00"}}`)
	sec, err := (&securing{compliance: []string{"fips_140", "\"\xff"}}).deduction()
	if err != nil {
		f.Fatal(err)
	}
	n := inferring{db: "builtin"}
	infer, err := n.deduction()
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { n.close() })
	f.Fuzz(func(t *testing.T, line string) {
		var r value.Record
		if r.Parse([]byte(line)) != nil {
			return
		}
		for _, d := range []sleuth.Deduction{sec, infer} {
			from, ok := d.From.Append(nil, &r)
			if !ok {
				continue
			}
			v, err := d.Append(nil, from)
			if err == nil && len(v) > 0 && !jsontext.Value(v).IsValid() {
				t.Errorf("%s of %s: %s", d.Name, from, v)
			}
		}
	})
}
