package dtls

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls/tlstest"
)

// TestCorpus compares with tshark and openssl what other people's captures
// hold.
func TestCorpus(t *testing.T) {
	score := tlstest.Run(t, "dtls", func(s featuretest.Session) (string, bool) {
		p := New()
		for i := range s.Chunks {
			if Match(&s.Chunks[i]) == feature.Yes {
				featuretest.Feed(&Module, p, s.Over, s.Chunks[i:])
				break
			}
		}
		i := p.Info(feature.Both)
		return featuretest.JSON(t, i), i != nil
	})
	score.Check(t)
}
