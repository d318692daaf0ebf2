package truth

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"joy/query/flow"
	"joy/query/value"
)

// Columns are the conditions that a table may have beside the column of names;
// an empty field is no condition.
var Columns = []string{
	"file", "directory", "subnet", "src", "dst", "port", "proto", "process", "community_id", "time", "start", "end",
}

// The bounds of a table.
const (
	MaxRows  = 1_000_000
	maxField = 4096
	// maxAnywhere bounds the rows that have to be looked at for every flow.
	maxAnywhere = 10_000
	// MaxName is the longest name of a class or a group, in bytes.
	MaxName = 200
)

// slack is how far a time of a table may lie outside of a flow: clocks of logs are
// cut to milliseconds, and some to seconds.
const slack = int64(time.Second)

// A Table is a file of names under conditions.
type Table struct {
	Rows int
	// NeedsID says that flows need a Community ID.
	NeedsID bool

	byID     map[string]*windows
	bySubnet map[netip.Prefix]*windows
	bits     []netip.Prefix // a prefix of each length there is
	byFile   map[string]*windows
	anywhere *windows
}

// A row is a name and its conditions.
type row struct {
	name             string
	file, directory  string // patterns of path.Match
	subnet, src, dst netip.Prefix
	port             uint16 // of either end
	hasPort          bool
	proto            uint8
	hasProto         bool
	process, id      string
	start, end       int64 // of the start of the flow, end not included; or both the time within the flow
	instant          bool
}

