// Package policy holds what is allowed: rules in files, each with its source,
// and the level that they give to a thing that was seen.
package policy

import (
	"slices"
	"strings"

	"joy/audit/algorithm"
)

// A Level is what a rule says of a thing; the lower of two is the worse.
type Level uint8

// The levels. Unknown stands for what no table or no rule knows: what is known
// to be bad outranks it, and it is never good.
const (
	NotJudged Level = iota // no rule is about it
	Avoid
	Legacy
	Unknown
	Acceptable
	Recommended
)

var levels = []string{"not judged", "avoid", "legacy", "unknown", "acceptable", "recommended"}

func (l Level) String() string { return levels[l] }

// ParseLevel reads the name of a level that things can have.
func ParseLevel(name string) (Level, bool) {
	i := slices.Index(levels, name)
	return Level(max(i, 0)), i > 0
}

// Worse is the worse of two levels; what was not judged does not count.
func Worse(a, b Level) Level {
	if a == NotJudged || b != NotJudged && b < a {
		return b
	}
	return a
}

// A Thing is something that was seen and that rules can be about.
type Thing struct {
	// About is one of the kinds in kinds.go.
	About string
	// Name is the name in records.
	Name string
	// Known says that tables have the name. A thing that they do not have is
	// Unknown, whatever the rules say.
	Known bool
	algorithm.Parts
}

// A Rule gives a level to things. All conditions that it has must hold; the
// first rule that holds decides.
type Rule struct {
	// ID names the rule in findings.
	ID string `toml:"id" json:"id"`
	// About is the kind of things that the rule is about.
	About string `toml:"about" json:"about"`
	// Names are names of things, in full.
	Names []string `toml:"names" json:"names,omitempty"`
	// The parts of a thing, each one of those that are listed.
	Kex    []string `toml:"kex" json:"kex,omitempty"`
	Auth   []string `toml:"auth" json:"auth,omitempty"`
	Cipher []string `toml:"cipher" json:"cipher,omitempty"`
	Mode   []string `toml:"mode" json:"mode,omitempty"`
	MAC    []string `toml:"mac" json:"mac,omitempty"`
	Hash   []string `toml:"hash" json:"hash,omitempty"`
	Family []string `toml:"family" json:"family,omitempty"`
	// Below and From bound the size, which must be known then: in bits, of
	// cert.lifetime in days.
	Below int `toml:"below" json:"below,omitempty"`
	From  int `toml:"from" json:"from,omitempty"`
	// Until and Since are the last and the first day on which the rule holds, as
	// 2029-12-31, by the time of the flow.
	Until Day `toml:"until" json:"until,omitzero"`
	Since Day `toml:"since" json:"since,omitzero"`
	// Level is what the rule gives.
	Level string `toml:"level" json:"level"`
	// Text says why, in one sentence.
	Text string `toml:"text" json:"text"`
	// Section is where the source says so.
	Section string `toml:"section" json:"section,omitempty"`

	level Level
}

// Gives is the level as a number.
func (r *Rule) Gives() Level { return r.level }

// A Policy is the content of a policy file.
type Policy struct {
	// Format is the version of the form of the file.
	Format int `toml:"format" json:"format"`
	// Name is what the command line calls the policy.
	Name  string `toml:"name" json:"name"`
	Title string `toml:"title" json:"title"`
	// Version is that of the guideline, Date its date, Source where it is.
	Version string `toml:"version" json:"version"`
	Date    string `toml:"date" json:"date"`
	Source  string `toml:"source" json:"source"`
	// Note says what a reader has to know of how rules follow from the source.
	Note  string `toml:"note" json:"note,omitempty"`
	Rules []Rule `toml:"rule" json:"rules"`

	about map[string][]*Rule
	joy   *Joy // what a file of Joy's has beside rules
}

// index makes the policy ready for Judge.
func (p *Policy) index() {
	p.about = make(map[string][]*Rule)
	for i := range p.Rules {
		r := &p.Rules[i]
		r.level, _ = ParseLevel(r.Level)
		p.about[r.About] = append(p.about[r.About], r)
	}
}

// Covers reports whether any rule is about a kind of things.
func (p *Policy) Covers(about string) bool { return len(p.about[about]) > 0 }

// Judge gives a level to a thing that was seen at a time, in seconds since 1970,
// and the rule that decided; nil when the level is NotJudged or Unknown and no
// rule was asked or held.
func (p *Policy) Judge(t *Thing, at float64) (Level, *Rule) {
	rules := p.about[t.About]
	switch {
	case len(rules) == 0:
		return NotJudged, nil
	case !t.Known:
		return Unknown, nil
	}
	for _, r := range rules {
		if r.holds(t, at) {
			return r.level, r
		}
	}
	return Unknown, nil
}

func (r *Rule) holds(t *Thing, at float64) bool {
	return oneOf(r.Names, t.Name) && oneOf(r.Kex, t.Kex) && oneOf(r.Auth, t.Auth) && oneOf(r.Cipher, t.Cipher) &&
		oneOf(r.Mode, t.Mode) && oneOf(r.MAC, t.MAC) && oneOf(r.Hash, t.Hash) && oneOf(r.Family, t.Family) &&
		(r.Below == 0 || t.Bits != 0 && t.Bits < r.Below) && (r.From == 0 || t.Bits >= r.From) &&
		(r.Until == 0 || at < float64(r.Until+1)*daySeconds) && at >= float64(r.Since)*daySeconds
}

func oneOf(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }

// About says in words what a rule asks for; for people.
func (r *Rule) Conditions() string {
	var b strings.Builder
	add := func(name string, list []string) {
		if len(list) > 0 {
			b.WriteString(" " + name + "=" + strings.Join(list, ","))
		}
	}
	add("names", r.Names)
	add("kex", r.Kex)
	add("auth", r.Auth)
	add("cipher", r.Cipher)
	add("mode", r.Mode)
	add("mac", r.MAC)
	add("hash", r.Hash)
	add("family", r.Family)
	r.bounds(&b)
	if b.Len() == 0 {
		return "all others"
	}
	return b.String()[1:]
}
