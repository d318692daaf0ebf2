package file

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json"
)

// Write writes the model: a line for each member, and in the long lists for each
// feature and each tree. The same model gives the same bytes.
func (m *Model) Write(to io.Writer) error {
	d, err := m.document()
	if err != nil {
		return err
	}
	text, err := json.Marshal(d, json.Deterministic(true))
	if err != nil {
		return err
	}
	_, err = to.Write(layout(text))
	return err
}

func (m *Model) document() (*document, error) {
	d := &document{
		Version: Version, Joy: m.Joy, Classes: m.Classes, Set: m.Set.Name, SetVersion: m.Set.Version, Manifest: m.Manifest,
		Features: make([]feature, len(m.Features)),
	}
	for i, name := range m.Features {
		d.Features[i].Name = name
	}
	if len(m.Options) > 0 {
		d.Options = make(map[string]string)
		for _, o := range m.Options {
			d.Options[o.Name] = o.Value
		}
	}
	switch {
	case m.Logistic != nil:
		m.writeLogistic(d)
	case m.Trees != nil:
		m.writeTrees(d)
	default:
		return nil, errors.New("a model without numbers")
	}
	return d, nil
}

func (m *Model) writeLogistic(d *document) {
	l := m.Logistic
	d.Kind, d.Intercepts = kindLogistic, l.Intercepts
	for j := range d.Features {
		f := &d.Features[j]
		for _, row := range l.Coefficients {
			f.Coefficients = append(f.Coefficients, row[j])
		}
		if len(l.Mean) > 0 {
			f.Mean, f.Scale = &l.Mean[j], &l.Scale[j]
		}
	}
}

func (m *Model) writeTrees(d *document) {
	d.Kind, d.Base = kindTrees, m.Trees.Base
	for i := range m.Trees.Trees {
		from := &m.Trees.Trees[i]
		t := tree{Output: from.Output}
		for _, n := range from.Nodes {
			t.Feature, t.Threshold = append(t.Feature, n.Feature), append(t.Threshold, n.Threshold)
			t.Left, t.Right = append(t.Left, n.Left), append(t.Right, n.Right)
			t.Value, t.Cover = append(t.Value, n.Value), append(t.Cover, n.Cover)
		}
		d.Trees = append(d.Trees, t)
	}
}

// layout breaks lines before the members of the document, and before the
// elements of the lists of objects in it.
func layout(text []byte) []byte {
	var out bytes.Buffer
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if quoted {
			out.WriteByte(c)
			switch c {
			case '\\':
				i++
				out.WriteByte(text[i])
			case '"':
				quoted = false
			}
			continue
		}
		switch c {
		case '"':
			quoted = true
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 || depth == 1 && text[i-1] == '}' {
				out.WriteByte('\n')
			}
		}
		out.WriteByte(c)
		switch {
		case depth == 1 && (c == ',' || c == '{'), depth == 2 && c == ',' && text[i-1] == '}', depth == 2 && c == '[' && text[i+1] == '{':
			out.WriteByte('\n')
		case c == ',' || c == ':':
			out.WriteByte(' ')
		}
	}
	out.WriteByte('\n')
	return out.Bytes()
}
