package flow

import "joy/query/value"

// IsSettings reports whether a line is the configuration that heads a file.
func IsSettings(r *value.Record) bool {
	return r.Get("sa") == nil && r.Get("version") != nil && r.Get("end-config") != nil
}
