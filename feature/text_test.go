package feature

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppendString(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", `""`},
		{"plain", "GET /a HTTP/1.1", `"GET /a HTTP/1.1"`},
		{"quote and backslash", `a"b\c`, `"a\"b\\c"`},
		{"line ends and tab", "\r\n\t", `"\r\n\t"`},
		{"other controls", "\x00\x1b\x7f", `"\u0000\u001b\u007f"`},
		{"C1 controls end lines and drive terminals", "a\u0085\u009bb", `"a\u0085\u009bb"`},
		{"line separators", "\u2028\u2029", `"\u2028\u2029"`},
		{"UTF-8 stays", "büß € 😀 \u00a0 \ufffd \uf6ff \uf800", `"büß € 😀 ` + "\u00a0 \ufffd \uf6ff \uf800" + `"`},
		{"Latin-1", "caf\xe9!", `"caf\uf7e9!"`},
		{"cut in a character", "a\xe2\x82", `"a\uf7e2\uf782"`},
		{"overlong NUL", "\xc0\x80", `"\uf7c0\uf780"`},
		{"surrogate", "\xed\xa0\x80", `"\uf7ed\uf7a0\uf780"`},
		{"beyond U+10FFFF", "\xf4\x90\x80\x80", `"\uf7f4\uf790\uf780\uf780"`},
		{"what stands for bytes", "\uf700\uf7ff", `"\uf7ef\uf79c\uf780\uf7ef\uf79f\uf7bf"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(AppendString([]byte("x"), tt.in)); got != "x"+tt.want {
				t.Errorf("AppendString(%q) = %s, want x%s", tt.in, got, tt.want)
			}
			checkString(t, tt.in)
		})
	}
}

// checkString wants valid JSON that holds all bytes of s and nothing that could
// disturb a reader of lines or a terminal.
func checkString(t *testing.T, s string) {
	t.Helper()
	b := AppendString(nil, s)
	if !json.Valid(b) || !utf8.Valid(b) {
		t.Fatalf("AppendString(%q) = %q is not valid", s, b)
	}
	if i := strings.IndexFunc(string(b), breaks); i >= 0 {
		t.Fatalf("AppendString(%q) = %q has a control character at %d", s, b, i)
	}
	var value string
	if err := json.Unmarshal(b, &value); err != nil {
		t.Fatal(err)
	}
	if got := OriginalBytes(value); string(got) != s {
		t.Fatalf("OriginalBytes(%q) = %q, want %q", value, got, s)
	}
}

func breaks(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029
}

func FuzzAppendString(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkString(t, s) })
}

// FuzzOriginalBytes gives it what no encoder wrote.
func FuzzOriginalBytes(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := OriginalBytes(s)
		if len(got) > len(s) {
			t.Fatalf("%d bytes of %d", len(got), len(s))
		}
		if !strings.ContainsFunc(s, func(r rune) bool { return r >= 0xf780 && r <= 0xf7ff }) && !bytes.Equal(got, []byte(s)) {
			t.Fatalf("OriginalBytes(%q) = %q", s, got)
		}
	})
}

// nasty are texts that break encoders.
var nasty = []string{
	"", "plain", `"`, `\`, "\x00", "\n", "\r\n", "\x7f", "\u0085", "\u009b31m", "\u2028", "\xff", "\xc3", "a\xc3(",
	"\xed\xa0\x80\xed\xb0\x80", "\xf0\x9f\x98", "😀", "\uf77f\uf780\uf7ff\uf800", "\xef\x9e", "\xef\xbf\xbd", "\\u0041", "</script>", "\xc0\xaf",
}

// What has to be escaped must be found at every place of the words that are
// looked at together, whatever stands beside it.
func TestAppendStringFindsAll(t *testing.T) {
	for c := range 256 {
		for _, beside := range []byte{'a', ' ', '~', '!', '#', '[', ']', 0, 0xff} {
			for at := range 17 {
				s := bytes.Repeat([]byte{beside}, 17)
				s[at] = byte(c)
				checkString(t, string(s))
			}
		}
	}
}

func BenchmarkAppendString(b *testing.B) {
	var buf []byte
	for name, s := range map[string]string{
		"name": "www.example.org",
		"long": strings.Repeat("digitalSignature, keyEncipherment ", 5),
		"utf8": strings.Repeat("naïve ", 20),
	} {
		b.Run(name, func(b *testing.B) {
			t := Text(s)
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				buf = AppendString(buf[:0], t)
			}
		})
	}
}
