package anonymize

import (
	"joy/feature"
	"joy/query/value"
)

// A Setting is an option of joy in the configuration line.
type Setting struct{ Name, Value string }

// none is how a configuration line says that an option is not set.
const none = "none"

// Settings writes a configuration line, which says of these options what it would
// if the records had been hidden as they were made. It is ErrHidden for a file
// whose configuration says that they were. The result is valid until the next call.
func (a *Anonymizer) Settings(line []byte, list []Setting) ([]byte, error) {
	if err := a.rec.Parse(line); err != nil {
		return nil, err
	}
	if !a.Again && (a.hiding && isSet(a.rec.Get("anon")) || a.users != nil && isSet(a.rec.Get("useranon"))) {
		return nil, ErrHidden
	}
	a.out = a.out[:0]
	a.open('{')
	for i := range a.rec.Members {
		m := &a.rec.Members[i]
		a.quoted(m.Name)
		a.setting(m, list)
	}
	a.close('}')
	return a.out, nil
}

func (a *Anonymizer) setting(m *value.Member, list []Setting) {
	for _, s := range list {
		if s.Name == string(m.Name) && s.Value != none {
			a.out = feature.AppendString(a.out, s.Value)
			return
		}
	}
	a.plain(m.Value)
}

// isSet reports whether an option is set.
func isSet(v value.Value) bool {
	return v.Kind() == value.String && string(v.Text()) != none
}
