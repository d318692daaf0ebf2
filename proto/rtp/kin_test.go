package rtp

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/dhcp"
	"joy/proto/dhcpv6"
	"joy/proto/dnp3"
	"joy/proto/modbus"
	"joy/proto/mqtt"
	"joy/proto/ntp"
	"joy/proto/openvpn"
	"joy/proto/radius"
	"joy/proto/sip"
	"joy/proto/snmp"
	"joy/proto/stun"
	"joy/proto/syslog"
	"joy/proto/wireguard"
)

// corpus is not part of the project. Its truth is what tshark read.
const corpus = "../../../shared/corpus"

// kin are the protocols that are recognised by little, with their names in
// tshark. RTP is the weakest of them, so that their common test is here.
func kin() map[*feature.Module][]string {
	return map[*feature.Module][]string{
		&Module: {"rtp"}, &ntp.Module: {"ntp"}, &snmp.Module: {"snmp"}, &syslog.Module: {"syslog"}, &radius.Module: {"radius"},
		&stun.Module: {"stun", "classicstun"}, &wireguard.Module: {"wg"}, &openvpn.Module: {"openvpn"}, &sip.Module: {"sip"},
		&mqtt.Module: {"mqtt"}, &modbus.Module: {"modbus"}, &dnp3.Module: {"dnp3"}, &dhcp.Module: {"dhcp"}, &dhcpv6.Module: {"dhcpv6"},
	}
}

// TestNothingElseIsRecognised runs all these over the corpus, where any of the
// first 50 datagrams of a flow, or 4 KiB of a stream, may be taken for theirs.
func TestNothingElseIsRecognised(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus at " + corpus)
	}
	found := 0
	err := filepath.WalkDir(filepath.Join(corpus, "pcaps"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(filepath.Ext(path), ".pcap") {
			return err
		}
		truth := protocols(t, path)
		for _, s := range sessionsOf(t, path) {
			for m, names := range kin() {
				if m.Over&s.Over == 0 || !recognised(m, &s) {
					continue
				}
				found++
				is := truth[[2]uint16{min(s.Ports[0], s.Ports[1]), max(s.Ports[0], s.Ports[1])}]
				if !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(is, n) }) {
					t.Errorf("%s: ports %v are %s, not %v", path, s.Ports, m.Key, is)
				}
			}
		}
		return nil
	})
	if err != nil || found < 40 {
		t.Errorf("%d flows, %v", found, err)
	}
}

// protocols are those of each pair of ports.
func protocols(t *testing.T, path string) map[[2]uint16][]string {
	type flow struct {
		AP, BP uint16
		L7     []string
	}
	var truth struct{ Flows, Inner []flow }
	raw, err := os.ReadFile(filepath.Join(corpus, "truth", filepath.Base(path)+".json"))
	if err == nil {
		err = json.Unmarshal(raw, &truth)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[[2]uint16][]string{}
	for _, f := range append(truth.Flows, truth.Inner...) {
		k := [2]uint16{min(f.AP, f.BP), max(f.AP, f.BP)}
		all[k] = append(all[k], f.L7...)
	}
	return all
}

// recognised: Match says so, and the parser does not change its mind.
func recognised(m *feature.Module, s *featuretest.Session) bool {
	var begin [2][]byte
	for i := range min(len(s.Chunks), 50) {
		c := s.Chunks[i]
		if s.Over == feature.TCP {
			begin[c.Dir] = append(begin[c.Dir], c.Bytes...)
			c.Bytes = begin[c.Dir]
		}
		if c.Lost > 0 || len(c.Bytes) > 4096 || m.Match(&c) != feature.Yes {
			continue
		}
		p := m.New(featuretest.Settings())
		v, _ := featuretest.Feed(m, p, s.Over, s.Chunks)
		stream, ok := p.(*Parser)
		return v != feature.Reject && (!ok || stream.Info(feature.Both) != nil)
	}
	return false
}

// sessionsOf gives the flows of a capture; none when the simple reader of the
// tests cannot read it.
func sessionsOf(t *testing.T, path string) (all []featuretest.Session) {
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
