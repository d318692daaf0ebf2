package plain

// A Reply is one line of a reply with a number (RFC 5321 section 4.2, RFC 959
// section 4.2).
type Reply struct {
	Code int
	Last bool // no more lines of it follow
	Text []byte
}

// ParseReply reads a line of a reply.
func ParseReply(line []byte) (r Reply, ok bool) {
	if len(line) < 3 {
		return r, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return r, false
		}
		r.Code = 10*r.Code + int(c-'0')
	}
	if len(line) == 3 {
		r.Last = true
		return r, true
	}
	r.Last, r.Text = line[3] == ' ', line[4:]
	return r, r.Last || line[3] == '-'
}
