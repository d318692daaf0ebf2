package value

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads v into a Go value, which stays as it is when there is no v. Names
// that stand twice and texts that are not UTF-8 are taken as they come: other
// programs write flow files too.
func Decode[T any](v Value, into *T) error {
	if v.Kind() == None {
		return nil
	}
	return json.Unmarshal(v, into, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
