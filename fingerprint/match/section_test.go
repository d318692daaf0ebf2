package match

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

func section(t testing.TB, known ...string) []byte {
	t.Helper()
	data, err := BuildNear(func(yield func(Known) bool) {
		for i, fp := range known {
			if !yield(Known{uint32(i), fp, 1}) {
				return
			}
		}
	}, Threshold)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSectionLengths(t *testing.T) {
	data := section(t, "tls/1/(0303)(13011302)[(0000)]", "tls/1/(0303)(1301)[(0000)]")
	for n := range data {
		if _, err := OpenNear(data[:n]); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
	if _, err := OpenNear(append(bytes.Clone(data), 0)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestSectionEmpty(t *testing.T) {
	n, err := OpenNear(section(t))
	if err != nil {
		t.Fatal(err)
	}
	if found, whole, err := n.Find(&Search{}, "tls/1/(0303)(1301)[(0000)]", 1, 1); len(found) != 0 || !whole || err != nil {
		t.Errorf("%v %v %v", found, whole, err)
	}
}

func TestThresholds(t *testing.T) {
	for _, threshold := range []float64{-1, 0, 0.6} {
		if _, err := BuildNear(func(func(Known) bool) {}, threshold); err == nil {
			t.Errorf("an index for distances up to %v", threshold)
		}
	}
}

// FuzzSection wants queries to end well whatever stands in a section: with
// neighbours within the bounds, or with ErrCorrupt.
func FuzzSection(f *testing.F) {
	rng := rand.New(rand.NewPCG(4, 4))
	known := population(rng, 40)
	f.Add(section(f, known...), known[3])
	f.Add(section(f, known[:2]...), mutate(rng, known[0], 2))
	f.Add(section(f), known[0])
	f.Fuzz(func(t *testing.T, data []byte, fp string) {
		n, err := OpenNear(data)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Error(err)
			}
			return
		}
		found, _, err := n.Find(&Search{}, fp, 3, 1)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Error(err)
		}
		for _, x := range found {
			if len(found) > 3 || x.Distance < 0 || x.Distance >= n.threshold {
				t.Errorf("%v", found)
			}
		}
	})
}
