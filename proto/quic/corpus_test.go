package quic

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls/tlstest"
)

// TestCorpus compares with tshark what other people's captures hold.
func TestCorpus(t *testing.T) {
	score := tlstest.Run(t, "quic", func(s featuretest.Session) (string, bool) {
		p := New()
		if !listen(p, s.Chunks) {
			return "", false
		}
		i := p.TLS(feature.Both)
		return featuretest.JSON(t, i), i != nil
	})
	score.Check(t)
}

// listen gives a Parser the datagrams that the engine would: those that Match
// does not refuse. It reports whether there were any.
func listen(p *Parser, chunks []feature.Chunk) (some bool) {
	for i := range chunks {
		if Match(&chunks[i]) == feature.No {
			continue
		}
		some = true
		if _, v := p.Data(&chunks[i]); v != feature.More {
			break
		}
	}
	return some
}

// TestCorpusVersions: every conversation with a version has it in its Info. The
// conversations of a capture are told apart by their ports.
func TestCorpusVersions(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(tlstest.Corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("the corpus of captures is not here: " + tlstest.Corpus)
	}
	for _, f := range files {
		want := map[[2]uint16][]uint32{}
		readVersions(t, f, want)
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		paths, _ := filepath.Glob(filepath.Join(tlstest.Corpus, "pcaps", "*", name))
		if len(want) == 0 || len(paths) == 0 {
			continue
		}
		got := map[[2]uint16][]uint32{}
		for _, s := range featuretest.Pcap(t, paths[0]) {
			p := New()
			if listen(p, s.Chunks) {
				slices.Sort(s.Ports[:])
				got[s.Ports] = append(got[s.Ports], uint32(p.Info(feature.Both).Version))
			}
		}
		for ports, v := range want {
			if !slices.ContainsFunc(got[ports], func(o uint32) bool { return slices.Contains(v, o) }) {
				t.Errorf("%s %v: want one of %x, got %x", name, ports, v, got[ports])
			}
		}
	}
}

func readVersions(t *testing.T, path string, to map[[2]uint16][]uint32) {
	t.Helper()
	type conversation struct {
		AP, BP uint16
		QUIC   struct{ V []uint32 }
	}
	var file struct{ Flows, Inner []conversation }
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, c := range append(file.Flows, file.Inner...) {
		if len(c.QUIC.V) > 0 {
			ports := [2]uint16{min(c.AP, c.BP), max(c.AP, c.BP)}
			to[ports] = append(to[ports], c.QUIC.V...)
		}
	}
}
