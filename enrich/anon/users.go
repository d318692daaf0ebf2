package anon

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// Users replaces user names in the URIs of requests. It is never written to
// after NewUsers, so goroutines may share it.
type Users struct {
	next map[edge]uint32 // a trie of the names in lower case; state 0 is its root
	name []string        // for each state, the pseudonym of the name that ends there
}

type edge struct {
	state uint32
	char  byte
}

// maxName is the most bytes of a user name: it bounds the work for each byte
// of a URI.
const maxName = 256

// NewUsers reads a file with one user name in a line; lines that begin with #
// are comments. Their pseudonyms are those of Joy.
func NewUsers(file string, key *JoyKey) (*Users, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("user names: %w", err)
	}
	defer f.Close()
	u, err := readUsers(f, file, key)
	if err != nil {
		return nil, fmt.Errorf("user names: %w", err)
	}
	return u, nil
}

func readUsers(r io.Reader, file string, key *JoyKey) (*Users, error) {
	u := &Users{next: make(map[edge]uint32), name: make([]string, 1)}
	lines := bufio.NewScanner(r)
	n := 1
	for ; lines.Scan(); n++ {
		name := lines.Text()
		if n == 1 {
			name = strings.TrimPrefix(name, "\ufeff") // as Windows editors begin files
		}
		name = strings.TrimSpace(name)
		if name == "" || name[0] == '#' {
			continue
		}
		if len(name) > maxName {
			return nil, fmt.Errorf("%s:%d: a name of more than %d bytes", file, n, maxName)
		}
		u.add(name, key.name(name))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", file, n, err)
	}
	if len(u.next) == 0 {
		return nil, fmt.Errorf("%s lists no name", file)
	}
	return u, nil
}

// add keeps the pseudonym of the first of several spellings.
func (u *Users) add(name, pseudonym string) {
	var state uint32
	for i := range len(name) {
		e := edge{state, lower(name[i])}
		next, ok := u.next[e]
		if !ok {
			next = uint32(len(u.name))
			u.next[e] = next
			u.name = append(u.name, "")
		}
		state = next
	}
	if u.name[state] == "" {
		u.name[state] = pseudonym
	}
}

// Replace replaces the user names in uri, and returns their pseudonyms in the
// order of the names. A name counts, in upper or lower case, between two of
// the ends of uri and the characters of delimits; of several that begin at one
// place the longest counts. The pseudonym is that of the name as it is in the
// file.
func (u *Users) Replace(uri string) (string, []string) {
	var out []byte
	var found []string
	done := 0
	for i := 0; i < len(uri); i++ {
		if i > 0 && !delimits(uri[i-1]) {
			continue
		}
		end, name := u.longest(uri, i)
		if end == i {
			continue
		}
		out = append(append(out, uri[done:i]...), name...)
		found = append(found, name)
		done, i = end, end // what follows is a delimiter
	}
	if found == nil {
		return uri, nil
	}
	return string(append(out, uri[done:]...)), found
}

// longest returns where the longest name that begins at start ends, and its
// pseudonym; start if there is none.
func (u *Users) longest(uri string, start int) (end int, name string) {
	end = start
	var state uint32
	for i := start; i < len(uri); i++ {
		next, ok := u.next[edge{state, lower(uri[i])}]
		if !ok {
			break
		}
		state = next
		if u.name[state] != "" && (i+1 == len(uri) || delimits(uri[i+1])) {
			end, name = i+1, u.name[state]
		}
	}
	return end, name
}

// delimits reports whether c ends a user name.
func delimits(c byte) bool {
	switch c {
	case '?', '&', '/', '-', '\\', '_', '.', '=', ';':
		return true
	}
	return false
}

// lower is for ASCII: other characters are percent-encoded in URIs.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
