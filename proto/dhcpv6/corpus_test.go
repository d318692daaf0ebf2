package dhcpv6

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// The corpus is not part of the project. Its truth is what tshark read.
const corpus = "../../../shared/corpus"

func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("no corpus at " + corpus)
	}
	facts := 0
	for _, f := range files {
		if strings.Contains(f, "gopacket-") {
			continue // of several sections: the reader of the tests takes the first one
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var tr struct {
			File  string
			Flows []struct {
				DHCPv6 []struct {
					Msg uint8
					XID uint64
				}
			}
		}
		if err := json.Unmarshal(raw, &tr); err != nil {
			t.Fatal(err)
		}
		var found Info
		for _, c := range tr.Flows {
			for _, w := range c.DHCPv6 {
				if found == nil {
					found = messages(t, filepath.Join(corpus, "pcaps", tr.File))
				}
				facts++
				if !slices.ContainsFunc(found, func(m Message) bool { return uint8(m.Type) == w.Msg && uint64(m.TransID) == w.XID }) {
					t.Errorf("%s: no message %d of transaction %d", tr.File, w.Msg, w.XID)
				}
			}
		}
	}
	t.Logf("%d facts", facts)
	if facts < 5 {
		t.Errorf("only %d facts", facts)
	}
}

func messages(t *testing.T, path string) (all Info) {
	for _, s := range featuretest.Pcap(t, path) {
		if s.Over == feature.UDP && Match(&s.Chunks[0]) == feature.Yes {
			p := Module.New(featuretest.Settings()).(*Parser)
			featuretest.Feed(&Module, p, s.Over, s.Chunks)
			all = append(all, p.Info(feature.Both)...)
		}
	}
	return all
}
