package joy

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write docs/options.md again")

// files stands for a file system of option files.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	data, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(data), nil
}

func mustParse(t *testing.T, args ...string) Config {
	t.Helper()
	c, _, _, err := Parse(args, nil, files{}.read)
	if err != nil {
		t.Fatalf("Parse(%q): %v", args, err)
	}
	return c
}

// wantUsageError checks that err is a UsageError whose text holds all parts.
func wantUsageError(t *testing.T, err error, parts ...string) {
	t.Helper()
	var usage *UsageError
	if !errors.As(err, &usage) {
		t.Fatalf("error %v, want a UsageError", err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for i := range options {
		o := &options[i]
		for _, n := range []string{o.name, o.alias} {
			if seen[strings.ToLower(n)] && n != "" {
				t.Errorf("%s: name twice", n)
			}
			seen[strings.ToLower(n)] = true
		}
		if _, err := o.kind.read(nil, o.def); err != nil {
			t.Errorf("%s: default: %v", o.name, err)
		}
		if o.full != "" {
			if _, err := o.kind.read(nil, o.full); err != nil {
				t.Errorf("%s: profile=full: %v", o.name, err)
			}
		}
		if !slices.Contains(groups(), o.group) {
			t.Errorf("%s: group %q is not in the help", o.name, o.group)
		}
		if !strings.HasSuffix(o.help, ".") || strings.HasSuffix(o.why, ".") {
			t.Errorf("%s: help has to end with a full stop, why without one", o.name)
		}
		if (o.state == gone || o.state == inert) && o.why == "" {
			t.Errorf("%s: no reason", o.name)
		}
		if o.needs != "" && slices.ContainsFunc(o.anyOf(), func(name string) bool { return find(name) == nil }) {
			t.Errorf("%s: needs %s, which is no option", o.name, o.needs)
		}
		if bound := o.kind.many || o.kind.print(new(Config)) != nil; !bound && (o.state == works || o.state == later && o.group != groupProtocols) {
			t.Errorf("%s: bound to no field", o.name)
		}
	}
}

// Every option has its own field: setting one changes no other (defect D45).
func TestOptionsAreIndependent(t *testing.T) {
	for i := range options {
		o := &options[i]
		if o.state != works {
			continue
		}
		c := mustParse(t, o.name+"="+other(o))
		for j := range options {
			p := &options[j]
			changed := !p.isDefault(&c)
			if p.name == o.name && !changed {
				t.Errorf("%s=%s changes nothing", o.name, other(o))
			}
			if p.name != o.name && changed && o.name != "profile" {
				t.Errorf("%s changes %s", o.name, p.name)
			}
		}
	}
}

// other is a value that is not the default.
func other(o *option) string {
	for _, text := range append(slices.Clone(o.kind.choices), "2", "7M", "A:B") {
		if canon, err := o.kind.read(nil, text); err == nil && canon != o.canonical() {
			return text
		}
	}
	return ""
}

func TestGoodValues(t *testing.T) {
	tests := []struct {
		name, arg string
		got       func(*Config) any
		want      any
	}{
		{"on", "bidir=1", func(c *Config) any { return c.Bidir }, true},
		{"any digit of Joy is on", "bidir=9", func(c *Config) any { return c.Bidir }, true},
		{"word", "dist=Yes", func(c *Config) any { return c.Dist }, true},
		{"dashes and no value", "--zeros", func(c *Config) any { return c.Zeros }, true},
		{"dashes and value", "--ppi=1", func(c *Config) any { return c.PPI }, true},
		{"blanks around =", " num_pkts = 7 ", func(c *Config) any { return c.NumPkts }, 7},
		{"least", "num_pkts=0", func(c *Config) any { return c.NumPkts }, 0},
		{"most", "num_pkts=200", func(c *Config) any { return c.NumPkts }, 200},
		{"header description", "hd=32", func(c *Config) any { return c.HD }, 32},
		{"initial data packet", "idp=1500", func(c *Config) any { return c.IDP }, 1500},
		{"whole seconds", "inactive_timeout=600", func(c *Config) any { return c.InactiveTimeout }, 600 * time.Second},
		{"half a second", "active_timeout=0.5", func(c *Config) any { return c.ActiveTimeout }, time.Second / 2},
		{"a nanosecond", "rotate_time=0.000000001", func(c *Config) any { return c.RotateTime }, time.Nanosecond},
		{"never", "active_timeout=0", func(c *Config) any { return c.ActiveTimeout }, time.Duration(0)},
		{"bytes", "max_memory=1048576", func(c *Config) any { return c.MaxMemory }, int64(1 << 20)},
		{"bytes with a letter", "max_memory=3g", func(c *Config) any { return c.MaxMemory }, int64(3 << 30)},
		{"text with =", "bpf=ip[0]=0x45", func(c *Config) any { return c.BPF }, "ip[0]=0x45"},
		{"none unsets", "output=none", func(c *Config) any { return c.Output }, ""},
		{"D49: only none unsets", "output=nonesuch.json", func(c *Config) any { return c.Output }, "nonesuch.json"},
		{"- is standard output", "output=-", func(c *Config) any { return c.Output }, ""},
		{"alias", "logfile=joy.log", func(c *Config) any { return c.Log }, "joy.log"},
		{"choice", "anon_mode=cryptopan", func(c *Config) any { return c.AnonMode }, "cryptopan"},
		{"label", "label=in:a.sub", func(c *Config) any { return fmt.Sprint(c.Labels) }, "[in:a.sub]"},
		{"a model of two files", "model=a.txt:b.txt", func(c *Config) any { return c.Model }, "a.txt:b.txt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := mustParse(t, test.arg)
			if got := test.got(&c); got != test.want {
				t.Errorf("%s gives %v, want %v", test.arg, got, test.want)
			}
		})
	}
}

func TestBadValues(t *testing.T) {
	tests := map[string]string{ // argument: what the error says
		"bidir=2x":                      "0 or 1",
		"bidir=":                        "0 or 1",
		"bidir=10":                      "0 or 1",
		"num_pkts=201":                  "between 0 and 200",
		"num_pkts=-1":                   "a number",
		"num_pkts=+1":                   "a number",
		"num_pkts=0x10":                 "a number",
		"num_pkts=1_0":                  "a number",
		"num_pkts=":                     "a number",
		"--num_pkts":                    "num_pkts=N",
		"count=2147483648":              "between 0 and 2147483647",
		"count=99999999999999999999":    "too large",
		"hd=33":                         "between 0 and 32",
		"idp=1501":                      "between 0 and 1500",
		"threads=65":                    "between 0 and 64",
		"verbosity=6":                   "between 0 and 5",
		"community_seed=65536":          "between 0 and 65535",
		"max_flows=0":                   "between 1 and",
		"inactive_timeout=-1":           "seconds",
		"inactive_timeout=1e3":          "seconds",
		"inactive_timeout=.5":           "seconds",
		"inactive_timeout=0.0000000001": "decimals",
		"inactive_timeout=1.x":          "decimals",
		"inactive_timeout=316224000.1":  "between",
		"max_memory=1K":                 "between 1048576 and",
		"max_memory=4GB":                "bytes",
		"max_memory=8388608T":           "too large",
		"max_memory=G":                  "bytes",
		"output=":                       "a value is needed",
		"output=a\x00b":                 "NUL",
		"profile=ful":                   "none, full",
		"progress=1":                    "auto, on, off",
		"anon_mode=aes":                 "joy, cryptopan",
		"label=internal":                "NAME:FILE",
		"label=:file":                   "NAME:FILE",
		"explain=x":                     "0 or 1",
		"nfv9_port=65536":               "between 0 and 65535",
		"type=1":                        "Joy refuses it too",
		"daemon=1":                      "Joy refuses it too",
		"example=1":                     "programmers",
		"updater=x":                     "0 or 1",
		"=1":                            "name before =",
	}
	for arg, says := range tests {
		t.Run(arg, func(t *testing.T) {
			_, _, _, err := Parse([]string{arg}, nil, files{}.read)
			name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			wantUsageError(t, err, name, says)
		})
	}
}

// Every option of the table refuses what its kind cannot hold.
func TestEveryOptionRefuses(t *testing.T) {
	for i := range options {
		o := &options[i]
		bad := "\x00"
		if o.kind.text {
			bad = "a\x00b"
		}
		_, err := o.apply(new(Config), bad)
		if err == nil || !strings.Contains(err.Error(), o.name) {
			t.Errorf("%s takes %q, or does not name itself: %v", o.name, bad, err)
		}
	}
}

func TestRefusedByState(t *testing.T) {
	for i := range options {
		o := &options[i]
		_, err := o.apply(new(Config), o.def)
		if err != nil {
			t.Errorf("%s refuses its default: %v", o.name, err)
		}
		notice, err := o.apply(new(Config), other(o))
		if refused := o.state == later || o.state == gone; refused != (err != nil) {
			t.Errorf("%s=%s: error %v", o.name, other(o), err)
		}
		if (o.state == inert) != (notice != "") {
			t.Errorf("%s=%s: notice %q", o.name, other(o), notice)
		}
	}
}

func TestUnknownOption(t *testing.T) {
	tests := map[string]string{ // argument: name that is suggested
		"bidri=1":                            "bidir",
		"bidr=1":                             "bidir",
		"Bidir=1":                            "bidir",
		"--num-pkts=3":                       "num_pkts",
		"outputfoo=z":                        "output", // D49: Joy takes it for output
		"saltx=1":                            "salt",
		"inactive=5":                         "inactive_timeout",
		"lofgile=x":                          "log",
		"comunity_id=1":                      "community_id",
		"-bidir":                             "bidir",
		"zzzz=1":                             "",
		"j=1":                                "",
		strings.Repeat("bidir", 1000) + "=1": "",
	}
	for arg, near := range tests {
		t.Run(arg[:min(len(arg), 20)], func(t *testing.T) {
			_, _, _, err := Parse([]string{arg}, nil, files{}.read)
			says := "--help"
			if near != "" {
				says = "did you mean " + near + "?"
			}
			wantUsageError(t, err, "unknown option", says)
			var usage *UsageError
			if errors.As(err, &usage) && usage.Arg != arg {
				t.Errorf("argument %q, want %q", usage.Arg, arg)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}}
	for _, test := range tests {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestInputs(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"options may follow files", []string{"a.pcap", "bidir=1", "b.pcap"}, []string{"a.pcap", "b.pcap"}},
		{"standard input", []string{"-"}, []string{"-"}},
		{"everything behind --", []string{"--", "bidir=1", "-x", "--", "-"}, []string{"bidir=1", "-x", "--", "-"}},
		{"path with =", []string{"./bidir=1", "dir/a=b.pcap"}, []string{"./bidir=1", "dir/a=b.pcap"}},
		{"name of an option", []string{"bidir"}, []string{"bidir"}},
		{"none", []string{"bidir=1"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, inputs, _, err := Parse(test.args, nil, files{}.read)
			if err != nil || !slices.Equal(inputs, test.want) {
				t.Errorf("inputs %q (%v), want %q", inputs, err, test.want)
			}
		})
	}
}

func TestPrecedence(t *testing.T) {
	disk := files{
		"a.cfg": "\ufeff# comment\n num_pkts = 10 # tail\r\n\nzeros\nlabel=x:1\nprofile=full",
		"b.cfg": "num_pkts=20\nlabel=y:2",
		"c.cfg": "stats=0",
	}
	tests := []struct {
		name string
		args []string
		env  []string
		want func(*Config) bool
	}{
		{"default", nil, nil, func(c *Config) bool { return c.NumPkts == 50 }},
		{"file over default", []string{"-x", "a.cfg"}, nil, func(c *Config) bool { return c.NumPkts == 10 && c.Zeros }},
		{"later file", []string{"-x", "a.cfg", "--xconfig=b.cfg"}, nil, func(c *Config) bool { return c.NumPkts == 20 }},
		{"environment over file", []string{"-x=a.cfg"}, []string{"JOY_NUM_PKTS=30"}, func(c *Config) bool { return c.NumPkts == 30 }},
		{"command line over file, wherever it stands", []string{"num_pkts=40", "--xconfig", "a.cfg"}, nil, func(c *Config) bool { return c.NumPkts == 40 }},
		{"command line over environment", []string{"num_pkts=40"}, []string{"JOY_NUM_PKTS=30"}, func(c *Config) bool { return c.NumPkts == 40 }},
		{"last word", []string{"num_pkts=40", "num_pkts=41"}, nil, func(c *Config) bool { return c.NumPkts == 41 }},
		{"empty variable is not set", nil, []string{"JOY_NUM_PKTS="}, func(c *Config) bool { return c.NumPkts == 50 }},
		{"alias in the environment", nil, []string{"JOY_LOGFILE=l"}, func(c *Config) bool { return c.Log == "l" }},
		{"D46: labels add up", []string{"label=z:3", "-x", "a.cfg", "-x", "b.cfg"}, nil, func(c *Config) bool { return fmt.Sprint(c.Labels) == "[x:1 y:2 z:3]" }},
		{"none forgets labels", []string{"label=none", "label=z:3", "-x", "a.cfg"}, nil, func(c *Config) bool { return fmt.Sprint(c.Labels) == "[z:3]" }},
		{"profile of a file", []string{"-x", "a.cfg"}, nil, func(c *Config) bool { return c.Bidir && c.Stats && c.HD > 0 }},
		{"profile acts first", []string{"stats=0", "hd=0", "profile=full"}, nil, func(c *Config) bool { return c.Bidir && !c.Stats && c.HD == 0 }},
		{"profile is weaker than a weaker source", []string{"profile=full", "-x", "c.cfg"}, nil, func(c *Config) bool { return c.Bidir && !c.Stats }},
		{"profile taken back", []string{"profile=none", "-x", "a.cfg"}, nil, func(c *Config) bool { return !c.Bidir && !c.Stats && c.Profile == "none" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, _, notices, err := Parse(test.args, test.env, disk.read)
			if err != nil || len(notices) > 0 {
				t.Fatalf("%v, notices %q", err, notices)
			}
			if !test.want(&c) {
				t.Errorf("not so: %+v", c)
			}
		})
	}
}

func TestSourcesOfErrors(t *testing.T) {
	disk := files{
		"range.cfg": "\n\nnum_pkts = 300\n", "name.cfg": "bidri", "value.cfg": "bidir\noutput",
		"type.cfg": "# as Joy ships it\ntype = 1\n", "large.cfg": strings.Repeat("#\n", maxOptionFile),
		"profile.cfg": "profile=all", "nul.cfg": "output=a\x00b",
	}
	tests := []struct {
		name string
		args []string
		env  []string
		says []string
	}{
		{"missing file", []string{"-x", "no.cfg"}, nil, []string{"no.cfg"}},
		{"no file", []string{"-x"}, nil, []string{"-x needs"}},
		{"file out of range", []string{"-x", "range.cfg"}, nil, []string{"range.cfg:3: ", "num_pkts=300"}},
		{"file unknown", []string{"-x", "name.cfg"}, nil, []string{"name.cfg:1: ", "bidir?"}},
		{"file without value", []string{"-x", "value.cfg"}, nil, []string{"value.cfg:2: ", "output=FILE"}},
		{"file of Joy", []string{"-x", "type.cfg"}, nil, []string{"type.cfg:2: "}},
		{"file too large", []string{"-x", "large.cfg"}, nil, []string{"large.cfg: ", "too large"}},
		{"file with a wrong profile", []string{"-x", "profile.cfg"}, nil, []string{"profile.cfg:1: "}},
		{"file with NUL", []string{"-x", "nul.cfg"}, nil, []string{"nul.cfg:1: "}},
		{"environment", nil, []string{"JOY_HD=99"}, []string{"JOY_HD: ", "hd=99"}},
		{"overridden, but wrong", []string{"hd=1"}, []string{"JOY_HD=99"}, []string{"JOY_HD: "}},
		{"prefix-preserving without key", []string{"anon=a.sub", "anon_mode=cryptopan"}, nil, []string{"anon_key"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, _, err := Parse(test.args, test.env, disk.read)
			wantUsageError(t, err, test.says...)
		})
	}
}

func TestNotices(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  []string
		want []string
	}{
		{"inert", []string{"nat=1", "updater=0"}, nil, []string{"nat=1 has no effect"}},
		{"inert in a file", []string{"-x", "f"}, nil, []string{"f:1: nat=1 has no effect"}},
		{"unknown variable", nil, []string{"JOY_BIDRI=1", "HOME=/"}, []string{"JOY_BIDRI names no option"}},
		{"rotation of standard output", []string{"count=5", "output=-"}, nil, []string{"count has no effect without output"}},
		{"key without subnets", []string{"anon_key=k"}, nil, []string{"anon_key has no effect without anon or useranon"}},
		{"key for user names", []string{"anon_key=k", "useranon=u"}, nil, nil},
		{"seed", []string{"community_seed=5", "community_id=1"}, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, notices, err := Parse(test.args, test.env, files{"f": "nat"}.read)
			if err != nil || len(notices) != len(test.want) {
				t.Fatalf("notices %q (%v), want %q", notices, err, test.want)
			}
			for i, n := range notices {
				if !strings.Contains(string(n), test.want[i]) {
					t.Errorf("notice %q does not say %q", n, test.want[i])
				}
			}
		})
	}
}

func TestHelpIsAskedFor(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"bidir=1", "x.pcap", "--help"}} {
		if _, _, _, err := Parse(args, nil, files{}.read); !errors.Is(err, ErrHelp) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestValidate(t *testing.T) {
	tests := map[string]func(*Config){
		"num_pkts":         func(c *Config) { c.NumPkts = 201 },
		"inactive_timeout": func(c *Config) { c.InactiveTimeout = -1 },
		"active_timeout":   func(c *Config) { c.ActiveTimeout = -1 << 63 },
		"max_memory":       func(c *Config) { c.MaxMemory = 0 },
		"anon_mode":        func(c *Config) { c.AnonMode = "" },
		"label":            func(c *Config) { c.Labels = []string{"a:b", "c"} },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			c := DefaultConfig()
			if err := c.Validate(); err != nil {
				t.Fatalf("the default is not valid: %v", err)
			}
			spoil(&c)
			wantUsageError(t, c.Validate(), name)
		})
	}
}

