package ssh

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// The corpus is not part of the project. Its truth is what tshark read.
const corpus = "../../../shared/corpus"

type truth struct {
	File  string
	Flows []conversation
}

// A conversation has for each direction the names of values and the values.
type conversation struct {
	AP, BP uint16
	SSH    []map[string]string
}

func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus, "truth", "*.json"))
	if len(files) == 0 {
		t.Skip("no corpus at " + corpus)
	}
	facts, matched := 0, 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var tr truth
		if err := json.Unmarshal(raw, &tr); err != nil {
			t.Fatal(err)
		}
		for _, c := range tr.Flows {
			if len(c.SSH) == 2 {
				n, ok := compare(t, filepath.Join(corpus, "pcaps", tr.File), c)
				facts, matched = facts+n, matched+ok
			}
		}
	}
	t.Logf("%d of %d facts", matched, facts)
	if facts < 200 || float64(matched) < 0.995*float64(facts) {
		t.Errorf("%d of %d facts", matched, facts)
	}
}

func compare(t *testing.T, pcap string, c conversation) (facts, matched int) {
	for _, s := range featuretest.Pcap(t, pcap) {
		if s.Over != feature.TCP || s.Ports != [2]uint16{c.AP, c.BP} && s.Ports != [2]uint16{c.BP, c.AP} {
			continue
		}
		p, _ := run(s.Chunks...)
		got := p.Info(feature.Both)
		if got == nil {
			got = &Info{}
		}
		client := 0
		if c.SSH[0]["hassh_server"] != "" || c.SSH[1]["hassh"] != "" || c.AP == 22 && c.BP != 22 {
			client = 1
		}
		for i, side := range []*Side{got.Cli, got.Srv} {
			have := values(side)
			for k, v := range c.SSH[i^client] {
				if _, compared := have[k]; !compared {
					continue
				}
				facts++
				if strings.TrimSpace(have[k]) == strings.TrimSpace(v) {
					matched++
				} else {
					t.Logf("%s: %s is %q, not %q", pcap, k, have[k], v)
				}
			}
		}
		return facts, matched
	}
	t.Errorf("%s has no flow with ports %d and %d", pcap, c.AP, c.BP)
	return 1, 0
}

func values(s *Side) map[string]string {
	if s == nil {
		s = &Side{}
	}
	return map[string]string{
		"protocol": string(s.Protocol), "kex": string(s.KexAlgos), "hostkey": string(s.HostKeyAlgos),
		"enc_cs": string(s.CEncryption), "enc_sc": string(s.SEncryption), "mac_cs": string(s.CMAC), "mac_sc": string(s.SMAC),
		"comp_cs": string(s.CComp), "comp_sc": string(s.SComp),
		"hassh": hex.EncodeToString(s.Hassh), "hassh_server": hex.EncodeToString(s.HasshServer),
	}
}

// TestPreBanner: tshark does not find the server's version line behind 1510
// bytes of text.
func TestPreBanner(t *testing.T) {
	path := filepath.Join(corpus, "pcaps/ssh/zeek-server-pre-banner-data.pcap")
	if _, err := os.Stat(path); err != nil {
		t.Skip("no corpus at " + corpus)
	}
	p, _ := run(featuretest.Pcap(t, path)[0].Chunks...)
	s := p.Info(feature.Both).Srv
	if !strings.HasPrefix(string(s.Protocol), "SSH-2.0-") || s.PreBannerBytes == 0 || !s.HasOffer || !s.NewKeys || s.HostKeyType == nil {
		t.Errorf("%s", featuretest.JSON(t, s))
	}
}

// TestJoysDefects runs over the captures that Joy reads wrong (D40).
func TestJoysDefects(t *testing.T) {
	dir := "../../../shared/spec/joy-collector-pcaps"
	for name, kex := range map[string]string{
		"s_ok": "curve25519-sha256", "s_2222": "curve25519-sha256", "s_ck0": "curve25519-sha256", "s_g14": "diffie-hellman-group14-sha256",
		"s_longhk": "curve25519-sha256", "s_modern": "sntrup761x25519-sha512@openssh.com", "s_second": "curve25519-sha256",
	} {
		path := filepath.Join(dir, name+".pcap")
		if _, err := os.Stat(path); err != nil {
			t.Skip("no captures at " + dir)
		}
		p, v := run(featuretest.Pcap(t, path)[0].Chunks...)
		got := p.Info(feature.Both)
		if v != feature.Done || string(got.Cli.KexAlgo) != kex || len(got.Cli.Cookie) != 16 || len(got.Srv.SComp) == 0 || len(got.Srv.SKex) == 0 || len(got.Cli.CKex) == 0 {
			t.Errorf("%s: %s", name, featuretest.JSON(t, got))
		}
	}
}
