package dhcp

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// The corpus is not part of the project. Its truth is what tshark read.
const corpus = "../../../shared/corpus"

type truth struct {
	File  string
	Flows []struct {
		AP, BP uint16
		DHCP   []wanted
	}
}

type wanted struct {
	Op, XID, Mac, Yiaddr, Hostname, Vendor, Domain string
	Msg                                            string
	ReqIP                                          string `json:"req_ip"`
	ServerID                                       string `json:"server_id"`
	PRL                                            []int
}

func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("no corpus at " + corpus)
	}
	facts, wrong := 0, 0
	for _, f := range files {
		if strings.Contains(f, "gopacket-") {
			continue // of several sections: the reader of the tests takes the first one
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var tr truth
		if err := json.Unmarshal(raw, &tr); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		var found []Message
		for _, c := range tr.Flows {
			if len(c.DHCP) > 0 && found == nil {
				found = messages(t, filepath.Join(corpus, "pcaps", tr.File))
			}
			for _, w := range c.DHCP {
				bad, n := w.compare(found)
				facts, wrong = facts+n, wrong+len(bad)
				if len(bad) > 0 {
					t.Errorf("%s, xid %s: %v", tr.File, w.XID, bad)
				}
			}
		}
	}
	t.Logf("%d facts, %d wrong", facts, wrong)
	if facts < 100 {
		t.Errorf("only %d facts", facts)
	}
}

// messages are those of all flows of a capture that Match finds.
func messages(t *testing.T, path string) (all []Message) {
	for _, s := range featuretest.Pcap(t, path) {
		if s.Over != feature.UDP || Match(&s.Chunks[0]) != feature.Yes {
			continue
		}
		p := Module.New(featuretest.Settings()).(*Parser)
		featuretest.Feed(&Module, p, s.Over, s.Chunks)
		all = append(all, p.Info(feature.Both)...)
	}
	return all
}

func (w *wanted) compare(found []Message) (bad []string, facts int) {
	xid, _ := strconv.ParseUint(w.XID, 0, 32)
	kind, _ := strconv.Atoi(w.Msg)
	i := slices.IndexFunc(found, func(m Message) bool {
		return strconv.Itoa(int(m.Op)) == w.Op && m.XID == uint32(xid) && string(m.option(codeType)) == strings.Trim(string(rune(kind)), "\x00")
	})
	if i < 0 {
		return []string{"no such message"}, 1
	}
	m, facts := &found[i], 1
	check := func(what, want, got string) {
		if want != "" {
			facts++
			if got != want {
				bad = append(bad, what+" "+got+", not "+want)
			}
		}
	}
	prl := []int(nil)
	for _, c := range m.Parameters {
		prl = append(prl, int(c))
	}
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	check("mac", strings.ReplaceAll(w.Mac, ":", ""), hex.EncodeToString(m.Chaddr[:6]))
	check("yiaddr", w.Yiaddr, m.Yiaddr.IP.String())
	check("hostname", w.Hostname, string(m.Hostname))
	check("vendor", w.Vendor, string(m.VendorClass))
	check("domain", w.Domain, string(m.Domain))
	check("requested", w.ReqIP, m.RequestedIP.IP.String())
	check("server", w.ServerID, m.Server.IP.String())
	check("parameters", text(w.PRL), text(prl))
	return bad, facts
}

func (m *Message) option(code uint8) []byte {
	for _, o := range m.Options {
		if o.Code == code {
			return o.Data
		}
	}
	return nil
}
