package npf

import (
	"strings"
	"testing"
)

func TestTranslate(t *testing.T) {
	for _, test := range []struct{ from, version, want string }{
		// The extensions of mercury's own test of its formats (tls.h).
		{"tls/(0303)(1301)((003f)(ff2b)(0a0a)(0a0a)(ff2b)(ff2b)(ff2b))", "1", "tls/1/(0303)(1301)[(003f)(0a0a)(0a0a)(ff2b)(ff2b)(ff2b)(ff2b)]"},
		{"tls/1/(0303)(1301)[(003f)(0a0a)(0a0a)(ff2b)(ff2b)(ff2b)(ff2b)]", "2", "tls/2/(0303)(1301)[(003e)(0a0a)(0a0a)(ff00)(ff00)(ff00)]"},
		// A Chrome of 2019, from mercury's list of 100 frequent fingerprints.
		{
			"tls/(0303)(0a0a130113021303)((0a0a)(0000)(0017)(ff01)(000a000a00080a0a001d00170018)(000b00020100)(0023)(0010000e000c02683208687474702f312e31)(000500050100000000)(0012)(0033)(002d00020101)(002b000b0a0a0a0304030303020301)(001b0003020002)(0a0a)(0015))", "2",
			"tls/2/(0303)(0a0a130113021303)[(0000)(000500050100000000)(000a000a00080a0a001d00170018)(000b00020100)(0010000e000c02683208687474702f312e31)(0012)(0017)(001b0003020002)(002b000b0a0a0a0304030303020301)(002d00020101)(0033)(0a0a)(0a0a)(ff01)]",
		},
		{"tls/1/(0303)(1301)[(0015)(0023)(0029)(002a)]", "2", "tls/2/(0303)(1301)[]"},
		{"tls/1/(0303)(1301)[(3373)(3374)(fe0d)(fe0e)(feff)(ff00)(ff01)(ff02)(ff03)]", "2", "tls/2/(0303)(1301)[(003e)(003e)(003e)(3374)(fe0d)(ff00)(ff00)(ff01)(ff03)]"},
		{"tls/(0303)(1301)()", "1", "tls/1/(0303)(1301)[]"},
		{"tls/1/(0303)(1301)[(0000)]", "1", "tls/1/(0303)(1301)[(0000)]"},
		{"dtls/1/(fefd)(c02c)[(0015)(0016)]", "2", "dtls/2/(fefd)(c02c)[(0016)]"},
		{"quic/(00000001)(0303)(1301)[(0015)(0033)((0039)[(04)(05)])(5a5b)]", "1", "quic/1/(00000001)(0303)(1301)[(0033)((0039)[(04)(05)])(003e)]"},
	} {
		got, err := Translate(test.from, test.version)
		if err != nil || got != test.want {
			t.Errorf("%s\n got %s, %v\nwant %s", test.from, got, err, test.want)
		}
	}
}

func TestTranslateRefuses(t *testing.T) {
	for fp, version := range map[string]string{
		"tls/2/(0303)(1301)[]":         "1",
		"tls/1/(0303)(1301)[]":         "3",
		"http/(474554)()()":            "1",
		"tls/1/(0303)(1301)":           "2",
		"tls/1/(0303)(1301)(0000)":     "2",
		"tls/1/(0303)(1301)[(00)]":     "2",
		"tls/1/(0303)(1301)[[(0000)]]": "2",
		"ja3/00":                       "1",
		"(":                            "1",
	} {
		if got, err := Translate(fp, version); err == nil {
			t.Errorf("%s became %s", fp, got)
		}
	}
}

