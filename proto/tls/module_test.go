package tls

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls/tlstest"
)

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

// sessions are those of OpenSSL (testdata/record.py), and some of what it does
// not do.
func sessions(t testing.TB) []featuretest.Session {
	return append(tlstest.Sessions(t, feature.TCP),
		featuretest.Bytes("ssl2", feature.TCP, ssl2Client(0x0002), ssl2Server()),
		featuretest.Bytes("ssl2-offers-tls", feature.TCP, ssl2Client(0x0301), rec(22, serverHello())),
		featuretest.Bytes("server-first", feature.TCP, "", rec(22, serverHello())),
		featuretest.Bytes("ech", feature.TCP, rec(22, clientHello(ext(0xfe0d, echOuter("\x00\x02ke")), sni("front.example"))), rec(22, serverHello())),
	)
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions(t)...) }

func FuzzTLS(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions(f)...) }
