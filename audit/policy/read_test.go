package policy_test

import (
	"strings"
	"testing"

	"joy/audit/algorithm"
	"joy/audit/policy"
)

const good = `format = 1
name = "own"
title = "Ours"
version = "1"
date = "2026-12"
source = "https://example.net/"

[[rule]]
id = "a"
about = "tls.group"
family = ["ff"]
below = 2048
level = "avoid"
text = "Too small."

[[rule]]
id = "b"
about = "tls.group"
names = ["x25519", "X25519MLKEM768"]
until = "2031-12-31"
level = "recommended"
text = "Good for now."
`

// TestMistakes wants each mistake told with its line and field.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ old, to, want string }{
		{"format = 1", "format = 2", "format: 2 is not"},
		{`name = "own"`, `name = ""`, "name: is missing"},
		{`date = "2026-12"`, ``, "date: is missing"},
		{`title = "Ours"`, `titel = "Ours"`, "line 3: there is no field titel"},
		{`title = "Ours"`, `title = Ours`, "line 3: "},
		{`title = "Ours"`, `title = 3`, "line 3: "},
		{`below = 2048`, `bellow = 2048`, "line 12: there is no field rule.bellow"},
		{`below = 2048`, `below = -1`, "line 8: rule 1 (a): below, from: must not be negative"},
		{`below = 2048`, "below = 2048\nfrom = 2048", "line 8: rule 1 (a): below, from: nothing is in between"},
		{`id = "b"`, `id = "a"`, "line 16: rule 2 (a): id: rule 1 has it too"},
		{`id = "b"`, ``, "line 16: rule 2 (): id: is missing"},
		{`about = "tls.group"` + "\nnames", `about = "tls.grup"` + "\nnames", `line 16: rule 2 (b): about: there is no kind of things "tls.grup"`},
		{`"x25519",`, `"x25518",`, `line 16: rule 2 (b): names: there is no tls.group "x25518"`},
		{`family = ["ff"]`, `family = ["FF"]`, `line 8: rule 1 (a): family: no algorithm has "FF"`},
		{`level = "avoid"`, `level = "bad"`, `line 8: rule 1 (a): level: "bad" is none of`},
		{`level = "avoid"`, `level = "unknown"`, `line 8: rule 1 (a): level: "unknown" is none of`},
		{`text = "Too small."`, ``, "line 8: rule 1 (a): text: is missing"},
		{`until = "2031-12-31"`, `until = "2031-13-31"`, `line 20: rule.until: `},
		{`until = "2031-12-31"`, "until = \"2031-12-31\"\nsince = \"2032-01-01\"", "line 16: rule 2 (b): until, since: no day is in between"},
	} {
		text := strings.Replace(good, c.old, c.to, 1)
		if text == good {
			t.Fatalf("%q is not there", c.old)
		}
		_, err := policy.Parse([]byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", c.to, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"":                                    "format: 0 is not",
		good[:strings.Index(good, "[[")]:      "rule: there is none",
		strings.Repeat("#", policy.MaxSize+1): "longer than",
	} {
		if _, err := policy.Parse([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

func TestJudge(t *testing.T) {
	p, err := policy.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	const in2026, in2032 = 1.796e9, 1.957e9
	ff := func(bits int) policy.Thing {
		return policy.Thing{About: policy.TLSGroup, Name: "finite field", Known: true, Parts: algorithm.Parts{Family: "ff", Bits: bits}}
	}
	curve := policy.Thing{About: policy.TLSGroup, Name: "x25519", Known: true, Parts: algorithm.Parts{Family: "montgomery", Bits: 255}}
	for _, c := range []struct {
		thing policy.Thing
		at    float64
		want  policy.Level
		rule  string
	}{
		{ff(2047), in2026, policy.Avoid, "a"},
		{ff(2048), in2026, policy.Unknown, ""}, // no rule holds
		{ff(0), in2026, policy.Unknown, ""},    // the size is not known
		{curve, in2026, policy.Recommended, "b"},
		{curve, 1956527999.9, policy.Recommended, "b"}, // the last second of the last day
		{curve, 1956528000, policy.Unknown, ""},
		{curve, in2032, policy.Unknown, ""},
		{policy.Thing{About: policy.TLSSuite, Name: "x", Known: true}, in2026, policy.NotJudged, ""},
		{policy.Thing{About: policy.TLSGroup, Name: "x25519"}, in2026, policy.Unknown, ""},
	} {
		level, rule := p.Judge(&c.thing, c.at)
		id := ""
		if rule != nil {
			id = rule.ID
		}
		if level != c.want || id != c.rule {
			t.Errorf("%+v at %f: %s by %q", c.thing, c.at, level, id)
		}
	}
}

func TestWorse(t *testing.T) {
	order := []policy.Level{policy.Avoid, policy.Legacy, policy.Unknown, policy.Acceptable, policy.Recommended, policy.NotJudged}
	for i, a := range order {
		for k, b := range order {
			if got := policy.Worse(a, b); got != order[min(i, k)] {
				t.Errorf("worse of %s and %s is %s", a, b, got)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(joyPolicy))
	for _, name := range policy.Shipped() {
		text, err := policy.Text(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(len(text), 3000)])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := policy.Parse(text)
		if err != nil {
			return
		}
		for _, r := range p.Rules {
			if _, ok := policy.ParseLevel(r.Level); !ok {
				t.Errorf("rule %s has the level %q", r.ID, r.Level)
			}
			thing := policy.Thing{About: r.About, Name: "x", Known: true}
			p.Judge(&thing, 1.7e9)
		}
	})
}
