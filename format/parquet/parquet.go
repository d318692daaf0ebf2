// Package parquet writes flow records as Parquet files, and reads them back as
// the JSON that they were. The columns are those of record/schema.
//
// A Sink takes the records of a run, a Writer the lines of one file. Both take
// lines of JSON, because that is what records are at the end of the engine: a line
// goes into the columns in one pass, without a value being made of it.
//
// Pages are made here and not by parquet-go, whose rows are lists of all values of
// all columns: a flow has 1,200 columns and fills a hundred (BenchmarkWriter). The
// description of the file, the delta encodings and all reading are parquet-go's.
package parquet

import (
	"bytes"
	"strings"
	"time"

	"joy/query/value"
)

// Extension is what names of Parquet files end with.
const Extension = ".parquet"

// IsFile tells by the name of an output whether it is one file; other names are
// directories.
func IsFile(path string) bool { return path == "" || path == "-" || strings.HasSuffix(path, Extension) }

// Magic is what a Parquet file begins with.
const Magic = "PAR1"

// A kind is what a line is.
type kind uint8

const (
	flowLine   kind = iota
	configLine      // what an output begins with
	otherLine       // of statistics, mostly
)

// noTime is what a line without a time begins at: before all others.
const noTime = -1 << 63

// A fact is what has to be known of a line before it goes into columns.
type fact struct {
	kind kind
	time int64 // microseconds since 1970, as the column has it
}

// look reads as much of a line as it has to.
func look(line []byte) (f fact) {
	f = fact{kind: otherLine, time: noTime}
	sa, version := false, false
	for v := range members(line) {
		switch {
		case string(v.name) == `"sa"`:
			sa = true
		case string(v.name) == `"time_start"`:
			if d, ok := parseDecimal(v.value); ok && d.decimals == 6 {
				f.time = d.signed()
			}
			if sa {
				f.kind = flowLine
				return f
			}
		case string(v.name) == `"version"`:
			version = true
		}
	}
	switch {
	case sa:
		f.kind = flowLine
	case version:
		f.kind = configLine
	}
	return f
}

// A member of an object: the name as it is written, quotes included.
type member struct {
	name, value []byte
	at          int // where the value is
}

// members iterates over an object, as far as it is asked to.
func members(line []byte) func(yield func(member) bool) {
	return func(yield func(member) bool) {
		i := skipBlanks(line, 0) + 1
		for i = skipBlanks(line, i); i < len(line) && line[i] == '"'; i = skipBlanks(line, i) {
			end := value.EndString(line, i)
			name := line[i:end]
			i = skipBlanks(line, skipBlanks(line, end)+1) // behind the colon
			if i >= len(line) {
				return
			}
			end = value.End(line, i)
			if !yield(member{name, line[i:end], i}) {
				return
			}
			if i = skipBlanks(line, end); i < len(line) && line[i] == ',' {
				i++
			}
		}
	}
}

func skipBlanks(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	return i
}

// identity is what of a record tells it from all others.
func identity(line []byte) (id []byte) {
	for m := range members(line) {
		switch string(m.name) {
		case `"sa"`, `"da"`, `"pr"`, `"sp"`, `"dp"`, `"time_start"`, `"flow_id"`, `"segment"`:
			id = append(append(id, m.value...), ' ')
		}
	}
	return id
}

// utc is a time of a record.
func utc(micros int64) time.Time {
	if micros == noTime {
		micros = 0
	}
	return time.UnixMicro(micros).UTC()
}

// trim takes the end off a line.
func trim(line []byte) []byte { return bytes.TrimRight(line, "\r\n") }
