package dns

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const corpus = "../../../shared/corpus"

// captures calls f for each capture of the corpus.
func captures(t *testing.T, f func(path string)) {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus of captures is not here: ", err)
	}
	err := filepath.WalkDir(filepath.Join(corpus, "pcaps"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(filepath.Ext(path), ".pcap") {
			f(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sessions gives the flows of a capture; none when the simple reader of the
// tests cannot read it.
func sessions(t *testing.T, path string) (all []featuretest.Session) {
	done := make(chan bool)
	go func() {
		defer close(done)
		all = featuretest.Pcap(lenient{t}, path)
	}()
	<-done
	return all
}

type lenient struct{ testing.TB }

func (l lenient) Fatalf(format string, args ...any) {
	l.Logf(format, args...)
	runtime.Goexit()
}

// The truth about a capture, as tshark dissects it.
type (
	truth struct {
		Flows []truthFlow `json:"flows"`
		Inner []truthFlow `json:"inner"`
	}
	truthFlow struct {
		A, B               string
		AP, BP, P          int
		L7, F              []string
		DNS, MDNS, LLMNR   []truthMessage
		TLS, HTTP, QUIC, D json.RawMessage
	}
	truthMessage struct {
		QR, OP int
		RC     *int
		Q      [][2]any
		RR     []truthRR
	}
	truthRR struct {
		T   int
		D   any
		TTL *float64
	}
)

func readTruth(t *testing.T, path string) (flows []truthFlow, ok bool) {
	b, err := os.ReadFile(filepath.Join(corpus, "truth", filepath.Base(path)+".json"))
	if err != nil {
		return nil, false
	}
	var all truth
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return append(all.Flows, all.Inner...), true
}

// An entry is a Message as a user reads it.
type entry struct {
	QN, RN *string
	QT     string
	RC     int
	RR     []map[string]any
}

// found runs the module over all flows of a capture as an engine does: each
// flow whose first bytes in a direction match.
func found(t *testing.T, path string) map[[2]int][]entry {
	all := map[[2]int][]entry{}
	for _, s := range sessions(t, path) {
		if !recognized(&s) {
			continue
		}
		p := Module.New(featuretest.Settings()).(*Parser)
		featuretest.Feed(&Module, p, s.Over, s.Chunks)
		var list []entry
		if err := json.Unmarshal([]byte(featuretest.JSON(t, p.Info(feature.Both))), &list); err != nil {
			t.Fatal(err)
		}
		key := ports(int(s.Ports[0]), int(s.Ports[1]))
		all[key] = append(all[key], list...)
	}
	return all
}

func ports(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

// recognized looks at the first chunks of each direction, in one piece for TCP.
func recognized(s *featuretest.Session) bool {
	var begin [2][]byte
	for _, c := range s.Chunks {
		first := begin[c.Dir] == nil
		if s.Over == feature.UDP {
			begin[c.Dir] = c.Bytes
		} else if len(begin[c.Dir]) < Module.Keep {
			begin[c.Dir] = append(begin[c.Dir], c.Bytes...)
			first = true
		}
		if c.Bytes = begin[c.Dir]; first && Module.Match(&c) == feature.Yes {
			return true
		}
	}
	return false
}

// A score counts facts, like corpus/check.py.
type score struct {
	facts, right int
	wrong        []string
}

func (s *score) fact(ok bool, format string, args ...any) {
	s.facts++
	if ok {
		s.right++
	} else {
		s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
	}
}

func TestFactsOfCorpus(t *testing.T) {
	var s score
	captures(t, func(path string) {
		flows, ok := readTruth(t, path)
		if !ok {
			return
		}
		var got map[[2]int][]entry
		for _, f := range flows {
			if len(f.DNS)+len(f.MDNS)+len(f.LLMNR) == 0 || slices.Contains(f.F, "snap") {
				continue
			}
			if got == nil {
				got = found(t, path)
			}
			where := fmt.Sprintf("%s %s:%d>%s:%d", filepath.Base(path), f.A, f.AP, f.B, f.BP)
			for _, m := range slices.Concat(f.DNS, f.MDNS, f.LLMNR) {
				if m.OP == 0 {
					s.message(where, m, got[ports(f.AP, f.BP)], len(f.DNS) > 0)
				}
			}
		}
	})
	t.Logf("%d of %d facts", s.right, s.facts)
	for _, w := range s.wrong {
		t.Log(w)
	}
	if s.facts < 1000 || float64(s.right) < 0.995*float64(s.facts) {
		t.Errorf("%d of %d facts are right", s.right, s.facts)
	}
}

func (s *score) message(where string, m truthMessage, got []entry, dns bool) {
	if len(m.Q) > 1 && dns {
		return
	}
	var rrs []map[string]any
	for _, q := range m.Q {
		name := normal(fmt.Sprint(q[0]))
		if !ascii(name) {
			return
		}
		var of []entry
		for _, e := range got {
			if n := e.RN; m.QR == 1 && n != nil && normal(*n) == name {
				of = append(of, e)
			}
			if n := e.QN; m.QR == 0 && n != nil && normal(*n) == name {
				of = append(of, e)
			}
		}
		s.fact(len(of) > 0, "%s: name %q", where, name)
		for _, e := range of {
			rrs = append(rrs, e.RR...)
		}
		if !dns {
			continue
		}
		qt := string(QType(q[1].(float64)).AppendJSON(nil))
		s.fact(slices.ContainsFunc(of, func(e entry) bool { return `"`+e.QT+`"` == qt }), "%s: type %s of %q", where, qt, name)
		if m.QR == 1 && m.RC != nil {
			s.fact(slices.ContainsFunc(of, func(e entry) bool { return e.RC == *m.RC }), "%s: code %d of %q", where, *m.RC, name)
		}
	}
	if len(m.Q) == 0 {
		for _, e := range got {
			rrs = append(rrs, e.RR...)
		}
	}
	if m.QR == 1 && dns {
		for _, rr := range m.RR[:min(len(m.RR), 40)] {
			s.record(where, rr, rrs)
		}
	}
}

func (s *score) record(where string, want truthRR, got []map[string]any) {
	key := map[int]string{1: "a", 28: "aaaa", 5: "cname", 2: "ns", 12: "ptr", 15: "mx", 6: "soa"}[want.T]
	data, isText := want.D.(string)
	if key == "" || !isText || !ascii(data) {
		return
	}
	name, ttl := false, false
	for _, rr := range got {
		if v, ok := rr[key]; ok && normal(fmt.Sprint(v)) == normal(data) {
			name, ttl = true, ttl || want.TTL == nil || rr["ttl"] == *want.TTL
		}
	}
	s.fact(name, "%s: %s %q", where, key, data)
	s.fact(ttl, "%s: ttl of %s %q", where, key, data)
}

func normal(s string) string {
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.String()
	}
	if s = strings.ToLower(s); s == "<root>" {
		return ""
	}
	return strings.TrimRight(s, ".")
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' })
}

// Nothing else in the corpus looks like DNS. What tshark calls by another name
// may still be DNS in truth: on other ports it looks for none.
func TestMatchOnlyDNS(t *testing.T) {
	flows, matched, missed := 0, 0, 0
	captures(t, func(path string) {
		list, ok := readTruth(t, path)
		if !ok {
			return
		}
		dns := map[[2]int]bool{}
		for _, f := range list {
			for _, l7 := range f.L7 {
				if slices.Contains([]string{"dns", "mdns", "llmnr", "nbns"}, l7) {
					dns[ports(f.AP, f.BP)] = true
				}
			}
		}
		for _, s := range sessions(t, path) {
			is := dns[ports(int(s.Ports[0]), int(s.Ports[1]))]
			yes := recognized(&s)
			flows++
			if yes {
				matched++
			}
			if yes && !is {
				t.Errorf("%s: ports %d is taken for DNS", path, s.Ports)
			}
			if !yes && is {
				missed++
				t.Logf("%s: ports %d is not recognized: %.40x", path, s.Ports, s.Chunks[0].Bytes)
			}
		}
	})
	t.Logf("%d of %d flows are recognized, %d of DNS are not", matched, flows, missed)
}
