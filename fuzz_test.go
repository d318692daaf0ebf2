package joy

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// checkConfig: what Parse takes is valid, its line is JSON, and its option file
// gives it again.
func checkConfig(t *testing.T, c *Config) {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatalf("taken, but not valid: %v", err)
	}
	line := c.AppendConfigLine(nil)
	var keys map[string]any
	if err := json.Unmarshal(line, &keys); err != nil || strings.Count(string(line), "\n") != 1 {
		t.Fatalf("not one line of JSON (%v): %q", err, line)
	}
	if keys["version"] != Version || keys["end-config"] != 1.0 || keys["sa"] != nil {
		t.Fatalf("not a configuration line: %s", line)
	}
	file := string(c.AppendOptionFile(nil))
	if c.forTheEyeOnly() {
		return
	}
	again, _, _, err := Parse([]string{"-x", "f"}, nil, files{"f": file}.read)
	if err != nil {
		t.Fatalf("its option file is refused: %v\n%s", err, file)
	}
	if got := string(again.AppendOptionFile(nil)); got != file {
		t.Fatalf("its option file gives\n%s instead of\n%s", got, file)
	}
}

// forTheEyeOnly reports whether a string has what an option file cannot hold.
func (c *Config) forTheEyeOnly() bool {
	for i := range options {
		if o := &options[i]; o.kind.text {
			for _, s := range o.kind.print(c) {
				if strings.ContainsAny(s, "#\n") || s != strings.TrimSpace(s) {
					return true
				}
			}
		}
	}
	return false
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var usage *UsageError
	if !errors.Is(err, ErrHelp) && (!errors.As(err, &usage) || usage.Text == "") {
		t.Fatalf("error %v says nothing of the usage", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"bidir=1\x01x.pcap", "--profile=full\x01--\x01a=b", "label=a:b\x01label=\"c:d\x01-", "-x\x01f\x01num_pkts = 3",
		"output=a\nb", "max_memory=1T\x01rotate_time=0.5\x01output=o", "-h", "=", "--", "-x", "bidri=1", "tls=0", "nat=1",
	} {
		f.Add(seed, "JOY_BIDIR=1\x01JOY_NOTHING=2\x01PATH=x")
	}
	f.Fuzz(func(t *testing.T, args, env string) {
		words := strings.Split(args, "\x01")
		c, inputs, _, err := Parse(words, strings.Split(env, "\x01"), files{"f": "zeros\nhd=3"}.read)
		if err != nil {
			checkError(t, err)
			return
		}
		if len(inputs) > len(words) {
			t.Fatalf("%d inputs of %d words", len(inputs), len(words))
		}
		checkConfig(t, &c)
	})
}

func FuzzOptionFile(f *testing.F) {
	f.Add([]byte("# comment\n\nbidir = 1\nnum_pkts=10 # ten\r\nzeros\nlabel = a:b\nlabel = c:d\n"))
	f.Add([]byte("\xef\xbb\xbfprofile=full\nhd=0\nupdater = 1\n"))
	f.Add([]byte("type = 1\n"))
	f.Add([]byte("output = none\nbpf = ip[0] = 69\noutput=a\x00b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, inputs, _, err := Parse([]string{"-x", "f", "in"}, nil, files{"f": string(data)}.read)
		if err != nil {
			checkError(t, err)
			return
		}
		if len(inputs) != 1 || inputs[0] != "in" {
			t.Fatalf("the option file changed the inputs: %q", inputs)
		}
		checkConfig(t, &c)
	})
}
