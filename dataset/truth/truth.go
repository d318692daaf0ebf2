// Package truth says what class a flow is of, as those know it who made the
// traffic: by the file or the directory that it is in, its subnet, the process
// that sent it, or a table.
package truth

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"joy/enrich/label"
	"joy/query/flow"
)

// Sources is how sources of labels are named.
const Sources = "file, directory, process, subnet:CLASS:FILE, table:FILE"

// Labels are sources of labels, all of which are asked.
type Labels struct {
	// Files are those that labels were read from.
	Files []string

	sources []func(file string, f *flow.Flow, yield func(name string))
	subnets []string // as enrich/label wants them
	needs   [][2]string
	found   []string
}

// Open reads sources of labels.
func Open(specs []string) (*Labels, error) {
	l := new(Labels)
	for _, spec := range specs {
		if err := l.open(spec); err != nil {
			return nil, fmt.Errorf("label %.100q: %w", spec, err)
		}
	}
	if len(l.subnets) > 0 {
		set, err := label.Load(l.subnets)
		if err != nil {
			return nil, err
		}
		l.sources = append(l.sources, bySubnet(set))
	}
	return l, nil
}

func (l *Labels) open(spec string) error {
	kind, rest, _ := strings.Cut(spec, ":")
	switch {
	case spec == "file":
		l.sources = append(l.sources, byFile)
	case spec == "directory":
		l.sources = append(l.sources, byDirectory)
	case spec == "process":
		l.sources = append(l.sources, byProcess)
	case kind == "subnet":
		class, file, _ := strings.Cut(rest, ":")
		if err := CheckName(class); err != nil {
			return err
		}
		l.subnets, l.Files = append(l.subnets, rest), append(l.Files, file)
	case kind == "table" && rest != "":
		t, err := OpenTable(rest, "label")
		if err != nil {
			return err
		}
		l.sources, l.Files = append(l.sources, t.Names), append(l.Files, rest)
		if t.NeedsID {
			l.needs = append(l.needs, [2]string{"community_id", "1"})
		}
	default:
		return errors.New("must be one of " + Sources)
	}
	return nil
}

// OpenTable reads a table from a file.
func OpenTable(file, name string) (*Table, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := ReadTable(f, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

// Needs are the options, name and value, without which flows do not show what
// the sources ask for.
func (l *Labels) Needs() [][2]string { return l.needs }

// Of returns the different labels of a flow, in the order in which they are
// found; none for a flow that nothing is known of. The list is valid until the
// next call.
func (l *Labels) Of(file string, f *flow.Flow) []string {
	l.found = l.found[:0]
	for _, source := range l.sources {
		source(file, f, func(name string) {
			if !slices.Contains(l.found, name) {
				l.found = append(l.found, name)
			}
		})
	}
	return l.found
}

// byFile is the name of the file up to the first dot.
func byFile(file string, _ *flow.Flow, yield func(string)) {
	name, _, _ := strings.Cut(path.Base(strings.ReplaceAll(file, `\`, "/")), ".")
	if CheckName(name) == nil && name != "-" {
		yield(name)
	}
}

// byDirectory is the name of the directory that the file is in.
func byDirectory(file string, _ *flow.Flow, yield func(string)) {
	dir := path.Base(path.Dir(strings.ReplaceAll(file, `\`, "/")))
	if CheckName(dir) == nil && dir != "." && dir != "/" && dir != ".." {
		yield(dir)
	}
}

// byProcess is the name of the program.
func byProcess(_ string, f *flow.Flow, yield func(string)) {
	if name := string(Process(f)); CheckName(name) == nil {
		yield(name)
	}
}

// bySubnet has the labels of both ends.
func bySubnet(set *label.Set) func(string, *flow.Flow, func(string)) {
	var names []string
	return func(_ string, f *flow.Flow, yield func(string)) {
		names = names[:0]
		if f.Src.IsValid() {
			names = set.Labels(names, f.Src)
		}
		if f.Dst.IsValid() {
			names = set.Labels(names, f.Dst)
		}
		for _, name := range names {
			yield(name)
		}
	}
}
