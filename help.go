package joy

import (
	"fmt"
	"strings"
)

const usage = `Usage:
  joy [NAME=VALUE | --NAME[=VALUE] | -x FILE]... [FILE...]
  joy version | completion SHELL | help

Reads captures (pcap or pcapng, plain or compressed), follows the conversations
in them and writes one JSON object for each flow. FILE is a capture, a directory
of captures, or - for standard input. Options may stand before, between and
after files; after -- all words are files.

  -x FILE, --xconfig FILE
                      Read options from FILE: one NAME = VALUE per line, or a
                      name alone to switch it on; # begins a comment. Can be
                      given several times.
  -h, --help          Show this text.

The command line wins over the environment (JOY_NAME, such as JOY_BIDIR=1), the
environment over option files, and those over the defaults. (In Joy an option
file overrides the command line, against its manual.) Names have to be exact. A
switch takes 0 or 1, also no/yes, off/on, false/true; --NAME alone is 1. The
value none unsets a string.
`

const statuses = `Exit status: 0 when all went well, also when a signal ended the run early; 1
when a capture was damaged or the output failed; 2 when an option or a file name
was wrong.
`

// Help is the text of joy --help.
func Help() string {
	var b strings.Builder
	b.WriteString("joy " + Version + ", flow records from captures\n\n" + usage)
	for _, g := range groups() {
		title := false
		for i := range options {
			o := &options[i]
			if o.group != g || o.state != works {
				continue
			}
			if !title {
				b.WriteString("\n" + string(g) + "\n")
				title = true
			}
			o.writeHelp(&b)
		}
	}
	for _, s := range []state{later, inert, gone} {
		writeNames(&b, s)
	}
	b.WriteString("\n" + statuses)
	return b.String()
}

// Columns of the help.
const (
	helpIndent = 22
	helpWidth  = 80
)

func (o *option) writeHelp(b *strings.Builder) {
	head := "  " + o.name + "=" + o.kind.arg
	if len(head) > helpIndent-2 {
		b.WriteString(head + "\n")
		head = ""
	}
	for _, line := range wrap(o.help+" ("+o.facts()+")", helpWidth-helpIndent) {
		fmt.Fprintf(b, "%-*s%s\n", helpIndent, head, line)
		head = ""
	}
}

// facts are what the table knows besides the help: range, default and so on.
func (o *option) facts() string {
	facts := []string{"default " + o.def}
	if o.full != "" {
		facts = append(facts, "profile=full: "+o.full)
	}
	if o.kind.bounds != "" {
		facts = append(facts, o.kind.bounds)
	}
	if o.alias != "" {
		facts = append(facts, "also "+o.alias)
	}
	return strings.Join(facts, "; ")
}

// writeNames lists the options of a state that is not worth more.
func writeNames(b *strings.Builder, s state) {
	var names []string
	for i := range options {
		if o := &options[i]; o.state == s {
			names = append(names, o.name)
		}
	}
	if len(names) == 0 {
		return
	}
	b.WriteString("\n" + s.String() + "\n")
	for _, line := range wrap(strings.Join(names, ", "), helpWidth-2) {
		b.WriteString("  " + line + "\n")
	}
}

// String says for the help and the manual what becomes of an option.
func (s state) String() string {
	return [...]string{
		works: "Works",
		later: "Joy has it, this version not yet: refused unless the value is the default",
		gone:  "Joy or its manual has it, and it will not come: refused",
		inert: "Without effect, accepted with a notice",
	}[s]
}

// wrap cuts a text into lines of at most width bytes, if its words let it.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// OptionsMarkdown is docs/options.md.
func OptionsMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Options

Made from the option table in table.go; ` + "`go test . -run TestOptionsMarkdown -update`" + ` writes it again.

` + "```\n" + usage + "```\n\n" + statuses)
	for _, g := range groups() {
		writeTable(&b, string(g), []string{"option", "value", "default", "`profile=full`", "meaning"}, func(o *option) []string {
			if o.group != g || o.state != works {
				return nil
			}
			return []string{code(o.name), code(o.kind.arg), code(o.def), code(o.full), o.meaning()}
		})
	}
	for _, s := range []state{later, inert, gone} {
		writeTable(&b, s.String(), []string{"option", "value", "default", "meaning"}, func(o *option) []string {
			if o.state != s {
				return nil
			}
			return []string{code(o.name), code(o.kind.arg), code(o.def), o.reason()}
		})
	}
	return b.String()
}

// meaning is the help with what the other columns do not say.
func (o *option) meaning() string {
	s := o.help
	if o.kind.bounds != "" {
		s += " Range: " + o.kind.bounds + "."
	}
	if o.alias != "" {
		s += " Also " + code(o.alias) + "."
	}
	return s
}

// reason is the help with why the option is not there.
func (o *option) reason() string {
	if o.why == "" {
		return o.help
	}
	return o.help + " Why: " + o.why + "."
}

// writeTable writes a heading and the rows that are not nil, if there are any.
func writeTable(b *strings.Builder, title string, head []string, row func(*option) []string) {
	begun := false
	for i := range options {
		cells := row(&options[i])
		if cells == nil {
			continue
		}
		if !begun {
			begun = true
			b.WriteString("\n## " + title + "\n\n")
			writeRow(b, head)
			b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
		}
		writeRow(b, cells)
	}
}

func writeRow(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
	}
	b.WriteString("|\n")
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
