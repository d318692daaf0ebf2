package npf

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// published are the examples of mercury's doc/npf.md; that of ssh has half a byte
// too many there, behind the version line.
var published = []string{
	"quic/(ff00001d)(0303)(0a0a130113021303)[(0a0a)(0a0a)(0000)(000500050100000000)(000a000c000a0a0a001d001700180019)(000d00180016040308040401050" +
		"30203080508050501080606010201)(0010000e000c0568332d32390568332d3237)(0012)(001b0003020001)(002b0005040a0a0304)(002d00020101)(0033)((ffa5)[(0" +
		"4)(05)(06)(07)(09)(0e)(0f)])]",
	"openvpn/(06)(03)(0400)(14)(0301)(c014c00ac022c0210039003800880087c00fc00500350084c012c008c01cc01b00160013c00dc003000ac013c009c01fc01e0033003" +
		"2009a009900450044c00ec004002f00960041c011c007c00cc002000500040015001200090014001100080006000300ff)((000b000403000102)(000a00340032000e000d00" +
		"19000b000c00180009000a00160017000800060007001400150004000500120013000100020003000f00100011)(0023)(000f000101))",
	"ssh/(5353482d322e302d4f70656e5353485f382e39207031205562756e74752d33)(637572766532353531392d7368613235362c656364682d736861322d6e697374703235" +
		"362c6469666669652d68656c6c6d616e2d67726f757031342d736861323536)(7373682d656432353531392c7273612d736861322d353132)(63686163686132302d706f6c79" +
		"31333035406f70656e7373682e636f6d2c6165733132382d637472)(63686163686132302d706f6c7931333035406f70656e7373682e636f6d2c6165733132382d637472)(75" +
		"6d61632d36342d65746d406f70656e7373682e636f6d2c686d61632d736861322d3235362d65746d406f70656e7373682e636f6d)(756d61632d36342d65746d406f70656e73" +
		"73682e636f6d2c686d61632d736861322d3235362d65746d406f70656e7373682e636f6d)(6e6f6e652c7a6c6962406f70656e7373682e636f6d)(6e6f6e652c7a6c6962406f" +
		"70656e7373682e636f6d)()()",
	"dtls/1/(fefd)(c02c)[(000a000c000a001d0017001e00190018)(000b000403000102)(000d0030002e040305030603080708080809080a080b08040805080604010501060" +
		"1030302030301020103020202040205020602)(0016)]",
}

// examples are these, and shapes that occur.
var examples = append(slices.Clone(published),
	"tls/1/(0303)(1301)[]",
	"tls/(0303)(1301)()",
	"stun/1/(00)(0001)(01)((0006)(8022))",
	"tcp/(40)()(40)(ffff)((020405b4)(04)(08)(01)(030307))",
)

func TestParseGivesBackWhatItRead(t *testing.T) {
	for _, fp := range examples {
		tree, err := Parse(fp)
		if err != nil {
			t.Errorf("%s: %v", fp, err)
		}
		if tree.String() != fp {
			t.Errorf("%s became %s", fp, tree)
		}
	}
}

func TestParts(t *testing.T) {
	tree, err := Parse("quic/1/(00000001)[(0000)((0039)[(01)])]")
	if err != nil {
		t.Fatal(err)
	}
	if tree.Kind != "quic" || tree.Version != "1" || len(tree.Items) != 2 {
		t.Fatalf("got %+v", tree)
	}
	list := tree.Items[1]
	if list.Shape != Sorted || list.Items[1].Shape != List || list.Items[1].Items[1].Shape != Sorted {
		t.Fatalf("shapes of %+v", list)
	}
	if got := string(list.Items[1].Items[0].Bytes); got != "\x00\x39" {
		t.Fatalf("bytes %x", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for fp, want := range map[string]string{
		"":                              "kind",
		"(0303)":                        "kind",
		"tls/":                          "nothing",
		"TLS/1/(0303)":                  "kind",
		"tls/1/(0303":                   "')' is missing",
		"tls/1/(0303]":                  "')' is missing",
		"tls/1/(0303))":                 "too many",
		"tls/1/(030)":                   "half",
		"tls/1/(030G)":                  "half",
		"tls/1/(AA)":                    "')' is missing",
		"tls/1/(03(03))":                "')' is missing",
		"tls/1/((03)03)":                "')' is missing",
		"tls/1/[0303]":                  "']' is missing",
		"tls/1/x(0303)":                 "too many",
		"ja3/a b":                       "visible",
		"tls/1/" + nested(MaxDepth+1):   "deep",
		"a/" + nested(MaxLength):        "more than 8192",
		strings.Repeat("a", 33) + "/()": "kind",
	} {
		_, err := Parse(fp)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", fp, err, want)
		}
	}
	if _, err := Parse("tls/1/" + nested(MaxDepth)); err != nil {
		t.Error(err)
	}
}

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

func TestOpaque(t *testing.T) {
	for _, fp := range []string{"ja3/e7d705a3286e19ea42f587b344ee6865", "ja4/t13d1516h2_8daaf6152771_b186095e22b6", "tls/1/randomized"} {
		if _, err := Parse(fp); !errors.Is(err, ErrOpaque) {
			t.Errorf("%s: %v", fp, err)
		}
		if err := Check(fp); err != nil {
			t.Errorf("%s: %v", fp, err)
		}
	}
	if Check("nothing") == nil {
		t.Error("a string without a kind passes")
	}
}

func TestKind(t *testing.T) {
	for fp, want := range map[string]string{"tls/1/(0303)": "tls", "hassh_server/00": "hassh_server", "x": "", "/x": "", "A b/": ""} {
		if got := Kind(fp); got != want {
			t.Errorf("%q: %q, want %q", fp, got, want)
		}
	}
}

// The digits are of printf '(0303)(1301)[]' | sha256sum.
func TestHash(t *testing.T) {
	tree, err := Parse("tls/1/(0303)(1301)[]")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tree.Hash(), "tls/1/b593ac5cce247b24ae604868354672bc"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, fp := range examples {
		f.Add(fp)
	}
	f.Add("ja3/e7d705a3286e19ea42f587b344ee6865")
	f.Fuzz(func(t *testing.T, fp string) {
		tree, err := Parse(fp)
		if err != nil {
			return
		}
		if tree.String() != fp {
			t.Errorf("%q became %q", fp, tree)
		}
		if tree.Kind != Kind(fp) {
			t.Errorf("kind %q", tree.Kind)
		}
		tree.Hash()
	})
}
