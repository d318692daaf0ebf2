package joy

import (
	"fmt"
	"strings"
)

// An option is one row of the option table. Parsing, the help, the option
// files, the environment, the configuration line, the completion and
// docs/options.md are made from the rows.
type option struct {
	name  string
	alias string // another name that Joy has for it
	state state
	group group
	kind  kind
	def   string // default, as a user would write it
	full  string // value with profile=full; "" = the default
	needs string // option without which this one does nothing; there may be several, with " or " between
	help  string // one sentence or two
	why   string // why it is not there; for all states but works

	joy    string // key in Joy's configuration line; "" = not one of Joy's keys
	shown  string // what the configuration line says, whatever the value
	hidden bool   // not one of our keys in the configuration line either
}

// A state says what becomes of an option that is given.
type state uint8

const (
	works state = iota
	later       // refused, unless the value is the default: does not exist yet
	gone        // refused likewise: will not come
	inert       // accepted with a notice: does nothing in Joy either
)

// A group is a heading of the help.
type group string

const (
	groupFlows     group = "Flows"
	groupFeatures  group = "Features"
	groupProtocols group = "Protocols"
	groupPrivacy   group = "Labels and anonymization"
	groupOutput    group = "Output"
	groupOperation group = "Operation"
	groupLive      group = "Live capture"
	groupExport    group = "IPFIX and NetFlow"
)

// groups are the headings in the order of the help.
func groups() []group {
	return []group{groupFlows, groupFeatures, groupProtocols, groupPrivacy, groupOutput, groupOperation, groupLive, groupExport}
}

// DefaultConfig returns the Config of a run without any option.
func DefaultConfig() Config {
	var c Config
	for i := range options {
		options[i].fix(&c, options[i].def)
	}
	return c
}

// Validate reports the first setting that is out of range, or that asks for
// what does not exist. The error is a *UsageError.
func (c *Config) Validate() error {
	for i := range options {
		o := &options[i]
		for _, text := range o.kind.print(c) {
			if _, err := o.apply(nil, text); err != nil {
				return &UsageError{Text: err.Error()}
			}
		}
	}
	if c.Anon != "" && c.AnonMode == "cryptopan" && c.AnonKey == "" {
		return &UsageError{Text: "anon_mode=cryptopan needs anon_key=FILE"}
	}
	return nil
}

// anyOf are the options of which one has to be set for this one to do anything.
func (o *option) anyOf() []string { return strings.Split(o.needs, " or ") }

// find returns the option of exactly this name or alias, nil if there is none.
func find(name string) *option {
	for i := range options {
		if o := &options[i]; o.name == name || o.alias == name && name != "" {
			return o
		}
	}
	return nil
}

// apply sets the option in c, or with a nil c only checks the value. It returns
// the notice for an option without effect.
func (o *option) apply(c *Config, text string) (Notice, error) {
	canon, err := o.kind.read(nil, text)
	if err != nil {
		return "", fmt.Errorf("%s=%s: %w", o.name, text, err)
	}
	if o.state == works {
		_, err = o.kind.read(c, text)
		return "", err
	}
	if canon == o.canonical() {
		return "", nil
	}
	switch o.state {
	case inert:
		return Notice(fmt.Sprintf("%s=%s has no effect: %s", o.name, text, o.why)), nil
	case gone:
		return "", fmt.Errorf("%s=%s is refused: %s", o.name, text, o.why)
	}
	reason := "its feature does not exist yet"
	if o.why != "" {
		reason += ", " + o.why
	}
	return "", fmt.Errorf("%s=%s is refused: %s (only %s=%s is taken)", o.name, text, reason, o.name, o.def)
}

// fix stores a value that stands in the table: a test sees that all are valid.
func (o *option) fix(c *Config, text string) string {
	canon, _ := o.kind.read(c, text)
	return canon
}

// canonical is the default in the spelling that kind.print gives.
func (o *option) canonical() string { return o.fix(nil, o.def) }

// isDefault reports whether c leaves the option as it is by default.
func (o *option) isDefault(c *Config) bool {
	texts := o.kind.print(c)
	return len(texts) == 0 || len(texts) == 1 && texts[0] == o.canonical()
}
