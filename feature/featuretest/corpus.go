package featuretest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"joy/feature"
)

// corpus is where other people's captures are, seen from a package of proto.
// They are not part of the project. Their truth is what tshark read.
const corpus = "../../../shared/corpus"

// A flow is what tshark says of one.
type flow struct {
	AP, BP uint16
	L7     []string
}

// Corpus asks Match about every flow of its transports in other people's captures, and wants the
// same answer as tshark's, under one of its names for the protocol, and that the
// parser finds something. Files that tshark is wrong about are in spare.
func Corpus(t *testing.T, m *feature.Module, info Info, names []string, spare ...string) {
	t.Helper()
	files, _ := filepath.Glob(corpus + "/pcaps/*/*.pcap*")
	if len(files) == 0 {
		t.Skip("no captures in " + corpus)
	}
	hits := 0
	for _, path := range files {
		truth, err := flows(path)
		if err != nil {
			continue // the truth has no file for it
		}
		id := filepath.Base(path)
		for _, s := range sessions(t, path) {
			if s.Over&m.Over == 0 {
				continue
			}
			hit := recognised(m, &s)
			if hit {
				hits++
				p := m.New(Settings())
				Feed(m, p, s.Over, s.Chunks)
				if JSON(t, info(p, feature.Both)) == "null" {
					t.Errorf("%s %d>%d: nothing found", id, s.Ports[0], s.Ports[1])
				}
			}
			if hit != named(truth, s.Ports, names) && !slices.Contains(spare, id) {
				t.Errorf("%s %d>%d: recognised is %v", id, s.Ports[0], s.Ports[1], hit)
			}
		}
	}
	if hits == 0 {
		t.Error("no flow is recognised")
	}
	t.Logf("%d flows recognised", hits)
}

// unreadable is a testing.TB for a capture that breaks off in a way that its
// reader takes for a failure.
type unreadable struct{ testing.TB }

func (unreadable) Fatalf(string, ...any) { panic(unreadable{}) }

func sessions(t *testing.T, path string) (all []Session) {
	defer func() {
		if r := recover(); r != nil && r != (unreadable{}) {
			panic(r)
		}
	}()
	return Pcap(unreadable{t}, path)
}

func flows(path string) ([]flow, error) {
	b, err := os.ReadFile(corpus + "/truth/" + filepath.Base(path) + ".json")
	if err != nil {
		return nil, err
	}
	var all struct{ Flows, Inner []flow }
	err = json.Unmarshal(b, &all)
	return append(all.Flows, all.Inner...), err
}

func named(truth []flow, ports [2]uint16, names []string) bool {
	for _, f := range truth {
		same := f.AP == ports[0] && f.BP == ports[1] || f.AP == ports[1] && f.BP == ports[0]
		if same && slices.ContainsFunc(f.L7, func(n string) bool { return slices.Contains(names, n) }) {
			return true
		}
	}
	return false
}

// recognised asks as the engine does: with all bytes of a direction until the
// answer is a yes or a no.
func recognised(m *feature.Module, s *Session) bool {
	var heard [2][]byte
	var no [2]bool
	for _, c := range s.Chunks {
		c.Over = s.Over
		if no[c.Dir] || len(c.Bytes) == 0 {
			continue
		}
		if s.Over == feature.TCP {
			heard[c.Dir] = append(heard[c.Dir], c.Bytes...)
			c.Bytes = heard[c.Dir]
		}
		g := m.Match(&c)
		if g == feature.Yes {
			return true
		}
		no[c.Dir] = s.Over == feature.TCP && (g == feature.No || len(c.Bytes) >= 1<<10)
	}
	return false
}
