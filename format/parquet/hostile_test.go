package parquet

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"joy/record/schema"
)

// Lengths of levels whose sum does not fit a number are refused.
func TestLevelsThatOverflow(t *testing.T) {
	huge := binary.AppendUvarint(nil, 1<<64-2) // 1<<63-1, as Thrift has it
	b := []byte{0x15, 6, 0x15, 0, 0x15, 0, 0x5c, 0x15, 2, 0x35, 0}
	b = append(append(b, 0x15), huge...)
	b = append(append(b, 0x15), huge...)
	b = append(b, 0, 0)
	h, _, err := readHeader(b)
	if h.reps != 1<<63-1 || h.defs != 1<<63-1 {
		t.Fatalf("the header has %d and %d bytes of levels", h.reps, h.defs)
	}
	if err == nil || strings.Contains(err.Error(), errThrift.Error()) {
		t.Errorf("error %v", err)
	}
}

// A description of row groups without columns does not take more memory than one
// of columns may.
func TestManyRowGroups(t *testing.T) {
	const n = maxChunks + 1
	b := binary.AppendUvarint([]byte{0x49, 0xfc}, n)
	b = append(b, make([]byte, n+1)...)
	f := &footer{told: map[string]string{}}
	r := thriftReader{b: b}
	f.read(&r)
	if r.err == nil || len(f.groups) > maxChunks {
		t.Errorf("%d row groups, error %v", len(f.groups), r.err)
	}
}

// A file whose columns extra and seq are not what they should be is read without
// them.
func TestForeignExtra(t *testing.T) {
	m, err := newMaker([]schema.Column{{Name: "sa", Kind: schema.Text}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := m.begin(&b, "joy")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Line([]byte(`{"sa":"10.0.0.1","pr":6,"time_start":1}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.root.fields { // seq is an integer, and takes the name of the text
		switch f.name {
		case extraName:
			f.name = "other"
		case seqName:
			f.name = extraName
		}
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Error(err)
	}
}

// A column that says it is longer than its file is refused before there is memory
// for it.
func TestColumnLongerThanFile(t *testing.T) {
	file, _ := newNarrow(t).write(t, []byte(`{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"time_start":1}`))
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	r.footer.groups[0].columns[0].size = int64(len(file)) + 1
	if _, err := io.ReadAll(r); err == nil {
		t.Error("it was read")
	}
}