func TestFromJoy(t *testing.T) {
	for _, test := range []struct {
		joy, want string
		complete  bool
	}{
		// The shapes of the specification's table: the collector, then the database.
		{"(0303)(2a2ac02b)((2a2a)(000a000800061a1a001d0017)(002b0007062a2a03040303)(3a3a))", "tls/1/(0303)(0a0ac02b)[(000a000800060a0a001d0017)(002b0007060a0a03040303)(0a0a)(0a0a)]", true},
		{"(0303)(0a0ac02b)((0a0a0000)(000a000800060a0a001d0017)(0a0a000100))", "tls/1/(0303)(0a0ac02b)[(000a000800060a0a001d0017)(0a0a)(0a0a)]", true},
		{"(0303)(c02b)((000f)(0000))", "tls/1/(0303)(c02b)[(0000)(000f)]", false},
		{"(0303)(c02b)((000f000101)(0013000100)(0000))", "tls/1/(0303)(c02b)[(0000)(000f000101)(0013)]", true},
		{"(0301)(002f)()", "tls/1/(0301)(002f)[]", true},
		{"(0301)(002f)(0017)", "tls/1/(0301)(002f)[(0017)]", true},
		{"(0301)(002f)", "tls/1/(0301)(002f)[]", true},
		{"(0301)()((00050000))", "tls/1/(0301)()[(00050000)]", true},
	} {
		got, complete, err := FromJoy(test.joy)
		if err != nil || got != test.want || complete != test.complete {
			t.Errorf("%s\n got %s %v, %v\nwant %s", test.joy, got, complete, err, test.want)
		}
	}
	for _, bad := range []string{"", "junk", "(0303)", "(03)(1301)()", "(0303)(13)()", "1/(0303)(1301)()", "(0303)(1301)((00))", "(0303)(1301)(00)", "(0303)(1301)()()", "(0303)(1301)(((0000)))"} {
		if got, _, err := FromJoy(bad); err == nil {
			t.Errorf("%s became %s", bad, got)
		}
	}
}

func TestSequence(t *testing.T) {
	for fp, want := range map[string]string{
		"tls/1/(0303)(0a0a1301)[(0000)(000a000800060a0a001d11ec)(000b00020100)(000d000600040804ffff)(0010000e000c02683208687474702f312e31)(002b00050403040303)]": "0:0303 c:0a0a c:1301 e:0000 e:000a g:0a0a g:001d g:11ec e:000b:0100 e:000d s:0804 s:ffff e:0010 a:6832 a:687474702f312e31 e:002b v:0304 v:0303",
		"quic/1/(00000001)(0303)(1301)[((0039)[(01)(1b)])]": "0:00000001 1:0303 c:1301 e:0039 q:01 q:1b",
		"tls_server/(0303)(1301)((002b00020304))":           "0:0303 c:1301 e:002b v:0304",
		"ssh/(5353482d32)(612c62)()":                        "0:SSH-2 1:a 1:b 2:",
		"http/(474554)(48)((486f7374)(41))":                 "0:474554 1:48 2:486f7374 2:41",
		"ja4/t13d_8daa_b186":                                "0:t13d 1:8daa 2:b186",
		"tls/1/(0303)(13)[(000a0001)(0010000aff)(00)]":      "0:0303 c:13 e:000a e:0010 e:00",
		"junk": "",
	} {
		if got := strings.Join(Sequence(fp), " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", fp, got, want)
		}
	}
}

func FuzzHello(f *testing.F) {
	for _, fp := range examples {
		f.Add(fp)
	}
	f.Add("(0303)(2a2ac02b)((2a2a)(000a000800061a1a001d0017)(002b0007062a2a03040303)(3a3a))")
	f.Add("(0000)[]")
	f.Fuzz(func(t *testing.T, s string) {
		Sequence(s)
		if fp, _, err := FromJoy(s); err == nil {
			again, _, err := FromJoy(unsorted(fp))
			if err != nil || again != fp {
				t.Errorf("%s became %s, %v", fp, again, err)
			}
		}
		for _, version := range []string{"1", "2"} {
			fp, err := Translate(s, version)
			if err != nil {
				continue
			}
			if err := Check(fp); err != nil {
				t.Errorf("%s became %s: %v", s, fp, err)
			}
			if again, err := Translate(fp, version); err != nil || again != fp {
				t.Errorf("%s became %s, %v", fp, again, err)
			}
		}
	})
}

// unsorted is a tls/1 string as Joy would write it.
func unsorted(fp string) string {
	return strings.NewReplacer("tls/1/", "", "[", "(", "]", ")").Replace(fp)
}
