package kerberos

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

const corpus = "../../../shared/corpus"

// TestCorpus wants the flows that tshark takes for Kerberos, and no others.
func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("no corpus at " + corpus)
	}
	found := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var truth struct {
			File  string
			Flows []struct {
				P      uint8
				AP, BP uint16
				L7     []string
			}
		}
		if err := json.Unmarshal(raw, &truth); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(truth.File, "malformed/") {
			continue // files that cannot be read whole
		}
		for _, s := range featuretest.Pcap(t, filepath.Join(corpus, "pcaps", truth.File)) {
			is := false
			for _, c := range truth.Flows {
				same := s.Ports == [2]uint16{c.AP, c.BP} || s.Ports == [2]uint16{c.BP, c.AP}
				is = is || same && (c.P == 6) == (s.Over == feature.TCP) && slices.Contains(c.L7, Module.Key)
			}
			got := recognised(s)
			if got != is {
				t.Errorf("%s %v: recognised is %v", truth.File, s.Ports, got)
			}
			if got {
				found++
				p := Module.New(featuretest.Settings()).(*Parser)
				featuretest.Feed(&Module, p, s.Over, s.Chunks)
				if p.Info(feature.Both) == nil {
					t.Errorf("%s %v: nothing found", truth.File, s.Ports)
				}
				if testing.Verbose() {
					t.Logf("%s %v: %s", truth.File, s.Ports, featuretest.JSON(t, p.Info(feature.Both)))
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("%d flows", found)
	}
}

// recognised asks as the engine does: for the first bytes of each direction of
// a stream, for each of the first datagrams.
func recognised(s featuretest.Session) bool {
	var first [2][]byte
	for i := range s.Chunks[:min(len(s.Chunks), 16)] {
		c := s.Chunks[i]
		c.Over = s.Over
		if s.Over == feature.TCP {
			if c.Lost > 0 || len(first[c.Dir]) >= 1<<10 {
				continue
			}
			first[c.Dir] = append(first[c.Dir], c.Bytes...)
			c.Bytes = first[c.Dir]
		}
		if Module.Over&s.Over != 0 && Module.Match(&c) == feature.Yes {
			return true
		}
	}
	return false
}
