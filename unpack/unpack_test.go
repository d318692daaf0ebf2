package unpack

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// packed is text as each compression has it; the library has no writer of
// bzip2.
func packed(t testing.TB, text string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{
		"bzip2": []byte("BZh91AY&SYN\xec\xe86\x00\x00\x02Q\x80\x00\x10@\x00\x06D\x90\x80 \x001\x06LA\x01\xa7\xa9\xa5\x80\xbb\x941\xf8\xbb\x92)\xc2\x84\x82wgA\xb0"),
	}
	for name, open := range map[string]func(io.Writer) (io.WriteCloser, error){
		"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
		"lz4":  func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil },
		"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
	} {
		var b bytes.Buffer
		w, err := open(&b)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	return all
}

func TestOpen(t *testing.T) {
	const text = "hello world\n"
	for want, data := range packed(t, text) {
		r, name, err := Open(bufio.NewReader(bytes.NewReader(data)))
		if err != nil || name != want {
			t.Errorf("%s: %q, %v", want, name, err)
			continue
		}
		got, err := io.ReadAll(r)
		if string(got) != text || err != nil {
			t.Errorf("%s: %q, %v", want, got, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestNotCompressed(t *testing.T) {
	for _, text := range []string{"", "B", "{\"sa\":", "\x1f\x8b\x00\x00\x00\x00"} {
		if r, name, err := Open(bufio.NewReader(strings.NewReader(text))); r != nil || name != "" || err != nil {
			t.Errorf("%q: %v, %q, %v", text, r, name, err)
		}
	}
}

type panics struct{ io.Reader }

func (panics) Read([]byte) (int, error) { panic("a bug") }

func TestLibraryPanics(t *testing.T) {
	r := careful{io.NopCloser(panics{})}
	if n, err := r.Read(make([]byte, 10)); n != 0 || err == nil || !strings.Contains(err.Error(), "a bug") {
		t.Errorf("%d bytes, error %v", n, err)
	}
}

// The uncompressor of xz is ours: it gives no more than it should.
func FuzzXZ(f *testing.F) {
	f.Add(packed(f, "hello")["xz"])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, name, err := Open(bufio.NewReader(bytes.NewReader(data)))
		if err != nil || name != "xz" {
			return
		}
		defer r.Close()
		n, err := io.CopyN(io.Discard, r, 1<<20)
		if n < 1<<20 && err == nil || errors.Is(err, io.ErrNoProgress) {
			t.Errorf("%d bytes, error %v", n, err)
		}
	})
}
