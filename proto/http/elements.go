package http

import "joy/feature"

// Elements hold the elements of several messages, one after the other. Package
// http2 uses them too.
type Elements struct {
	text []byte
	list []element
}

// An element is an Element in 8 bytes.
type element struct {
	at          uint32 // of the name in the text; the value is behind it
	name, value uint16 // sizes
}

func (e element) in(text []byte) Element {
	t := text[e.at:]
	return Element{Name: t[:e.name], Value: t[e.name : int(e.name)+int(e.value)]}
}

// Len is the number of elements.
func (e *Elements) Len() int { return len(e.list) }

// Size is the number of bytes of all elements and bodies.
func (e *Elements) Size() int { return len(e.text) }

// Message is the elements from one to before another, and a body, which Room
// has returned the place of.
func (e *Elements) Message(from, to, body, size int) Message {
	return Message{text: e.text, elements: e.list[from:to], body: e.text[body : body+size]}
}

// AddHeader adds a header, with digests instead of credentials. Both are
// copied; a name is cut after 255 bytes, and a value with all digests after
// 65535.
func AddHeader[T []byte | string](e *Elements, name, value T, set *feature.Settings) {
	at := len(e.text)
	e.text = append(e.text, name[:min(len(name), maxName)]...)
	if secret := SecretOf(e.text[at:]); secret == Open || set.Secrets {
		e.text = append(e.text, value...)
	} else {
		e.text = secret.Append(e.text, []byte(value), set)
	}
	e.close(at, min(len(name), maxName))
}

// addPart adds a part of a start line.
func (e *Elements) addPart(name string, value []byte, secret Secret, set *feature.Settings) {
	at := len(e.text)
	e.text = secret.Append(append(e.text, name...), value, set)
	e.close(at, len(name))
}

// close ends the element that begins at a place in the text.
func (e *Elements) close(at, name int) {
	value := min(len(e.text)-at-name, 1<<16-1)
	e.list = append(e.list, element{at: uint32(at), name: uint16(name), value: uint16(value)})
}

// Room makes room for n bytes of a body, and returns its place.
func (e *Elements) Room(n int) (place int) {
	place = len(e.text)
	e.text = append(e.text, make([]byte, n)...)
	return place
}

// SetBody writes bytes of a body to a place with room for them.
func (e *Elements) SetBody(place int, b []byte) { copy(e.text[place:], b) }

// Held is the number of bytes that the elements take.
func (e *Elements) Held() int { return len(e.text) + 8*len(e.list) }

// Reset forgets the elements, and keeps the memory.
func (e *Elements) Reset() { e.text, e.list = e.text[:0], e.list[:0] }

// Trim gives large buffers back.
func (e *Elements) Trim() { e.text, e.list = trimmed(e.text, keptText), trimmed(e.list, keptEntries) }

// trimmed is s without elements, and without its memory when that is for more
// than keep of them.
func trimmed[S ~[]E, E any](s S, keep int) S {
	if cap(s) > keep {
		return nil
	}
	return s[:0]
}
