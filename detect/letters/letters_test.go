package letters_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"joy/detect/letters"
)

// Names that no list of words and packages has, and labels drawn by lot.
func TestSurprise(t *testing.T) {
	for _, name := range []string{"wikipedia", "stackoverflow", "microsoftonline", "scorecardresearch", "windowsupdate", "googleusercontent", "netflix"} {
		if s := letters.Surprise([]byte(name)); s > 5.5 {
			t.Errorf("%s: %.2f", name, s)
		}
	}
	for _, name := range []string{"kq3vxbz8w1", "xjwqkzvbpfh", "a8f3e92b1cd04", "ydlkcvnwepnb"} {
		if s := letters.Surprise([]byte(name)); s < 7 {
			t.Errorf("%s: %.2f", name, s)
		}
	}
	if letters.Surprise(nil) != 0 || letters.Surprise([]byte("ABC")) != letters.Surprise([]byte("abc")) {
		t.Error("case, or nothing")
	}
	if s := letters.Surprise([]byte{0, 255, '-', '\n'}); s <= 0 {
		t.Errorf("other bytes: %v", s)
	}
}

// drawn makes labels by lot, of an alphabet.
func drawn(n int, alphabet string, r *rand.Rand) (list [][]byte) {
	for range n {
		label := make([]byte, 8+r.IntN(8))
		for i := range label {
			label[i] = alphabet[r.IntN(len(alphabet))]
		}
		list = append(list, label)
	}
	return list
}

// The share of labels drawn by lot that are above the threshold of detectors.
func TestDrawn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		alphabet string
		least    float64
	}{
		{"abcdefghijklmnopqrstuvwxyz", 0.88},
		{"abcdefghijklmnopqrstuvwxyz0123456789", 0.97},
		{"0123456789abcdef", 0.9},
	} {
		above := 0
		for _, label := range drawn(2000, c.alphabet, r) {
			if letters.Surprise(label) >= 5.8 {
				above++
			}
		}
		share := float64(above) / 2000
		t.Logf("%s: %.3f", c.alphabet, share)
		if share < c.least {
			t.Errorf("%s: %.3f are odd", c.alphabet, share)
		}
	}
}

func TestTrain(t *testing.T) {
	words := [][]byte{[]byte("banana"), []byte("bandana"), []byte("anna")}
	a, b := letters.Train(words), letters.Train(words)
	if len(a) != 38*38*38 || !slices.Equal(a, b) {
		t.Fatalf("%d bytes", len(a))
	}
	at := func(x, y, z byte) byte { return a[(int(x)*38+int(y))*38+int(z)] }
	if at(1, 14, 1) >= at(1, 14, 26) { // a behind an, and z
		t.Errorf("ana %d, anz %d", at(1, 14, 1), at(1, 14, 26))
	}
}
