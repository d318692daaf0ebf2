package rarity_test

import (
	"fmt"
	"strings"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/network"
	"joy/detect/rarity"
	"joy/detect/threshold"
)

// findings are those of hosts, each with its fingerprint.
func findings(t *testing.T, prints []string) []finding.Finding {
	d := rarity.New(threshold.Default(), network.New(nil))
	for i, p := range prints {
		d.Add(flowtest.Flow{SA: fmt.Sprintf("10.0.0.%d", i+1), DA: "198.51.100.2", DP: 443, At: float64(i), More: `"fingerprints":{"npf":["` + p + `"]}`}.Parse(t))
	}
	return d.Findings()
}

func all(n int, p string) []string { return strings.Split(strings.Repeat(p+" ", n-1)+p, " ") }

func TestFound(t *testing.T) {
	list := findings(t, append(all(20, "tls/1/common"), "tls/1/odd"))
	if len(list) != 1 || list[0].Src != "10.0.0.21" || list[0].Kind != rarity.Kind || list[0].Score < 0.5 || list[0].Count != 1 {
		t.Errorf("%+v", list)
	}
}

func TestNotFound(t *testing.T) {
	for name, prints := range map[string][]string{
		"few hosts":          append(all(9, "tls/1/common"), "tls/1/odd"),
		"two hosts":          append(all(40, "tls/1/common"), "tls/1/odd", "tls/1/odd"),
		"another kind":       append(all(40, "tls/1/common"), "ssh/odd"),
		"HTTP":               append(all(40, "http/common"), "http/odd"),
		"all are different":  strings.Fields("tls/1 tls/2 tls/3 tls/4 tls/5 tls/6 tls/7 tls/8 tls/9 tls/10 tls/11 tls/12 tls/13 tls/14"),
		"longer than any is": append(all(40, "tls/1/common"), "tls/1/"+strings.Repeat("x", 5000)),
	} {
		if list := findings(t, prints); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
