// Package labels says which program was at which end of the flows of a capture,
// as a file with a table tells it.
package labels

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/observe"
)

// Columns are those that a table may have, in any order: conditions on the flow
// (file to end; empty is always true), and what holds where they are met. A
// table needs process, and a column more that is unknown is an error.
var Columns = []string{
	"file", "side", "addr", "port", "proto", "start", "end", // conditions
	"process", "version", "sha256", "os", "category", "malware", "host", // labels
}

// Bounds of a table.
const (
	maxRows  = 1_000_000
	maxField = 4096
)

// A Table is a file of labels.
type Table struct {
	rows []row
	// byFile are the rows of a file without wildcards, and anywhere the others.
	byFile   map[string][]int
	anywhere []int
}

// A row is a Label under its conditions.
type row struct {
	Label
	file       string // pattern of path.Match for the base name; "" for all
	server     bool
	anySide    bool
	addr       netip.Prefix // of that side; not valid for all
	port       uint16       // of the server; 0 for all
	proto      uint8        // 0 for all
	start, end float64      // seconds since 1970; end 0 for never
}

// A Label is who one end of a flow is.
type Label struct {
	fingerprint.Process
	Host string // where it ran, to tell apart hosts in an evaluation
}

// Read reads a table of comma-separated values with a line of names at its head
// (RFC 4180).
func Read(r io.Reader) (*Table, error) {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("labels: the line of names: %w", err)
	}
	places := make(map[string]int)
	for i, name := range head {
		name = strings.TrimPrefix(name, "\ufeff")
		if !slices.Contains(Columns, name) {
			return nil, fmt.Errorf("labels: there is no column %q; there are %s", name, strings.Join(Columns, ", "))
		}
		if _, twice := places[name]; twice {
			return nil, fmt.Errorf("labels: two columns %q", name)
		}
		places[name] = i
	}
	if _, ok := places["process"]; !ok {
		return nil, errors.New("labels: no column process")
	}
	t := &Table{byFile: make(map[string][]int)}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err == nil {
			err = t.add(fields, places)
		}
		if err != nil {
			line, _ := c.FieldPos(0)
			return nil, fmt.Errorf("labels: line %d: %w", line, err)
		}
	}
}

// add adds the row that fields are.
func (t *Table) add(fields []string, places map[string]int) error {
	if len(t.rows) == maxRows {
		return fmt.Errorf("more than %d rows", maxRows)
	}
	get := func(name string) string {
		if i, ok := places[name]; ok {
			return strings.Clone(fields[i])
		}
		return ""
	}
	for _, f := range fields {
		if len(f) > maxField {
			return fmt.Errorf("a field of %d bytes", len(f))
		}
	}
	r := row{file: get("file")}
	r.Name, r.Version, r.OS, r.Category, r.Host = get("process"), get("version"), get("os"), get("category"), get("host")
	r.SHA256 = strings.ToLower(get("sha256"))
	if r.Name == "" {
		return errors.New("no process")
	}
	if _, err := path.Match(r.file, ""); err != nil {
		return fmt.Errorf("file %q: %w", r.file, err)
	}
	if err := r.conditions(get); err != nil {
		return err
	}
	if strings.ContainsAny(r.file, `*?[\`) || r.file == "" {
		t.anywhere = append(t.anywhere, len(t.rows))
	} else {
		t.byFile[r.file] = append(t.byFile[r.file], len(t.rows))
	}
	t.rows = append(t.rows, r)
	return nil
}

// conditions reads what is not text.
func (r *row) conditions(get func(string) string) (err error) {
	switch side := get("side"); side {
	case "", "client":
	case "server":
		r.server = true
	case "any":
		r.anySide = true
	default:
		return fmt.Errorf("side %q: must be client, server or any", side)
	}
	if s := get("addr"); s != "" {
		if r.addr, err = prefix(s); err != nil {
			return err
		}
	}
	var port, proto uint64
	for _, n := range []struct {
		name string
		to   *uint64
		bits int
	}{{"port", &port, 16}, {"proto", &proto, 8}} {
		if s := get(n.name); s != "" {
			if *n.to, err = strconv.ParseUint(s, 10, n.bits); err != nil {
				return fmt.Errorf("%s %q: no such number", n.name, s)
			}
		}
	}
	r.port, r.proto = uint16(port), uint8(proto)
	if r.start, err = seconds("start", get("start")); err != nil {
		return err
	}
	if r.end, err = seconds("end", get("end")); err != nil {
		return err
	}
	if s := get("malware"); s != "" {
		if r.Malware, err = strconv.ParseBool(s); err != nil {
			return fmt.Errorf("malware %q: must be 0 or 1", s)
		}
	}
	return nil
}

// seconds reads a time; none is 0.
func seconds(name, s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%s %q: must be seconds since 1970", name, s)
	}
	return n, nil
}

// prefix reads an address or a prefix.
func prefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// Find returns the first label that holds for an end (0 for sa, 1 for da) of a
// flow that was read from a file.
func (t *Table) Find(file string, f *observe.Flow, end int) (Label, bool) {
	exact, rest := t.byFile[file], t.anywhere
	for len(exact) > 0 || len(rest) > 0 {
		var i int
		if len(rest) == 0 || len(exact) > 0 && exact[0] < rest[0] {
			i, exact = exact[0], exact[1:]
		} else {
			i, rest = rest[0], rest[1:]
		}
		if r := &t.rows[i]; r.holds(file, f, end) {
			return r.Label, true
		}
	}
	return Label{}, false
}

func (r *row) holds(file string, f *observe.Flow, end int) bool {
	o := &f.Ends[end]
	addr := f.SA
	if end == 1 {
		addr = f.DA
	}
	ok, _ := path.Match(r.file, file) // the pattern has been tried
	return (ok || r.file == "") &&
		(r.anySide || r.server == o.Server) &&
		(!r.addr.IsValid() || r.addr.Contains(addr)) &&
		(r.port == 0 || r.port == o.Context.Port) &&
		(r.proto == 0 || r.proto == f.Pr) &&
		f.Start >= r.start && (r.end == 0 || f.Start < r.end)
}
