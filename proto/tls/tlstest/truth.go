// Package tlstest compares what parsers say of TLS with what tshark and openssl
// say, for the tests of tls, dtls and quic.
package tlstest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// Corpus is the folder with the captures, seen from a package under proto.
const Corpus = "../../../shared/corpus"

// A Hello is one in the truth.
type Hello struct {
	Ver    int      `json:"ver"`
	CS     any      `json:"cs"` // a list, or the one that was selected
	SNI    []string `json:"sni"`
	Ext    []int    `json:"ext"`
	Grp    []int    `json:"grp"`
	ALPN   []string `json:"alpn"`
	SV     []int    `json:"sv"`
	Random string   `json:"random"`
	JA3    string   `json:"ja3"`
	JA3Str string   `json:"ja3_full"`
	JA3S   string   `json:"ja3s"`
	JA4    string   `json:"ja4"`
	D      int      `json:"d"`
}

// A Cert is one in the truth.
type Cert struct {
	Bad     int      `json:"bad"`
	Len     int      `json:"len"`
	Serial  string   `json:"serial"`
	Issuer  []string `json:"issuer_cn"`
	Subject []string `json:"subject_cn"`
	From    string   `json:"nb"`
	To      string   `json:"na"`
	Bits    int      `json:"bits"`
	Alg     string   `json:"pkalg"`
	SHA256  string   `json:"sha256"`
}

// A View is what is true of a conversation.
type View struct {
	CH    []Hello    `json:"ch"`
	SH    []Hello    `json:"sh"`
	Rec   [2][][]int `json:"rec"`
	Certs [2][]Cert  `json:"certs"`
}

type conversation struct {
	AP, BP int
	P      int
	F      []string
	TLS    *View
	DTLS   *View
	QUIC   *View
}

// A Score counts facts.
type Score struct {
	Facts, Matched int
	Misses         []string
}

func (s *Score) fact(what string, want, got any) {
	s.ok(what, want, got, fmt.Sprint(want) == fmt.Sprint(got))
}

func (s *Score) ok(what string, want, got any, ok bool) {
	s.Facts++
	if ok {
		s.Matched++
		return
	}
	s.Misses = append(s.Misses, fmt.Sprintf("%s: want %v, got %v", what, want, got))
}

// Run scores the conversations of a kind ("tls", "dtls" or "quic") in all
// captures: info gives the object "tls" of a session as JSON, and says whether
// there is one. A session that has no truth should have none.
func Run(t *testing.T, kind string, info func(featuretest.Session) (js string, ok bool)) Score {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(Corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("the corpus of captures is not here: " + Corpus)
	}
	var sum Score
	for _, f := range files {
		convs := read(t, f, kind)
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		paths, _ := filepath.Glob(filepath.Join(Corpus, "pcaps", "*", name))
		if len(convs) == 0 || len(paths) == 0 || inside(name) {
			continue
		}
		sessions := featuretest.Pcap(t, paths[0])
		for _, c := range convs {
			s := best(kind, c, sessions, info)
			sum.Facts += s.Facts
			sum.Matched += s.Matched
			for _, m := range s.Misses {
				sum.Misses = append(sum.Misses, fmt.Sprintf("%s %d>%d %s", name, c.AP, c.BP, m))
			}
		}
	}
	return sum
}

// Captures are the sessions of all captures, but for malformed files.
func Captures(t testing.TB) (all []featuretest.Session) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(Corpus, "pcaps", "*", "*.pcap*"))
	if len(paths) == 0 {
		t.Skip("the corpus of captures is not here: " + Corpus)
	}
	for _, p := range paths {
		if filepath.Base(filepath.Dir(p)) == "malformed" {
			continue
		}
		all = append(all, featuretest.Pcap(t, p)...)
	}
	return all
}

// inside names captures whose TLS is in the packets of another protocol, whose
// parser has to take it out: here OpenVPN.
func inside(name string) bool { return name == "mercury-openvpn_tcp_multi.pcap" }

// Check fails when less than 99.5 % of the facts match.
func (s *Score) Check(t *testing.T) {
	t.Helper()
	for _, m := range s.Misses {
		t.Log(m)
	}
	t.Logf("%d of %d facts", s.Matched, s.Facts)
	if s.Facts == 0 || s.Matched*1000 < s.Facts*995 {
		t.Error("less than 99.5 %")
	}
}

func (c *conversation) view(kind string) *View {
	return map[string]*View{"tls": c.TLS, "dtls": c.DTLS, "quic": c.QUIC}[kind]
}

func read(t *testing.T, path, kind string) (all []conversation) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Flows, Inner []conversation }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, c := range append(file.Flows, file.Inner...) {
		if c.view(kind) != nil && !slices.Contains(c.F, "snap") {
			all = append(all, c)
		}
	}
	return all
}

// best compares with each session of the same ports, since sessions have no
// addresses, and with all of them together, since the directions of a
// conversation may come through different tunnels.
func best(kind string, c conversation, sessions []featuretest.Session, info func(featuretest.Session) (string, bool)) (top Score) {
	over := feature.TCP
	if c.P == 17 {
		over = feature.UDP
	}
	all := map[string]any{}
	objects := []map[string]any{all}
	for _, s := range sessions {
		same := s.Ports == [2]uint16{uint16(c.AP), uint16(c.BP)}
		if s.Over != over || !same && s.Ports != [2]uint16{uint16(c.BP), uint16(c.AP)} {
			continue
		}
		js, ok := info(s)
		if !ok {
			continue
		}
		o := map[string]any{}
		if err := json.Unmarshal([]byte(js), &o); err != nil {
			panic(err)
		}
		if !same {
			turn(o)
		}
		objects = append(objects, o)
		merge(all, o)
	}
	for i, o := range objects {
		if got := compare(kind, &c, o); i == 0 || got.Matched > top.Matched {
			top = got
		}
	}
	return top
}

// turn makes the arrows of records those of the other side.
func turn(o map[string]any) {
	for _, e := range list(o["srlt"]) {
		r := e.(map[string]any)
		if r["dir"] == ">" {
			r["dir"] = "<"
		} else {
			r["dir"] = ">"
		}
	}
}

func merge(all, o map[string]any) {
	for k, v := range o {
		if k == "srlt" {
			all[k] = append(slices.Clone(list(all[k])), list(v)...)
		} else if all[k] == nil {
			all[k] = v
		}
	}
}
