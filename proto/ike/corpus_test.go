package ike

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
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
		Isakmp []struct {
			Ispi, Rspi     string
			Mj, Mn, Xt     int
			Mid, Len, Prot int
			Tf             [][]any
		}
	}
}

func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("no corpus at " + corpus)
	}
	facts, matched := 0, 0
	for _, f := range files {
		for _, want := range expected(t, f) {
			for _, w := range want.messages {
				facts++
				if !want.has(w) {
					t.Errorf("%s: no message %v", f, w)
					continue
				}
				matched++
			}
		}
	}
	if facts < 40 || float64(matched) < 0.995*float64(facts) {
		t.Errorf("%d of %d facts", matched, facts)
	}
}

// A conversation has the messages of the truth and those of the parser, each as
// its header and a list of its transforms.
type conversation struct {
	messages []fact
	found    []fact
}

type fact struct {
	init, resp   string
	major, minor int
	id, size     int
	exchange     string
	transforms   []string
}

func (c *conversation) has(w fact) bool {
	for i, f := range c.found {
		if reflect.DeepEqual(f, w) {
			c.found = append(c.found[:i], c.found[i+1:]...)
			return true
		}
	}
	return false
}

func expected(t *testing.T, file string) (all []*conversation) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tr truth
	if err := json.Unmarshal(raw, &tr); err != nil {
		t.Fatal(err)
	}
	for _, flow := range tr.Flows {
		if len(flow.Isakmp) == 0 {
			continue
		}
		c := &conversation{}
		for _, m := range flow.Isakmp {
			w := fact{init: m.Ispi, resp: m.Rspi, major: m.Mj, minor: m.Mn, id: m.Mid, size: m.Len}
			w.exchange = string(Exchange(m.Xt).AppendJSON(nil))
			for _, x := range m.Tf {
				w.add(x)
			}
			c.messages = append(c.messages, w)
		}
		c.read(t, filepath.Join(corpus, "pcaps", tr.File), flow.AP, flow.BP)
		all = append(all, c)
	}
	return all
}

// add adds a transform of tshark's: ["v2", type, id, key bits] or ["v1",
// attribute, value].
func (f *fact) add(x []any) {
	number := func(i int) uint16 { v, _ := x[i].(float64); return uint16(v) }
	if x[0] == "v2" {
		f.transforms = append(f.transforms, transformTypes[number(1)]+"="+transformIDs(uint8(number(1)))[number(2)])
		return
	}
	for kind, name := range attributes1 {
		if values := attributeValues1(kind); name == x[1] && values != nil {
			f.transforms = append(f.transforms, name+"="+values[number(2)])
		}
	}
}

func (c *conversation) read(t *testing.T, pcap string, a, b uint16) {
	for _, s := range featuretest.Pcap(t, pcap) {
		if s.Over != feature.UDP || s.Ports != [2]uint16{a, b} && s.Ports != [2]uint16{b, a} {
			continue
		}
		p := Module.New(featuretest.Settings())
		featuretest.Feed(&Module, p, s.Over, s.Chunks)
		var got Info
		if i := p.(*Parser).Info(feature.Both); i != nil {
			got = *i
		}
		for _, m := range append(got.Init.Messages, got.Resp.Messages...) {
			c.found = append(c.found, parsed(t, &m))
		}
	}
}

func parsed(t *testing.T, m *Message) fact {
	var head struct {
		InitSPI      string `json:"init_spi"`
		RespSPI      string `json:"resp_spi"`
		Major, Minor int
		MessageID    int `json:"message_id"`
		Length       int
		Exchange     json.RawMessage `json:"exchange_type"`
	}
	decode(t, featuretest.JSON(t, m.Header), &head)
	f := fact{init: head.InitSPI, resp: head.RespSPI, major: head.Major, minor: head.Minor, id: head.MessageID, size: head.Length, exchange: string(head.Exchange)}
	for _, p := range m.Payloads {
		if p.Name() != "security_association" {
			continue
		}
		var sa map[string]struct {
			Proposals []struct{ Transforms []map[string]any }
		}
		decode(t, featuretest.JSON(t, p), &sa)
		for _, proposal := range sa["security_association"].Proposals {
			for _, tf := range proposal.Transforms {
				f.collect(tf)
			}
		}
	}
	return f
}

func (f *fact) collect(transform map[string]any) {
	if _, version1 := transform["id"]; !version1 {
		for k, v := range transform {
			if k != "attributes" {
				f.transforms = append(f.transforms, k+"="+v.(string))
			}
		}
		return
	}
	list, _ := transform["attributes"].([]any)
	for _, a := range list {
		for k, v := range a.(map[string]any) {
			switch k {
			case "encryption_algorithm", "hash_algorithm", "authentication_method", "group_description":
				f.transforms = append(f.transforms, k+"="+v.(string))
			}
		}
	}
}

func decode(t *testing.T, s string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), v); err != nil {
		t.Fatalf("%v: %s", err, s)
	}
}

// TestJoysDefects runs over the captures that crash Joy or that it reads wrong.
func TestJoysDefects(t *testing.T) {
	dir := "../../../shared/spec/joy-collector-pcaps"
	for name, want := range map[string]int{"k_under.pcap": 1, "k_28.pcap": 1, "k_bad1.pcap": 1} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			t.Skip("no captures at " + dir)
		}
		got := 0
		for _, s := range featuretest.Pcap(t, path) {
			p := Module.New(featuretest.Settings()).(*Parser)
			featuretest.Feed(&Module, p, s.Over, s.Chunks)
			got += len(p.Info(feature.Both).Init.Messages)
		}
		if got != want {
			t.Errorf("%s has %d messages, not %d", name, got, want)
		}
	}
}
