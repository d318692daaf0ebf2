// Package docs is the manual, for those parts of the program that show some of it.
package docs

import _ "embed"

// Fields is fields.md, the written definitions of what is in a record.
//
//go:embed fields.md
var Fields string
