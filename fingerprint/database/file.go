package database

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"joy/fingerprint"
	"joy/unpack"
)

// MaxSize bounds what is read of a file once it is unpacked.
const MaxSize = 8 << 30

// Read reads a database, plain or compressed. A line that is
// wrong is an error that names it; entries of one fingerprint are added up.
func Read(r io.Reader) (*Database, error) {
	d, _, err := read(r, false)
	return d, err
}

// Salvage reads what can be read of a database: it leaves wrong lines out and
// counts them. Its error is for a file that cannot be read or has no header.
func Salvage(r io.Reader) (d *Database, skipped int, err error) { return read(r, true) }

func read(r io.Reader, skip bool) (d *Database, skipped int, err error) {
	plain, err := Unpack(r)
	if err != nil {
		return nil, 0, err
	}
	defer plain.Close()
	d = New("")
	lines := NewLines(plain, MaxLine)
	if !lines.Next() {
		return nil, 0, cmp.Or(lines.Err(), errors.New("an empty file is no database of fingerprints"))
	}
	if d.Header, err = readHeader(lines.Bytes()); err != nil {
		return nil, 0, fmt.Errorf("line 1: %w", err)
	}
	for lines.Next() {
		switch err := d.readEntry(lines); {
		case err == nil:
		case skip && !errors.Is(err, ErrFull):
			skipped++
		default:
			return nil, 0, fmt.Errorf("line %d: %w", lines.Number(), err)
		}
	}
	return d, skipped, lines.Err()
}

// readHeader is strict about the format and lenient about what it does not know.
func readHeader(line []byte) (h Header, err error) {
	if err := json.Unmarshal(line, &h); err != nil {
		return h, fmt.Errorf("no header of a database of fingerprints: %w", err)
	}
	if h.Format != Format {
		return h, fmt.Errorf("joy_fingerprints is %d and not %d", h.Format, Format)
	}
	if !isDay(h.Made) {
		return h, fmt.Errorf("made %q is no day of the form 2006-01-02", h.Made)
	}
	return h, nil
}

func (d *Database) readEntry(lines *Lines) error {
	if lines.TooLong() {
		return fmt.Errorf("longer than %d bytes", MaxLine)
	}
	e, err := ParseEntry(lines.Bytes())
	if err != nil {
		return err
	}
	return d.Put(e)
}

// ParseEntry reads one line of a database and checks it.
func ParseEntry(line []byte) (e fingerprint.Entry, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return e, err
	}
	if dec.InputOffset() != int64(len(bytes.TrimRight(line, " \t\r\n"))) {
		return e, errors.New("more than one value")
	}
	return e, check(&e)
}

// Write writes the database: the header and the entries, a line each, sorted.
// What is equal gives equal bytes.
func (d *Database) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	h := d.Header
	h.Format = Format
	if err := newEncoder(out).Encode(h); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	for e := range d.All() {
		if _, err := out.Write(AppendEntry(nil, e)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// AppendEntry appends the line of an entry, with its line feed. Where the line
// would be longer than MaxLine, the maps keep fewer keys.
func AppendEntry(b []byte, e fingerprint.Entry) []byte {
	var line bytes.Buffer
	for keys := MaxKeys; ; keys /= 2 {
		e = (&entry{e}).given(max(keys, 1)) // fewer of the few are the fewer of all
		line.Reset()
		if err := newEncoder(&line).Encode(emptyLists(e)); err != nil {
			panic(err) // strings and numbers
		}
		if line.Len() <= MaxLine || keys == 0 {
			return append(b, line.Bytes()...)
		}
	}
}

func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// emptyLists has [] where a list is empty, instead of null.
func emptyLists(e fingerprint.Entry) fingerprint.Entry {
	if e.Processes == nil {
		e.Processes = []fingerprint.Process{}
	}
	if e.Sources == nil {
		e.Sources = []string{}
	}
	return e
}

// Unpack gives the plain bytes of what may be compressed, and MaxSize of them at
// most: more is an error.
func Unpack(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	plain, _, err := unpack.Open(in)
	if err != nil {
		return nil, fmt.Errorf("unpacking: %w", err)
	}
	if plain == nil {
		plain = io.NopCloser(in)
	}
	return &bounded{plain, MaxSize}, nil
}

// bounded gives so many bytes and then an error.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("larger than %d bytes", int64(MaxSize))
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
