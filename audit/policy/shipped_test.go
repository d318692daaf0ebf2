package policy_test

import (
	"strings"
	"testing"

	"joy/audit/policy"
)

func TestShippedRead(t *testing.T) {
	names := policy.Shipped()
	if len(names) < 8 {
		t.Fatalf("only %v", names)
	}
	for _, name := range names {
		p, err := policy.Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if p.Name != name || !strings.HasPrefix(p.Source, "http") && name != "joy" {
			t.Errorf("%s: calls itself %q, of %q", name, p.Name, p.Source)
		}
	}
}
