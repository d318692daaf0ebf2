package web

import (
	"html"
	"regexp"
	"strings"

	"joy/docs"
	"joy/plot"
	"joy/query/value"
)

// definitions are the written meanings of fields, by their path.
type definitions map[string]string

var markdownLink = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

// readDefinitions takes the tables of docs/fields.md apart: a row has the paths of
// a field in its first cell, and what it means in its fifth.
func readDefinitions() definitions {
	d := definitions{}
	for line := range strings.Lines(docs.Fields) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		if len(cells) < 6 {
			continue
		}
		text := markdownLink.ReplaceAllString(strings.TrimSpace(cells[5]), "$1")
		text = html.UnescapeString(strings.NewReplacer("\x00", "|", "`", "", "<br>", " ").Replace(text))
		for name := range strings.SplitSeq(cells[1], "<br>") {
			d[strings.Trim(strings.TrimSpace(name), "`")] = text
		}
	}
	return d
}

// A member is a line of the table of fields.
type member struct {
	Path, Value, Meaning string
}

// A section is a member of the record that is an object or a list, or all others.
type section struct {
	Title   string
	Meaning string
	Members []member
	Left    int // members that are not shown
}

// Bounds of what is shown of a record. All of it is in its JSON.
const (
	maxMembers = 400 // of a section
	maxItems   = 40  // of a list
	maxValue   = 600 // characters
)

// drawn are the members that the page shows in a better way.
func drawn(name string) bool { return name == "packets" || name == "byte_dist" }

// sections are all fields of a record with their meanings.
func (d definitions) sections(r *value.Record) []section {
	head := section{Title: "The record"}
	var list []section
	for _, m := range r.Members {
		name := string(m.Name)
		switch k := m.Value.Kind(); {
		case drawn(name):
		case k == value.Object, k == value.Array && hasObjects(m.Value):
			s := section{Title: plot.Printable(name, maxText), Meaning: d[name]}
			d.walk(&s, name, name, m.Value, 0)
			list = append(list, s)
		default:
			d.walk(&head, name, name, m.Value, 0)
		}
	}
	return append([]section{head}, list...)
}

func hasObjects(v value.Value) bool {
	for item := range v.Items() {
		return item.Kind() == value.Object || item.Kind() == value.Array
	}
	return false
}

// walk adds v to a section. Shown is its path with the numbers of items, path the
// one that the definitions know.
func (d definitions) walk(s *section, shown, path string, v value.Value, depth int) {
	switch {
	case len(s.Members) >= maxMembers || depth > value.MaxDepth:
		s.Left++
	case v.Kind() == value.Object:
		for name, member := range v.Members() {
			d.walk(s, shown+"."+string(name), path+"."+string(name), member, depth+1)
		}
	case v.Kind() == value.Array && hasObjects(v):
		i := 0
		for item := range v.Items() {
			if i < maxItems {
				d.walk(s, shown+"["+grouped(i)+"]", path+"[]", item, depth+1)
			} else {
				s.Left++
			}
			i++
		}
	default:
		s.Members = append(s.Members, member{plot.Printable(shown, maxText), words(v), d[path]})
	}
}

// words writes a value for people; of a list as much as there is room for.
func words(v value.Value) string {
	if v.Kind() != value.Array {
		return plot.Printable(string(v.Text()), maxValue)
	}
	var parts []string
	n, size := 0, 0
	for item := range v.Items() {
		if n++; size < maxValue {
			text := plot.Printable(string(item.Text()), maxValue)
			parts, size = append(parts, text), size+len(text)+2
		}
	}
	text := strings.Join(parts, ", ")
	if n > len(parts) {
		text += ", and " + grouped(n-len(parts)) + " more"
	}
	if n == 0 {
		return "(an empty list)"
	}
	return text
}
