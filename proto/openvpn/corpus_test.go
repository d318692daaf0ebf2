package openvpn

import (
	"os"
	"path/filepath"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls/tlstest"
)

// TestCorpus compares with tshark and openssl what a capture of other people
// holds of TLS in OpenVPN.
func TestCorpus(t *testing.T) {
	corpus(t, "mercury-openvpn_tcp_multi.pcap")
	score := tlstest.Run(t, "tls", func(s featuretest.Session) (string, bool) {
		p := new(Parser)
		featuretest.Feed(&Module, p, s.Over, s.Chunks)
		i := p.TLS(feature.Both)
		return featuretest.JSON(t, i), i != nil
	})
	score.Check(t)
}

// corpus makes the working directory one that has a corpus with a single
// capture, under another name: tlstest leaves out those of OpenVPN.
func corpus(t *testing.T, name string) {
	t.Helper()
	from, err := filepath.Abs(tlstest.Corpus)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	to := filepath.Join(root, "shared", "corpus")
	work := filepath.Join(root, "main", "proto", "openvpn")
	for _, dir := range []string{filepath.Join(to, "truth"), filepath.Join(to, "pcaps", "tcp"), work} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for old, link := range map[string]string{"truth/" + name + ".json": "truth/openvpn.pcap.json", "pcaps/tcp/" + name: "pcaps/tcp/openvpn.pcap"} {
		if _, err := os.Stat(filepath.Join(from, old)); err != nil {
			t.Skip("the corpus of captures is not here: ", err)
		}
		if err := os.Symlink(filepath.Join(from, old), filepath.Join(to, link)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(work)
}
