package main

import "strings"

// split takes statements apart at the semicolons that are not in texts, names or
// comments. Statements of comments and blanks only are left out.
func split(sql string) (statements []string) {
	start, empty := 0, true
	for i := 0; i < len(sql); {
		n := token(sql[i:])
		switch {
		case sql[i] == ';':
			if !empty {
				statements = append(statements, strings.TrimSpace(sql[start:i]))
			}
			start, empty = i+1, true
		case !strings.ContainsRune(" \t\r\n", rune(sql[i])) && !isComment(sql[i:]):
			empty = false
		}
		i += n
	}
	if !empty {
		statements = append(statements, strings.TrimSpace(sql[start:]))
	}
	return statements
}

func isComment(s string) bool { return strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/*") }

// token returns the length of what has to stay together at the beginning of s.
func token(s string) int {
	switch {
	case strings.HasPrefix(s, "--"):
		return until(s, 2, "\n")
	case strings.HasPrefix(s, "/*"):
		return until(s, 2, "*/")
	case s[0] == '\'' || s[0] == '"':
		return until(s, 1, s[:1]) // a doubled quote begins the next one
	case s[0] == '$':
		if tag := dollar(s); tag != "" {
			return until(s, len(tag), tag)
		}
	case (s[0] == 'e' || s[0] == 'E') && strings.HasPrefix(s[1:], "'"):
		return escaped(s)
	case word(s[0]):
		n := 1
		for n < len(s) && word(s[n]) {
			n++
		}
		return n
	}
	return 1
}

func word(c byte) bool {
	return c == '_' || c == '$' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}

// until returns where end ends, looked for from a place on; the end of s when it
// does not.
func until(s string, from int, end string) int {
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

// dollar is the tag that a text in dollars begins with, "" for none.
func dollar(s string) string {
	end := strings.IndexByte(s[1:], '$')
	if end < 0 {
		return ""
	}
	tag := s[:end+2]
	for i := 1; i < len(tag)-1; i++ {
		if !word(tag[i]) || tag[i] == '$' || i == 1 && '0' <= tag[i] && tag[i] <= '9' {
			return ""
		}
	}
	return tag
}

// escaped is the length of a text such as E'\”.
func escaped(s string) int {
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(s)
}
