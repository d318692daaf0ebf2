package twins_test

import (
	"math"
	"testing"

	"joy/dataset/split"
	"joy/dataset/twins"
)

func key(v ...float64) twins.Key { return new(twins.Hasher).Key(v) }

func TestRows(t *testing.T) {
	r := twins.NewRows(100)
	for i, tc := range []struct {
		x         float64
		class     int
		part      split.Part
		same, far bool
	}{
		{1, 0, split.Train, false, false},
		{1, 0, split.Train, true, false},
		{1, 0, split.Test, false, true},
		{1, 0, split.Test, true, true},
		{1, 1, split.Test, false, false}, // another class
		{1, 1, split.Test, true, false},
		{2, 1, split.Validation, false, false},
		{2, 1, split.Train, false, true},
		{3, 0, split.Test, false, false},
		{0, 0, split.Test, false, false},
		{math.Copysign(0, -1), 0, split.Test, true, false},
	} {
		if same, far := r.Add(key(tc.x), tc.class, tc.part); same != tc.same || far != tc.far {
			t.Errorf("row %d: %v %v", i, same, far)
		}
	}
	c := r.Counts()
	// In test: two of 1 with class 0, two of 1 with class 1; in validation the one of 2.
	want := twins.Counts{
		Vectors: 4, Conflicting: 1,
		Twins: [split.Parts]uint64{split.Validation: 1, split.Test: 4}, Same: [split.Parts]uint64{split.Validation: 1, split.Test: 2},
	}
	if c != want {
		t.Errorf("%+v", c)
	}
}

func TestBounds(t *testing.T) {
	r, n := twins.NewRows(2), twins.NewNames(2)
	for i := range 5 {
		r.Add(key(float64(i)), 0, split.Train)
		n.Add([]byte{byte(i)}, split.Train)
	}
	if r.Forgotten != 3 || r.Counts().Vectors != 2 || n.Forgotten != 3 {
		t.Errorf("%d %d", r.Forgotten, n.Forgotten)
	}
	if same, _ := r.Add(key(1), 0, split.Train); !same {
		t.Error("what is remembered is forgotten")
	}
}

func TestNames(t *testing.T) {
	n := twins.NewNames(10)
	n.Add([]byte("a"), split.Train)
	n.Add([]byte("a"), split.Test)
	n.Add([]byte("b"), split.Test)
	n.Add([]byte("b"), split.Validation) // not in training
	n.Add([]byte("c"), split.Train)
	if names, shared := n.Counts(); names != 3 || shared != 1 {
		t.Errorf("%d %d", names, shared)
	}
}
