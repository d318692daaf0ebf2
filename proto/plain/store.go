package plain

import (
	"bytes"

	"joy/feature"
)

const (
	maxPiece = 256     // bytes of one text
	maxAll   = 4 << 10 // of all texts of a record
)

// A Store keeps the texts of a record: 4 KiB of them at most.
type Store struct {
	Set  *feature.Settings
	Full bool // something was cut off
	text []byte
}

// Text keeps a text; it is nil when b is empty.
func (s *Store) Text(b []byte) feature.Text {
	n := min(len(b), maxPiece, maxAll-len(s.text))
	s.Full = s.Full || n < len(b)
	if n <= 0 {
		return nil
	}
	start := len(s.text)
	s.text = append(s.text, b[:n]...)
	return s.text[start:len(s.text):len(s.text)]
}

// Secret keeps what stands for a secret.
func (s *Store) Secret(b []byte) feature.Text {
	if s.Set.Secrets || len(b) == 0 {
		return s.Text(b)
	}
	return s.Text([]byte(s.Set.Digest(b)))
}

// Words adds the words of a line to a list of at most most texts.
func (s *Store) Words(list []feature.Text, line []byte, most int) []feature.Text {
	for len(line) > 0 {
		var w []byte
		if w, line = Word(line); len(w) > 0 {
			list = s.Add(list, w, most)
		}
	}
	return list
}

// Add adds one text to a list, unless the same is there.
func (s *Store) Add(list []feature.Text, b []byte, most int) []feature.Text {
	for _, t := range list {
		if bytes.Equal(t, b) {
			return list
		}
	}
	if len(list) >= most {
		s.Full = true
		return list
	}
	if t := s.Text(b); t != nil {
		list = append(list, t)
	}
	return list
}

// Held is how many bytes the texts take, as feature.Holder has it, with perEntry
// for each of the lists that they are in.
func (s *Store) Held(entries int) int { return len(s.text) + perEntry*entries }

// perEntry is about what an entry of a list takes beside its text: a Text, or a
// struct of a few.
const perEntry = 32

// Reset forgets all texts and keeps the memory, which is little.
func (s *Store) Reset() { *s = Store{Set: s.Set, text: s.text[:0]} }
