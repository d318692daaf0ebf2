package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Format is the version of the form of policy files that this package reads.
const Format = 1

// MaxSize bounds a policy file in bytes.
const MaxSize = 1 << 20

// maxRules bounds the rules of a policy.
const maxRules = 2000

// Parse reads a policy file: one of ours (TOML), or Joy's res_tls_policy.json.
// An error names the line, or the rule and its field.
func Parse(text []byte) (*Policy, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("longer than %d bytes", MaxSize)
	}
	if t := bytes.TrimLeft(text, " \t\r\n"); len(t) > 0 && t[0] == '{' {
		return parseJoy(text)
	}
	var p Policy
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, located(err)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	lines := ruleLines(text)
	for i := range p.Rules {
		if err := p.checkRule(i); err != nil {
			return nil, fmt.Errorf("%srule %d (%s): %w", line(lines, i, len(p.Rules)), i+1, p.Rules[i].ID, err)
		}
	}
	p.index()
	return &p, nil
}

// located puts the line before an error of the TOML reader.
func located(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		e := unknown.Errors[0]
		row, _ := e.Position()
		return fmt.Errorf("line %d: there is no field %s", row, strings.Join(e.Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		if key := strings.Join(bad.Key(), "."); key != "" {
			return fmt.Errorf("line %d: %s: %w", row, key, err)
		}
		return fmt.Errorf("line %d: %w", row, err)
	}
	return err
}

// ruleLines are the numbers of the lines on which rules begin.
func ruleLines(text []byte) (lines []int) {
	n := 0
	for l := range bytes.Lines(text) {
		n++
		if bytes.HasPrefix(bytes.TrimSpace(l), []byte("[[rule]]")) {
			lines = append(lines, n)
		}
	}
	return lines
}

// line is nothing when the rules are written in another way than usual.
func line(lines []int, i, rules int) string {
	if len(lines) != rules {
		return ""
	}
	return fmt.Sprintf("line %d: ", lines[i])
}

func (p *Policy) check() error {
	if p.Format != Format {
		return fmt.Errorf("format: %d is not a form that this version of joy reads, which is %d", p.Format, Format)
	}
	for _, field := range []struct{ name, value string }{
		{"name", p.Name}, {"title", p.Title}, {"version", p.Version}, {"date", p.Date}, {"source", p.Source},
	} {
		if field.value == "" {
			return fmt.Errorf("%s: is missing", field.name)
		}
	}
	if len(p.Rules) == 0 {
		return errors.New("rule: there is none")
	}
	if len(p.Rules) > maxRules {
		return fmt.Errorf("rule: more than %d", maxRules)
	}
	return nil
}

// checkRule wants a rule to be able to match something.
func (p *Policy) checkRule(i int) error {
	r := &p.Rules[i]
	if r.ID == "" {
		return errors.New("id: is missing")
	}
	if same := slices.IndexFunc(p.Rules, func(o Rule) bool { return o.ID == r.ID }); same < i {
		return fmt.Errorf("id: rule %d has it too", same+1)
	}
	if r.Text == "" {
		return errors.New("text: is missing")
	}
	k, ok := kinds[r.About]
	if !ok {
		return fmt.Errorf("about: there is no kind of things %q", r.About)
	}
	if l, ok := ParseLevel(r.Level); !ok || l == Unknown {
		return fmt.Errorf("level: %q is none of avoid, legacy, acceptable, recommended", r.Level)
	}
	for _, name := range r.Names {
		if !k.has(r.About, name) {
			return fmt.Errorf("names: there is no %s %q", r.About, name)
		}
	}
	for _, part := range []struct {
		name string
		list []string
	}{{"kex", r.Kex}, {"auth", r.Auth}, {"cipher", r.Cipher}, {"mode", r.Mode}, {"mac", r.MAC}, {"hash", r.Hash}, {"family", r.Family}} {
		for _, v := range part.list {
			if !slices.Contains(parts[part.name], v) {
				return fmt.Errorf("%s: no algorithm has %q", part.name, v)
			}
		}
	}
	return r.checkNumbers()
}

func (r *Rule) checkNumbers() error {
	switch {
	case r.Below < 0 || r.From < 0:
		return errors.New("below, from: must not be negative")
	case r.Below > 0 && r.From >= r.Below:
		return errors.New("below, from: nothing is in between")
	case r.Until != 0 && r.Since > r.Until:
		return errors.New("until, since: no day is in between")
	}
	return nil
}
