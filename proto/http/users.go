package http

import "joy/feature"

// NameUsers has replace put pseudonyms for the user names in the URI of a
// request, and lists those that it returns in an element usernames, behind the
// version as Joy does. In a request of HTTP/2 the URI is :path.
func (m *Message) NameUsers(replace func(uri string) (replaced string, pseudonyms []string)) {
	at := m.uri()
	if at < 0 {
		return
	}
	uri, users := replace(string(m.elements[at].in(m.text).Value))
	m.users, m.usersAt = users, at+1
	if at+1 < len(m.elements) && string(m.elements[at+1].in(m.text).Name) == "version" {
		m.usersAt++
	}
	if len(users) > 0 {
		m.change(at, uri)
	}
}

// uri is the place of the URI: behind the method or, in HTTP/2, among the
// pseudo-headers, of which there are five at most (RFC 9113 section 8.3.1, RFC
// 8441 section 4). It is -1 if there is none.
func (m *Message) uri() int {
	const pseudo = 5
	name := func(i int) string { return string(m.elements[i].in(m.text).Name) }
	if len(m.elements) > 1 && name(0) == "method" && name(1) == "uri" {
		return 1
	}
	for i := range min(len(m.elements), pseudo) {
		if name(i) == ":path" {
			return i
		}
	}
	return -1
}

// change gives an element another value, in a copy.
func (m *Message) change(at int, value string) {
	var changed Elements
	for i, e := range m.elements {
		old, start := e.in(m.text), len(changed.text)
		changed.text = append(changed.text, old.Name...)
		if i == at {
			changed.text = append(changed.text, value...)
		} else {
			changed.text = append(changed.text, old.Value...)
		}
		changed.close(start, len(old.Name))
	}
	m.text, m.elements = changed.text, changed.list
}

func (m *Message) appendUsers(b []byte) []byte {
	b = append(b, `,{"usernames":[`...)
	for i, u := range m.users {
		if i > 0 {
			b = append(b, ',')
		}
		b = feature.AppendString(b, u)
	}
	return append(b, "]}"...)
}
