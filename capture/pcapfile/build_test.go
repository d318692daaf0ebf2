package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"joy/capture"
)

type order = binary.AppendByteOrder

var (
	little order = binary.LittleEndian
	big    order = binary.BigEndian
)

// words writes values in a byte order: uint8, uint16, uint32, uint64 and bytes.
func words(o order, values ...any) []byte {
	var b []byte
	for _, v := range values {
		switch v := v.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = o.AppendUint16(b, v)
		case uint32:
			b = o.AppendUint32(b, v)
		case int:
			b = o.AppendUint32(b, uint32(v))
		case uint64:
			b = o.AppendUint64(b, v)
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("no way to write a %T", v))
		}
	}
	return b
}

// header is a pcap file header.
func header(o order, magic, snaplen, network uint32) []byte {
	return words(o, magic, uint16(2), uint16(4), 0, 0, snaplen, network)
}

// record is a packet of a pcap file that is all captured.
func record(o order, sec, fraction uint32, data string) []byte {
	return words(o, sec, fraction, len(data), len(data), data)
}

// block is a pcapng block.
func block(o order, kind uint32, values ...any) []byte {
	body := words(o, values...)
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	return words(o, kind, 12+len(body), body, 12+len(body))
}

func section(o order, options ...any) []byte {
	return block(o, sectionBlock, uint32(byteOrder), uint16(1), uint16(0), ^uint64(0), words(o, options...))
}

func netInterface(o order, link uint16, snaplen int, options ...any) []byte {
	return block(o, interfaceBlock, link, uint16(0), snaplen, words(o, options...))
}

// option is a pcapng option.
func option(o order, code uint16, value ...any) []byte {
	v := words(o, value...)
	b := words(o, code, uint16(len(v)), v)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func enhanced(o order, id int, stamp uint64, data string, options ...any) []byte {
	pad := make([]byte, -len(data)&3)
	return block(o, enhancedBlock, id, uint32(stamp>>32), uint32(stamp), len(data), len(data), data, pad, words(o, options...))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// samples are whole captures of all formats, of at least five frames.
func samples() map[string][]byte {
	s := map[string][]byte{}
	for name, o := range map[string]order{"little": little, "big": big} {
		packets := join(
			record(o, 1, 2, "first"), record(o, 1, 3, ""), record(o, 2, 0, strings.Repeat("third", 30)),
			record(o, 3, 0, "x"), record(o, 3, 1, "fifth"))
		s["pcap, "+name] = join(header(o, magicMicro, 65535, 1), packets)
		s["nanoseconds, "+name] = join(header(o, magicNano, 65535, 101), packets)
		modified := header(o, magicModified, 65535, 1)
		for _, data := range []string{"one", "two", "", "four", "five"} {
			modified = append(modified, words(o, 1, 2, len(data), len(data), 7, uint16(8), "x\x00", data)...)
		}
		s["modified, "+name] = modified
		s["pcapng, "+name] = join(
			section(o, option(o, 1, "a comment")),
			netInterface(o, 1, 0),
			enhanced(o, 0, 1_000_001, "first"),
			block(o, 5, 0, 0, 0, option(o, 0)), // statistics
			netInterface(o, 101, 3, option(o, 9, uint8(9)), option(o, 0)),
			enhanced(o, 1, 2_000_000_001, ""),
			block(o, simpleBlock, 5, "fifth"),
			block(o, packetBlock, uint16(1), uint16(9), 0, 9, 2, 4, "ol"),
			section(big), netInterface(big, 113, 0), enhanced(big, 0, 5, "other order"),
			section(little), netInterface(little, 0, 0), enhanced(little, 0, 6, strings.Repeat("long", 40)),
			block(little, 0xbad, "the end"),
		)
	}
	return s
}

// compressions pack a capture.
func compressions() map[string]func(testing.TB, []byte) []byte {
	xzOf := func(c xz.WriterConfig) func(testing.TB, []byte) []byte {
		return packer(func(w io.Writer) (io.WriteCloser, error) { return c.NewWriter(w) })
	}
	return map[string]func(testing.TB, []byte) []byte{
		"gzip": packer(func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }),
		"zstd": packer(func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
		"lz4":  packer(func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }),
		"lz4 legacy": packer(func(w io.Writer) (io.WriteCloser, error) {
			z := lz4.NewWriter(w)
			return z, z.Apply(lz4.LegacyOption(true))
		}),
		"xz":                 xzOf(xz.WriterConfig{}),
		"xz of short blocks": xzOf(xz.WriterConfig{BlockSize: 100, DictCap: 4096, CheckSum: xz.CRC32}),
		"xz with SHA-256":    xzOf(xz.WriterConfig{CheckSum: xz.SHA256}),
		"xz without sums":    xzOf(xz.WriterConfig{NoCheckSum: true}),
	}
}

func packer(open func(io.Writer) (io.WriteCloser, error)) func(testing.TB, []byte) []byte {
	return func(t testing.TB, data []byte) []byte {
		t.Helper()
		var b bytes.Buffer
		w, err := open(&b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
}

// A reading is what a Source gave, as text so that it can be compared.
type reading struct {
	frames   []string
	warnings []string
	stats    capture.Stats
}

// read reads all inputs, with stdin as "-".
func read(t testing.TB, stdin io.Reader, inputs ...string) reading {
	t.Helper()
	var r reading
	s, err := Open(inputs, Options{
		Stdin: stdin,
		Warn: func(e *DamageError) {
			r.warnings = append(r.warnings, e.Error())
			if r.frames != nil && int64(len(r.frames)) != r.stats.Frames {
				t.Errorf("a warning before the frames in front of it")
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var b capture.Batch
	for {
		err := s.Next(&b)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(b.Frames) == 0 || len(b.Frames) > maxFrames {
			t.Fatalf("%d frames and error %v", len(b.Frames), err)
		}
		for i := range b.Frames {
			r.frames = append(r.frames, describe(b.Input, &b.Frames[i]))
		}
		r.stats = s.Stats()
	}
	r.stats = s.Stats()
	closed(t, s)
	if r.stats.Frames != int64(len(r.frames)) {
		t.Errorf("%d frames counted, %d given", r.stats.Frames, len(r.frames))
	}
	return r
}

func describe(input int, f *capture.Frame) string {
	s := fmt.Sprintf("%d.%09d link %d: %q", f.Time/second, f.Time%second, f.Link, f.Data)
	if f.Wire != len(f.Data) {
		s += fmt.Sprintf(" of %d", f.Wire)
	}
	if f.FCS != 0 {
		s += fmt.Sprintf(", fcs %d", f.FCS)
	}
	if input != 0 {
		s = fmt.Sprintf("%d: %s", input, s)
	}
	return s
}

// readBytes reads one capture from standard input.
func readBytes(t testing.TB, data []byte) reading {
	t.Helper()
	return read(t, bytes.NewReader(data), "-")
}

// store writes a file for a test.
func store(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func closed(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
