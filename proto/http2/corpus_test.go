package http2

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/http"
)

const corpus = "../../../shared/corpus"

type conversation struct {
	AP    uint16 `json:"ap"`
	BP    uint16 `json:"bp"`
	HTTP2 []struct {
		H [][2]string `json:"h"`
	} `json:"http2"`
}

// TestCorpus compares with tshark what check.py compares.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus of captures is not here: " + corpus)
	}
	facts, right := 0, 0
	err := filepath.WalkDir(filepath.Join(corpus, "pcaps"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(corpus, "truth", e.Name()+".json"))
		if err != nil {
			return nil //nolint:nilerr // a file without truth
		}
		var truth struct{ Flows, Inner []conversation }
		if err := json.Unmarshal(raw, &truth); err != nil {
			return err
		}
		for _, c := range append(truth.Flows, truth.Inner...) {
			if len(c.HTTP2) == 0 {
				continue
			}
			found := map[[2]string]bool{}
			for _, s := range featuretest.Pcap(t, path) {
				if s.Ports == [2]uint16{c.AP, c.BP} || s.Ports == [2]uint16{c.BP, c.AP} {
					fields(found, s)
				}
			}
			for _, m := range c.HTTP2 {
				for _, f := range m.H {
					facts++
					if found[f] {
						right++
					} else {
						t.Logf("%s: no %q", e.Name(), f)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d facts are right", right, facts)
	if facts == 0 || right*1000 < facts*995 {
		t.Errorf("only %d of %d facts are right", right, facts)
	}
}

// fields collects what the parser has found in a flow, behind the Upgrade of
// HTTP/1 if there is one.
func fields(found map[[2]string]bool, s featuretest.Session) {
	p := Module.New(featuretest.Settings()).(*Parser)
	featuretest.Feed(&Module, p, feature.TCP, behindUpgrade(s.Chunks))
	x := p.Info(feature.Both)
	if x == nil {
		return
	}
	for _, side := range []*Side{x.Out, x.In} {
		if side == nil {
			continue
		}
		for _, m := range side.Messages {
			for e := range m.Headers.All() {
				found[[2]string{string(e.Name), string(e.Value)}] = true
			}
		}
	}
}

func behindUpgrade(chunks []feature.Chunk) []feature.Chunk {
	p := http.Module.New(featuretest.Settings())
	v, n := featuretest.Feed(&http.Module, p, feature.TCP, chunks)
	if v != feature.Switch {
		return chunks
	}
	p.Reset()
	featuretest.Feed(&http.Module, p, feature.TCP, chunks[:n-1])
	last := chunks[n-1]
	used, _ := p.Data(&last) // the response begins with this chunk
	last.Bytes = last.Bytes[used:]
	return append([]feature.Chunk{last}, chunks[n:]...)
}
