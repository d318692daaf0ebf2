package duck

import "strings"

// Literal is a text as SQL writes it.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Identifier is a name as SQL writes it, in quotes.
func Identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