// ReadTable reads comma-separated values with a line of column names at their
// head, of which the one called name is needed and the others are of Columns.
func ReadTable(in io.Reader, name string) (*Table, error) {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("the line of column names: %w", err)
	}
	columns := slices.Clone(head)
	if err := checkColumns(columns, name); err != nil {
		return nil, err
	}
	t := &Table{
		byID: make(map[string]*windows), bySubnet: make(map[netip.Prefix]*windows), byFile: make(map[string]*windows), anywhere: new(windows),
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			t.index()
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if t.Rows++; t.Rows > MaxRows {
			return nil, fmt.Errorf("more than %d rows", MaxRows)
		}
		if err := t.add(columns, fields, name); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func checkColumns(columns []string, name string) error {
	if !slices.Contains(columns, name) {
		return fmt.Errorf("no column %s", name)
	}
	for i, c := range columns {
		if c != name && !slices.Contains(Columns, c) {
			return fmt.Errorf("column %.40q is none of %s, %s", c, name, strings.Join(Columns, ", "))
		}
		if slices.Contains(columns[:i], c) {
			return fmt.Errorf("column %s twice", c)
		}
	}
	return nil
}

func (t *Table) add(columns, fields []string, name string) error {
	w := row{start: math.MinInt64, end: math.MaxInt64}
	for i, text := range fields {
		if len(text) > maxField {
			return fmt.Errorf("%s: longer than %d bytes", columns[i], maxField)
		}
		if columns[i] == name {
			if err := CheckName(text); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			w.name = strings.Clone(text)
		} else if text != "" {
			if err := w.set(columns[i], strings.Clone(text)); err != nil {
				return fmt.Errorf("%s %.60q: %w", columns[i], text, err)
			}
		}
	}
	if w.start >= w.end && !w.instant {
		return errors.New("start is not before end")
	}
	return t.place(&w)
}

// CheckName refuses what is no name of a class.
func CheckName(name string) error {
	switch {
	case name == "" || len(name) > MaxName:
		return fmt.Errorf("a name has 1 to %d bytes", MaxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("%.60q has characters that cannot be printed", name)
	}
	return nil
}

func (w *row) set(column, text string) (err error) {
	switch column {
	case "file":
		w.file = text
		_, err = path.Match(text, "")
	case "directory":
		w.directory = text
		_, err = path.Match(text, "")
	case "subnet":
		w.subnet, err = prefix(text)
	case "src":
		w.src, err = prefix(text)
	case "dst":
		w.dst, err = prefix(text)
	case "port":
		var n uint64
		n, err = strconv.ParseUint(text, 10, 16)
		w.port, w.hasPort = uint16(n), true
	case "proto":
		var n uint64
		n, err = strconv.ParseUint(text, 10, 8)
		w.proto, w.hasProto = uint8(n), true
	case "process":
		w.process = text
	case "community_id":
		w.id = text
	default:
		err = w.setTime(column, text)
	}
	return err
}

func (w *row) setTime(column, text string) error {
	t, err := ParseTime(text)
	if err != nil {
		return err
	}
	switch {
	case column == "time" && (w.start != math.MinInt64 || w.end != math.MaxInt64), column != "time" && w.instant:
		return errors.New("time beside start or end")
	case column == "time":
		w.start, w.end, w.instant = t, t, true
	case column == "start":
		w.start = t
	default:
		w.end = t
	}
	return nil
}

// ParseTime reads seconds since 1970, with decimals, or a time of RFC 3339, as
// nanoseconds.
func ParseTime(text string) (int64, error) {
	if len(text) > 0 && strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") <= 1 && text[0] != '.' {
		if ns, ok := flow.Time(value.Value(text)); ok {
			return ns, nil
		}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 1970 || t.Year() > 2261 {
		return 0, errors.New("neither seconds since 1970 nor a time like 2026-11-01T12:00:00Z")
	}
	return t.UnixNano(), nil
}

// prefix reads a subnet or an address.
func prefix(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// place puts a row where it is found by the condition that fewest flows meet.
func (t *Table) place(w *row) error {
	switch {
	case w.id != "":
		t.NeedsID = true
		put(t.byID, w.id, w)
	case w.anyAddress().IsValid():
		put(t.bySubnet, w.anyAddress(), w)
	case w.file != "" && !strings.ContainsAny(w.file, `*?[\`):
		put(t.byFile, w.file, w)
	default:
		if len(t.anywhere.rows) == maxAnywhere {
			return fmt.Errorf("more than %d rows without community_id, address or name of a file", maxAnywhere)
		}
		t.anywhere.rows = append(t.anywhere.rows, *w)
	}
	return nil
}

func put[K comparable](m map[K]*windows, key K, w *row) {
	if m[key] == nil {
		m[key] = new(windows)
	}
	m[key].rows = append(m[key].rows, *w)
}

// anyAddress is the longest of the prefixes, since few flows meet that.
func (w *row) anyAddress() (longest netip.Prefix) {
	for _, p := range [...]netip.Prefix{w.subnet, w.src, w.dst} {
		if p.IsValid() && (!longest.IsValid() || p.Bits() > longest.Bits()) {
			longest = p
		}
	}
	return longest
}

func (t *Table) index() {
	for p, w := range t.bySubnet {
		w.index()
		zero := netip.PrefixFrom(p.Addr(), p.Bits())
		if !slices.ContainsFunc(t.bits, func(q netip.Prefix) bool { return q.Bits() == p.Bits() && q.Addr().BitLen() == p.Addr().BitLen() }) {
			t.bits = append(t.bits, zero)
		}
	}
	for _, w := range t.byID {
		w.index()
	}
	for _, w := range t.byFile {
		w.index()
	}
	t.anywhere.index()
}

// Names calls yield with the name of each row whose conditions the flow of the
// file meets.
func (t *Table) Names(file string, f *flow.Flow, yield func(name string)) {
	file = strings.ReplaceAll(file, `\`, "/")
	base := path.Base(file)
	use := func(w *windows) {
		w.each(f.Start, f.End, func(r *row) {
			if r.matches(file, base, f) {
				yield(r.name)
			}
		})
	}
	if len(t.byID) > 0 {
		if w := t.byID[string(f.Rest.Get("community_id").Text())]; w != nil {
			use(w)
		}
	}
	t.subnets(f.Src, use)
	if f.Dst.Unmap() != f.Src.Unmap() {
		t.subnets(f.Dst, use)
	}
	if w := t.byFile[base]; w != nil {
		use(w)
	}
	use(t.anywhere)
}

// subnets calls use for the prefixes around an address.
func (t *Table) subnets(a netip.Addr, use func(*windows)) {
	a = a.Unmap().WithZone("")
	for _, p := range t.bits {
		if p.Addr().BitLen() != a.BitLen() {
			continue
		}
		if around, err := a.Prefix(p.Bits()); err == nil && t.bySubnet[around] != nil {
			use(t.bySubnet[around])
		}
	}
}

func (w *row) matches(file, base string, f *flow.Flow) bool {
	src, dst := f.Src.Unmap().WithZone(""), f.Dst.Unmap().WithZone("")
	switch {
	case w.instant && (w.start < f.Start-slack || w.start > f.End+slack),
		!w.instant && (f.Start < w.start || f.Start >= w.end),
		w.hasProto && w.proto != f.Pr,
		w.hasPort && (!f.HasPorts || w.port != f.SP && w.port != f.DP),
		w.src.IsValid() && !w.src.Contains(src),
		w.dst.IsValid() && !w.dst.Contains(dst),
		w.subnet.IsValid() && !w.subnet.Contains(src) && !w.subnet.Contains(dst),
		w.file != "" && !glob(w.file, base),
		w.directory != "" && !glob(w.directory, path.Base(path.Dir(file))),
		w.process != "" && string(Process(f)) != w.process:
		return false
	}
	return true
}

func glob(pattern, text string) bool {
	ok, _ := path.Match(pattern, text) // patterns are well formed
	return ok
}

// Process is the name of the program that sent or received the flow, nil when
// the flow does not say.
func Process(f *flow.Flow) []byte { return f.Rest.Get("exe").Get("name").Text() }
