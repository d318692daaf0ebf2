package bittorrent

import "bytes"

// A decoder walks over bencoded values (BEP 3). It is at the end after what
// does not fit.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) peek() byte {
	if len(d.b) == 0 {
		return 0
	}
	return d.b[0]
}

func (d *decoder) fail() {
	d.b, d.bad = nil, true
}

// open goes into a dictionary or list.
func (d *decoder) open(what byte) {
	if d.peek() != what {
		d.fail()
		return
	}
	d.b = d.b[1:]
}

// done reports whether a dictionary or list ends here, and goes behind it.
func (d *decoder) done() bool {
	switch d.peek() {
	case 'e':
		d.b = d.b[1:]
		return true
	case 0:
		d.fail()
		return true
	}
	return false
}

func (d *decoder) isText() bool { c := d.peek(); return c >= '0' && c <= '9' }

// text is a string, whose length is in front.
func (d *decoder) text() []byte {
	n, i := 0, 0
	for ; i < len(d.b) && i < 6 && d.b[i] >= '0' && d.b[i] <= '9'; i++ {
		n = n*10 + int(d.b[i]-'0')
	}
	if i == 0 || i >= len(d.b) || d.b[i] != ':' || n > len(d.b)-i-1 {
		d.fail()
		return nil
	}
	v := d.b[i+1 : i+1+n]
	d.b = d.b[i+1+n:]
	return v
}

// number is an integer.
func (d *decoder) number() (n int64) {
	end := bytes.IndexByte(d.b, 'e')
	if d.peek() != 'i' || end < 2 || end > 20 {
		d.fail()
		return 0
	}
	digits := d.b[1:end]
	d.b = d.b[end+1:]
	minus := digits[0] == '-'
	for _, c := range digits {
		if c >= '0' && c <= '9' {
			n = n*10 + int64(c-'0')
		}
	}
	if minus {
		return -n
	}
	return n
}

// skip passes over a value of any kind. It keeps count of how deep it is, and
// does not call itself.
func (d *decoder) skip() {
	for depth := 0; ; {
		switch c := d.peek(); {
		case c == 'i':
			d.number()
		case c == 'd' || c == 'l':
			d.b = d.b[1:]
			depth++
		case c == 'e' && depth > 0:
			d.b = d.b[1:]
			depth--
		default:
			d.text()
		}
		if depth == 0 || d.bad {
			return
		}
	}
}

// A message is one of the hash table (BEP 5). What it holds is borrowed.
type message struct {
	kind    byte // q, r or e; 0 for none
	query   []byte
	id      []byte // of the node
	hash    []byte // or target
	version []byte
}

// queries are those that are counted by name, and behind them the others.
var queries = [...]string{"ping", "find_node", "get_peers", "announce_peer", "get", "put", "sample_infohashes", "other", "responses", "errors"}

func (m *message) index() int {
	switch m.kind {
	case 'r':
		return len(queries) - 2
	case 'e':
		return len(queries) - 1
	}
	for i, q := range queries[:len(queries)-3] {
		if string(m.query) == q {
			return i
		}
	}
	return len(queries) - 3
}

// readMessage reads a whole dictionary; ok is false when it is none or does not
// end.
func readMessage(b []byte) (m message, ok bool) {
	d := decoder{b: b}
	for d.open('d'); !d.done(); {
		key := d.text()
		if len(key) != 1 {
			d.skip()
			continue
		}
		switch k := key[0]; {
		case (k == 'a' || k == 'r') && d.peek() == 'd':
			m.arguments(&d)
		case k == 'q' && d.isText():
			m.query = d.text()
		case k == 'v' && d.isText():
			m.version = d.text()
		case k == 'y' && d.isText():
			if y := d.text(); len(y) == 1 && (y[0] == 'q' || y[0] == 'r' || y[0] == 'e') {
				m.kind = y[0]
			}
		default:
			d.skip()
		}
	}
	return m, !d.bad
}

func (m *message) arguments(d *decoder) {
	for d.open('d'); !d.done(); {
		switch key := string(d.text()); {
		case key == "id" && d.isText():
			m.id = d.text()
		case (key == "info_hash" || key == "target") && d.isText():
			m.hash = d.text()
		default:
			d.skip()
		}
	}
}
