package tls

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls/tlstest"
)

// TestCorpus compares with tshark and openssl what other people's captures
// hold.
func TestCorpus(t *testing.T) {
	score := tlstest.Run(t, "tls", func(s featuretest.Session) (string, bool) {
		p := new(Parser)
		feed(p, s)
		i := p.Info(feature.Both)
		return featuretest.JSON(t, i), i != nil
	})
	score.Check(t)
}

// feed starts where TLS does: another protocol may come first (STARTTLS).
func feed(p *Parser, s featuretest.Session) {
	for i := range s.Chunks {
		if Match(&s.Chunks[i]) == feature.Yes {
			featuretest.Feed(&Module, p, s.Over, s.Chunks[i:])
			return
		}
	}
}
