package dns

import (
	"strings"
	"testing"

	"joy/feature/featuretest"
)

func TestHidePresented(t *testing.T) {
	long := strings.Repeat("ab", longestDigest/2)
	for _, tt := range []struct{ name, data, want string }{
		{"text", `0 issue "10.1.2.3"`, `0 issue "-"`},
		{"digest", "1 2 3 0a010203", "1 2 3 0a010203"},
		{"longest digest", "3 0 2 " + long[8:] + "0a010203", "3 0 2 " + long[8:] + "0a010203"},
		{"certificate", "3 0 0 " + long + "0a010203", "3 0 0 -"},
		{"certificate without one", "3 0 0 " + long + "0b010203", "3 0 0 " + long + "0b010203"},
		{"long text", long + "0g010203", long + "0g010203"},
		{"nothing", "", ""},
	} {
		p := Presented(tt.data)
		if p.Hide(featuretest.Hider{}); string(p) != tt.want {
			t.Errorf("%s: %q became %q", tt.name, tt.data, p)
		}
	}
}
