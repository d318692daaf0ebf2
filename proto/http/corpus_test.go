package http

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const corpus = "../../../shared/corpus"

// A conversation is what tshark has found in one.
type conversation struct {
	A     string    `json:"a"`
	AP    uint16    `json:"ap"`
	B     string    `json:"b"`
	BP    uint16    `json:"bp"`
	Proto int       `json:"p"`
	L7    []string  `json:"l7"`
	Flags []string  `json:"f"`
	HTTP  []message `json:"http"`
}

type message struct {
	Dir                      int `json:"d"`
	Method, URI, Code, Ver   string
	Host, UA, Referer, CType string
	Server, Location         string
}

// TestCorpus compares with tshark what check.py compares, in conversations
// that are told apart by their ports.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus of captures is not here: " + corpus)
	}
	facts, right := 0, 0
	err := filepath.WalkDir(filepath.Join(corpus, "pcaps"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		list := conversations(t, e.Name())
		if !slices.ContainsFunc(list, func(c conversation) bool { return len(c.HTTP) > 0 }) {
			return nil
		}
		sessions := featuretest.Pcap(t, path)
		for _, c := range list {
			if len(c.HTTP) == 0 || slices.Contains(c.Flags, "snap") {
				continue
			}
			f, r := compare(t, e.Name(), &c, sessions)
			facts, right = facts+f, right+r
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d facts are right", right, facts)
	if facts < 1000 || right*1000 < facts*995 {
		t.Errorf("only %d of %d facts are right", right, facts)
	}
}

func conversations(t *testing.T, name string) []conversation {
	raw, err := os.ReadFile(filepath.Join(corpus, "truth", name+".json"))
	if err != nil {
		return nil
	}
	var truth struct{ Flows, Inner []conversation }
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	return append(truth.Flows, truth.Inner...)
}

// compare looks for each message among those that the parser has found.
func compare(t *testing.T, file string, c *conversation, sessions []featuretest.Session) (facts, right int) {
	var found [2][]map[string]string
	for _, s := range sessions {
		turned := s.Ports == [2]uint16{c.BP, c.AP}
		if s.Over != feature.TCP || !turned && s.Ports != [2]uint16{c.AP, c.BP} {
			continue
		}
		for d, list := range messages(s) {
			if turned {
				d = 1 - d
			}
			found[d] = append(found[d], list...)
		}
	}
	for _, m := range c.HTTP {
		want := m.facts()
		best, at := -1, -1
		for i, f := range found[m.Dir] {
			same := 0
			for k, v := range want {
				if squeeze(f[k]) == squeeze(v) || k == "uri" && sameURI(f[k], v) {
					same++
				}
			}
			if same > best && f["method"] == m.Method && sameURI(f["uri"], m.URI) && f["code"] == m.Code {
				best, at = same, i
			}
		}
		facts, right = facts+len(want), right+max(best, 0)
		if best < len(want) {
			t.Logf("%s %s:%d-%s:%d: want %v, best %d", file, c.A, c.AP, c.B, c.BP, want, best)
		}
		if at >= 0 {
			found[m.Dir] = slices.Delete(found[m.Dir], at, at+1)
		}
	}
	return facts, right
}

func (m *message) facts() map[string]string {
	all := map[string]string{
		"method": m.Method, "uri": m.URI, "code": m.Code, "version": m.Ver, "host": m.Host, "user-agent": m.UA,
		"referer": m.Referer, "content-type": m.CType, "server": m.Server, "location": m.Location,
	}
	for k, v := range all {
		ascii := strings.IndexFunc(v, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }) < 0
		response := m.Method == ""
		switch k {
		case "host", "user-agent", "referer":
			response = !response
		case "version":
			response = true
		}
		if v == "" || !ascii || !response {
			delete(all, k)
		}
	}
	if m.Method != "" {
		all["method"], all["uri"] = m.Method, m.URI
	}
	return all
}

// sameURI: the truth has the first 2000 characters.
func sameURI(got, want string) bool {
	return got == want || len(want) == 2000 && strings.HasPrefix(got, want)
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// messages runs a session and returns the elements of the messages of each
// direction by their names in small letters.
func messages(s featuretest.Session) (all [2][]map[string]string) {
	p := Module.New(featuretest.Settings()).(*Parser)
	// Behind a switch of protocols, as SOCKS does one, the engine looks again.
	from := slices.IndexFunc(s.Chunks, func(c feature.Chunk) bool { return match(&c) == feature.Yes })
	if from < 0 {
		return all
	}
	if v, _ := featuretest.Feed(&Module, p, s.Over, s.Chunks[from:]); v == feature.Reject {
		return all
	}
	info := p.Info(feature.Both)
	if info == nil {
		return all
	}
	for _, x := range *info {
		for d, m := range []Message{x.Out, x.In} {
			if m.IsZero() {
				continue
			}
			elements := map[string]string{}
			for e := range m.All() {
				if k := strings.ToLower(string(e.Name)); elements[k] == "" {
					elements[k] = string(e.Value)
				}
			}
			all[d] = append(all[d], elements)
		}
	}
	return all
}
