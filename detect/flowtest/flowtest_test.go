package flowtest_test

import (
	"testing"

	"joy/detect/contact"
	"joy/detect/flowtest"
)

func TestFlow(t *testing.T) {
	f := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 80, At: 1.5, Lasts: 2, More: `"x":1`}.Parse(t)
	if f.Start != 1767225601500000000 || f.End-f.Start != 2e9 || f.Pr != 6 || string(f.Rest.Get("x")) != "1" || f.SP < 1024 {
		t.Errorf("%+v", f)
	}
	if c := contact.Of(f); c != contact.Reached {
		t.Errorf("contact %v", c)
	}
}
