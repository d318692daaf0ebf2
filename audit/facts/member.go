package facts

import (
	"github.com/go-json-experiment/json/jsontext"
)

// A member is an object with one key, as records have in lists: its name, and
// its value when that is a string. Of an object with several keys it is the
// first.
type member struct{ name, text string }

// UnmarshalJSONFrom reads the object.
func (m *member) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*m = member{}
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for first := true; d.PeekKind() != '}'; first = false {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if first {
			m.name = name.String()
		}
		if !first || d.PeekKind() != '"' {
			if err := d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		text, err := d.ReadToken()
		if err != nil {
			return err
		}
		m.text = text.String()
	}
	_, err := d.ReadToken()
	return err
}

// texts are strings; Joy writes some of its lists as one string.
type texts []string

// UnmarshalJSONFrom reads a list of strings, or one.
func (t *texts) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*t = nil
	if d.PeekKind() == '"' {
		s, err := d.ReadToken()
		*t = texts{s.String()}
		return err
	}
	if d.PeekKind() != '[' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		if d.PeekKind() != '"' {
			if err := d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		s, err := d.ReadToken()
		if err != nil {
			return err
		}
		*t = append(*t, s.String())
	}
	_, err := d.ReadToken()
	return err
}
