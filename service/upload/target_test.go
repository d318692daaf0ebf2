package upload

import (
	"strings"
	"testing"
	"time"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]target{
		"joy@host:/var/flows":       {"joy", "host", "22", "/var/flows"},
		"joy@Host.Example:flows":    {"joy", "host.example", "22", "flows"},
		"joy@host:":                 {"joy", "host", "22", "."},
		"joy@host:~/flows":          {"joy", "host", "22", "flows"},
		"joy@host:~/":               {"joy", "host", "22", "."},
		"joy@host:2222:/p":          {"joy", "host", "2222", "/p"},
		"joy@host:02222:":           {"joy", "host", "2222", "."},
		"joy@host:2222":             {"joy", "host", "22", "2222"},
		"joy@host:22:33:x":          {"joy", "host", "22", "33:x"},
		"joy@host:a:b@c:1":          {"joy", "host", "22", "a:b@c:1"},
		"joy@host:/with a space/ü ": {"joy", "host", "22", "/with a space/ü "},
		"joy@[::1]:/p":              {"joy", "::1", "22", "/p"},
		"joy@[2001:DB8::1]:22022:p": {"joy", "2001:db8::1", "22022", "p"},
		"joy@[fe80::1%eth0]:p":      {"joy", "fe80::1%eth0", "22", "p"},
		"joy@10.0.0.1:p":            {"joy", "10.0.0.1", "22", "p"},
		"j.d@corp.example@host:p":   {"j.d@corp.example", "host", "22", "p"},
	} {
		if got, err := parseTarget(text); got != want || err != nil {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"":                                   "USER@HOST:PATH",
		"host:path":                          "USER@HOST:PATH",
		"@host:path":                         "USER@HOST:PATH",
		"user@host":                          "no : between",
		"user@:path":                         "no host",
		"user@::1:path":                      "needs brackets: [::1]",
		"user@2001:db8::1:p":                 "needs brackets: [2001:db8::1]",
		"user@[::1]":                         "without ]:",
		"user@[::1]path":                     "without ]:",
		"user@[::1":                          "without ]:",
		"user@[10.0.0.1]:p":                  "not an IPv6 address",
		"user@[host]:p":                      "not an IPv6 address",
		"user@host:0:p":                      "from 1 to 65535",
		"user@host:65536:p":                  "from 1 to 65535",
		"user@host:9999999999999999999999:p": "from 1 to 65535",
		"user@ho st:p":                       "not the name of a host",
		"user@a,b:p":                         "not the name of a host",
		"user@host:p\n":                      "control character",
		"user@host:p\x00":                    "control character",
	} {
		if got, err := parseTarget(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, error %v, want one with %q", text, got, err, says)
		}
	}
}

// What is understood is understood the same way when it is written again.
func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"u@h:p", "u@[::1]:22:p", "u@h:1:2:3", "u@h:~/~/x", "u@2001:db8::1:p", "a@b@c:d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := parseTarget(text)
		if err != nil {
			return
		}
		again, err := parseTarget(first.String())
		if again != first || err != nil {
			t.Errorf("%q: %+v, then %q: %+v, %v", text, first, first.String(), again, err)
		}
	})
}

func TestPauses(t *testing.T) {
	chance := 0.0
	p := usualPace()
	p.random = func() float64 { return chance }
	for failures, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second,
		10: 5 * time.Minute, 11: 5 * time.Minute, 64: 5 * time.Minute, 1 << 30: 5 * time.Minute,
	} {
		for _, chance = range []float64{0, 0.5, 1} {
			if got := p.after(failures); got != time.Duration(float64(want)*(0.5+chance/2)) {
				t.Errorf("%d failures, chance %v: %v, want at most %v", failures, chance, got, want)
			}
		}
	}
}

func TestMessagesAreFitForALog(t *testing.T) {
	if got := clean("a\x1b[2J\nb\xff\u0085c"); got != "a?[2J?b?\u003fc" {
		t.Errorf("%q", got)
	}
	if got := clean(strings.Repeat("é", maxMessage)); len(got) != maxMessage {
		t.Error(len(got))
	}
}