func TestHelpMentionsEveryOption(t *testing.T) {
	help, manual := Help(), OptionsMarkdown()
	for i := range options {
		o := &options[i]
		if o.state == works && !strings.Contains(help, "\n  "+o.name+"=") || !strings.Contains(help, o.name) {
			t.Errorf("the help lacks %s", o.name)
		}
		if !strings.Contains(manual, "| `"+o.name+"` |") {
			t.Errorf("the manual lacks %s", o.name)
		}
	}
	for line := range strings.Lines(help) {
		if len(strings.TrimSuffix(line, "\n")) > helpWidth {
			t.Errorf("the help has a line of %d bytes: %q", len(line), line)
		}
	}
}

// docs/options.md is what the table makes of it; -update writes it.
func TestOptionsMarkdown(t *testing.T) {
	const name = "docs/options.md"
	if *update {
		if err := os.WriteFile(name, []byte(OptionsMarkdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != OptionsMarkdown() {
		t.Errorf("%s is out of date: go test . -run TestOptionsMarkdown -update", name)
	}
}

func TestComplete(t *testing.T) {
	tests := map[string]string{
		"bid":       "[bidir=]",
		"--bid":     "[--bidir=]",
		"-":         "[]",
		"profile=":  "[profile=none profile=full]",
		"profile=f": "[profile=full]",
		"--dist=":   "[--dist=0 --dist=1]",
		"output=":   "[]",
		"classify":  "[classify=]",
		"anon":      "[anon= anon_mode= anon_key=]",
		"x.pcap":    "[]",
	}
	for prefix, want := range tests {
		if got := fmt.Sprint(Complete(prefix)); got != want {
			t.Errorf("Complete(%q) = %s, want %s", prefix, got, want)
		}
	}
	if !slices.Contains(Complete("--"), "--bidir=") {
		t.Error("-- offers no options")
	}
}
