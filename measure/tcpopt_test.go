package measure

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func optionsJSON(options []Option) string {
	parts := make([]string, len(options))
	for i, o := range options {
		parts[i] = string(o.AppendJSON(nil))
	}
	return strings.Join(parts, " ")
}

func TestParseOptions(t *testing.T) {
	for _, c := range []struct{ name, options, want string }{
		{"none", "", ""},
		{
			"SYN of Linux", "020405b4 0402 080a0004490d00000000 01 030307",
			`{"mss":1460} {"sackp":null} {"ts":{"val":280845,"ecr":0}} {"noop":null} {"ws":7}`,
		},
		{"end of options", "01 00 020405b4", `{"noop":null}`},
		{"40 bytes are read to the end", strings.Repeat("01", 37) + "030309", strings.Repeat(`{"noop":null} `, 37) + `{"ws":9}`},
		{"41 bytes cannot be", strings.Repeat("01", 41), strings.TrimSpace(strings.Repeat(`{"noop":null} `, 40))},
		{"SACK", "050a00000001000000ff", `{"kind":5,"data":"00000001000000ff"}`},
		{"unknown without data", "fd02", `{"kind":253,"data":""}`},
		{"MSS of the wrong length", "0203aa 01", `{"malformed":{"kind":2,"data":"aa","len":1}} {"noop":null}`},
		{"window scale of the wrong length", "0302", `{"malformed":{"kind":3,"data":"","len":0}}`},
		{"SACK permitted with data", "0403ff", `{"malformed":{"kind":4,"data":"ff","len":1}}`},
		{"timestamps of the wrong length", "080400ff", `{"malformed":{"kind":8,"data":"00ff","len":2}}`},
		{"length 0", "0200 01", `{"malformed":{"kind":2,"len":0}}`},
		{"length 1", "0501 01", `{"malformed":{"kind":5,"len":1}}`},
		{"longer than what is left", "01 080a0000", `{"noop":null} {"malformed":{"kind":8,"len":10}}`},
		{"no length byte", "01 08", `{"noop":null} {"malformed":{"kind":8,"len":0}}`},
		{"longest option", "1e28" + strings.Repeat("ab", 38), `{"kind":30,"data":"` + strings.Repeat("ab", 38) + `"}`},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.options, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		options := ParseOptions(nil, b)
		clear(b) // the options own their bytes
		if got := optionsJSON(options); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestOptionsDoNotAllocate(t *testing.T) {
	b := []byte{2, 4, 5, 180, 4, 2, 8, 10, 0, 4, 73, 13, 0, 0, 0, 0, 1, 3, 3, 7, 2, 3, 1, 9, 2}
	var options []Option
	var out []byte
	run := func() {
		options, out = ParseOptions(options[:0], b), out[:0]
		for i := range options {
			out = options[i].AppendJSON(out)
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFlagString(t *testing.T) {
	for flags, want := range map[uint8]string{
		0: "", 0x02: "S", 0x12: "SA", 0x18: "PA", 0x11: "FA", 0x04: "R", 0xc2: "SEC", 0xff: "FSRPAUEC", 0x20: "U",
	} {
		if got := FlagString(flags); got != want {
			t.Errorf("%#x: %q, want %q", flags, got, want)
		}
	}
}

func TestProbableOS(t *testing.T) {
	for _, c := range []struct {
		ttl    uint8
		window uint16
		want   string
	}{
		{64, 5840, "Linux 2.4 and 2.6"},
		{33, 5840, "Linux 2.4 and 2.6"},
		{32, 5840, ""},
		{60, 5720, "Google Customized Linux"},
		{60, 16384, "OpenBSD, AIX 4.3"},
		{60, 32120, "Linux Kernel 2.2"},
		{64, 65535, "FreeBSD / OS X"},
		{65, 65535, "Windows XP"},
		{128, 16384, "Windows 2000"},
		{120, 8192, "Windows 7, Vista, and Server 8"},
		{129, 4128, "Cisco Router IOS 12.4"},
		{255, 8760, "Solaris 7"},
		{255, 65535, ""},
		{128, 5840, ""},
		{0, 0, ""},
	} {
		if got := ProbableOS(c.ttl, c.window); got != c.want {
			t.Errorf("ttl %d window %d: %q, want %q", c.ttl, c.window, got, c.want)
		}
	}
}

func FuzzParseOptions(f *testing.F) {
	f.Add([]byte{2, 4, 5, 180, 4, 2, 8, 10, 0, 4, 73, 13, 0, 0, 0, 0, 1, 3, 3, 7})
	f.Add([]byte{2, 3, 1, 8, 0})
	f.Add([]byte{30, 40, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		area := b[:min(len(b), 40)]
		for i, o := range ParseOptions(nil, b) {
			if len(area) == 0 || o.Kind != area[0] {
				t.Fatalf("option %d of %x has kind %d", i, b, o.Kind)
			}
			var members map[string]any
			if err := json.Unmarshal(o.AppendJSON(nil), &members); err != nil || len(members) == 0 {
				t.Fatalf("%v in %s", err, o.AppendJSON(nil))
			}
			if o.Broken {
				if members["malformed"] == nil {
					t.Fatalf("%s", o.AppendJSON(nil))
				}
				area = nil
				continue
			}
			if int(o.Len) > len(area) || len(o.Data()) != max(int(o.Len)-2, 0) {
				t.Fatalf("option %d of %x has %d bytes", i, b, o.Len)
			}
			if o.Len > 2 && fmt.Sprintf("%x", o.Data()) != hex.EncodeToString(area[2:o.Len]) {
				t.Fatalf("option %d of %x: data %x", i, b, o.Data())
			}
			area = area[o.Len:]
		}
		if len(area) > 0 && area[0] != optEnd {
			t.Fatalf("%x: ended before %x", b, area)
		}
	})
}

func BenchmarkParseOptions(b *testing.B) {
	syn := []byte{2, 4, 5, 180, 4, 2, 8, 10, 0, 4, 73, 13, 0, 0, 0, 0, 1, 3, 3, 7}
	var options []Option
	b.ReportAllocs()
	for b.Loop() {
		options = ParseOptions(options[:0], syn)
	}
}

func BenchmarkOptionAppendJSON(b *testing.B) {
	options := ParseOptions(nil, []byte{2, 4, 5, 180, 4, 2, 8, 10, 0, 4, 73, 13, 0, 0, 0, 0, 1, 3, 3, 7})
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = out[:0]
		for i := range options {
			out = options[i].AppendJSON(out)
		}
	}
}
