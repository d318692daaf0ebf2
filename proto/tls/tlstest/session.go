package tlstest

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// Sessions reads the files testdata/*.session: '>' or '<' for client or server,
// and the bytes in hexadecimal, on each line. The lines are a millisecond apart.
func Sessions(t testing.TB, over feature.Transport) (all []featuretest.Session) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join("testdata", "*.session"))
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		s := featuretest.Session{Name: strings.TrimSuffix(filepath.Base(p), ".session"), Over: over, Ports: [2]uint16{40000, 443}}
		for i, l := range strings.Fields(strings.NewReplacer("> ", ">", "< ", "<").Replace(string(raw))) {
			b, err := hex.DecodeString(l[1:])
			if err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			c := feature.Chunk{Time: int64(i+1) * 1e6, Bytes: b}
			if l[0] == '<' {
				c.Dir = feature.In
			}
			s.Chunks = append(s.Chunks, c)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		t.Fatal("no sessions in testdata")
	}
	return all
}
