package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// madeUp is a database of n fingerprints as long as real ones.
func madeUp(t testing.TB, n int) *database.Database {
	t.Helper()
	d := database.New("made up")
	d.Header.Made = "2026-12-01"
	for i := range n {
		if err := d.Put(fingerprint.Entry{
			Fingerprint: madeUpName(i),
			Processes:   []fingerprint.Process{{Name: fmt.Sprintf("p%d", i%97), Count: uint64(i%7 + 1), Ports: map[string]uint64{"443": 1}}},
			Sources:     []string{"test"},
		}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func madeUpName(i int) string {
	return fmt.Sprintf("tls/1/(0303)(130113021303c02cc030%08x)[(0000)(000500050100000000)(000a000c000a11ec001d001700180019)(000b00020100)(000d0018001604030804040105030203080508050501080606010201)(0010000e000c02683208687474702f312e31)(0017)(0023)(002b00050403040303)(002d00020101)(0033)(ff01)]", uint32(i)*2654435761)
}

func TestFind(t *testing.T) {
	d := madeUp(t, 1000)
	x, err := Of(d)
	if err != nil {
		t.Fatal(err)
	}
	if x.Len() != 1000 || !reflect.DeepEqual(x.Header(), d.Header) {
		t.Fatalf("%d entries, header %+v", x.Len(), x.Header())
	}
	id := uint32(0)
	for want := range d.All() {
		got, ok := x.Find(want.Fingerprint)
		if !ok || got != id || x.Fingerprint(id) != want.Fingerprint {
			t.Fatalf("%s: %d %v, want %d", want.Fingerprint, got, ok, id)
		}
		entry, err := x.Entry(id)
		if err != nil || !reflect.DeepEqual(entry, want) {
			t.Fatalf("%+v %v, want %+v", entry, err, want)
		}
		if _, ok := x.Find(want.Fingerprint[:len(want.Fingerprint)-1]); ok {
			t.Fatal("a part of a fingerprint is found")
		}
		id++
	}
	if _, err := x.Entry(1000); err == nil {
		t.Error("there is an entry more")
	}
	if err := x.Verify(); err != nil {
		t.Error(err)
	}
}

func TestEmpty(t *testing.T) {
	x, err := Of(database.New(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := x.Find("tls/1/()"); ok || x.Len() != 0 {
		t.Error("something is in it")
	}
}

// Two fingerprints of one hash are told apart by their strings. The table is
// written by hand, since nobody knows two such strings.
func TestCollision(t *testing.T) {
	x, err := Of(madeUp(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	absent := madeUpName(3)
	h := hashOf(absent, x.seed)
	x.slots = slices.Clone(x.slots)
	for i := range len(x.slots) / slotSize {
		binary.LittleEndian.PutUint32(x.slots[i*slotSize:], uint32(h>>32))
		binary.LittleEndian.PutUint32(x.slots[i*slotSize+4:], uint32(i%2)+1)
		binary.LittleEndian.PutUint64(x.slots[i*slotSize+8:], u64(x.offsets[8*(i%2):]))
	}
	if id, ok := x.Find(absent); ok {
		t.Errorf("found as %d", id)
	}
}

func TestOpen(t *testing.T) {
	d := madeUp(t, 100)
	path := filepath.Join(t.TempDir(), "x.idx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Build(f, d, Section{"near", []byte("abc")}, Section{"eightlet", nil}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	x, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(x.Section("near")) != "abc" || x.Section("eightlet") == nil || x.Section("no") != nil {
		t.Error("sections are wrong")
	}
	if id, ok := x.Find(madeUpName(42)); !ok {
		t.Error("not found")
	} else if e, err := x.Entry(id); err != nil || e.Processes[0].Name != "p42" {
		t.Error(e, err)
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	if _, ok := x.Find(madeUpName(42)); ok {
		t.Error("found in a closed index")
	}
	if err := x.Close(); err != nil {
		t.Error("closed twice:", err)
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a directory was opened")
	}
}

func built(t testing.TB, d *database.Database, extra ...Section) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, d, extra...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBuildIsDeterministic(t *testing.T) {
	if !bytes.Equal(built(t, madeUp(t, 50)), built(t, madeUp(t, 50))) {
		t.Error("it is not")
	}
}

func TestBuildRefusesTags(t *testing.T) {
	for _, tag := range []string{"", "ninebytes"} {
		if err := Build(&bytes.Buffer{}, database.New(""), Section{tag, nil}); err == nil {
			t.Errorf("tag %q is taken", tag)
		}
	}
}

func TestCutAndDamaged(t *testing.T) {
	data := built(t, madeUp(t, 20))
	for n := range len(data) {
		if _, err := parse(data[:n]); err == nil {
			t.Fatalf("%d of %d bytes are an index", n, len(data))
		}
	}
	found := false
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 0x41
		x, err := parse(bad)
		if err != nil {
			continue
		}
		use(x)
		found = found || x.Verify() != nil
	}
	if !found {
		t.Error("Verify saw no damage")
	}
}

// use asks for all that an index can be asked.
func use(x *Index) {
	for i := range 20 {
		x.Find(madeUpName(i))
	}
	for id := range uint32(min(x.Len(), 30)) {
		_, _ = x.Entry(id)
		if fp := x.Fingerprint(id); fp != "" {
			x.Find(fp)
		}
	}
	_, _ = x.Entry(1<<32 - 1)
	x.Section("near")
	x.Header()
	_ = x.Verify()
}

func FuzzIndex(f *testing.F) {
	f.Add(built(f, madeUp(f, 0)))
	f.Add(built(f, madeUp(f, 2), Section{"near", []byte("x")}))
	f.Add([]byte(magic + strings.Repeat("\x00", 40) + magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parse(data)
		if err == nil {
			use(x)
		}
		// The table's checksum keeps the fuzzer out; let it in.
		if len(data) < headSize+trailerSize {
			return
		}
		data = slices.Clone(data)
		trailer := data[len(data)-trailerSize:]
		at, n := u64(trailer), uint64(u32(trailer[8:]))
		if end := uint64(len(data) - trailerSize); n <= maxSections && at <= end && end-at == n*recordSize {
			binary.LittleEndian.PutUint32(trailer[12:], checksum(data[at:end]))
		}
		if x, err = parse(data); err == nil {
			use(x)
		}
	})
}
