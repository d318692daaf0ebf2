package audit_test

import (
	"testing"

	"joy/audit"
)

// BenchmarkFlow judges a flow of TLS 1.2 with two certificates.
func BenchmarkFlow(b *testing.B) {
	p := open(b, "ietf")
	a, f := audit.New(p, false), flow()
	b.ReportAllocs()
	for b.Loop() {
		a.Flow(f)
	}
}
