package flow

import "joy/query/value"

// IsSettings reports whether a line is the configuration that heads a file.
func IsSettings(r *value.Record) bool {
	return r.Get("sa") == nil && r.Get("version") != nil && r.Get("end-config") != nil
}

// Schema is the version of the schema that a configuration line tells of its records;
// 0 if it tells none, as before there were versions.
func Schema(settings *value.Record) uint64 {
	n, ok := settings.Get("schema").Num()
	if !ok || !n.IsInt || n.Int < 0 {
		return 0
	}
	return uint64(n.Int)
}
