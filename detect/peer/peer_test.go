package peer_test

import (
	"strings"
	"testing"

	"joy/detect/flowtest"
	"joy/detect/peer"
)

func TestOf(t *testing.T) {
	for more, want := range map[string]string{
		``:                                  "198.51.100.2",
		`"tls":{"sni":["WWW.Example.org"]}`: "www.example.org",
		`"tls":{"sni":[]}`:                  "198.51.100.2",
		`"http":[{"out":[{"method":"GET"},{"host":"example.net:8080"}]},{"out":[{"Host":"b"}]}]`: "example.net",
		`"http":[{"out":[{"method":"GET"}]},{"out":[{"Host":"b"}]}]`:                             "198.51.100.2",
		`"http":5,"tls":"x"`: "198.51.100.2",
		`"tls":{"sni":["` + strings.Repeat("x", 300) + `"]}`: "198.51.100.2",
	} {
		f := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 443, More: more}.Parse(t)
		if got := string(peer.Of(f)); got != want {
			t.Errorf("%s: %s", more, got)
		}
	}
}
