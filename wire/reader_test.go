package wire

import "testing"

func TestReader(t *testing.T) {
	r := NewReader([]byte{1, 0, 2, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 2, 'a', 'b', 'c'})
	if r.Uint8() != 1 || r.Uint16() != 2 || r.Uint24() != 3 || r.Uint32() != 4 || r.Uint64() != 5 {
		t.Fatal("wrong numbers")
	}
	s := r.Sub8()
	if got := string(s.Rest()); got != "ab" || s.Bad() {
		t.Fatalf("Sub8: %q", got)
	}
	if r.Len() != 1 || r.Offset() != 21 {
		t.Fatalf("Len %d Offset %d", r.Len(), r.Offset())
	}
	if r.Uint16() != 0 || !r.Bad() {
		t.Fatal("a read past the end must make the Reader bad")
	}
	if r.Uint8() != 0 || r.Len() != 0 || r.Rest() != nil {
		t.Fatal("a bad Reader must stay bad")
	}
}

func TestSubPastEnd(t *testing.T) {
	r := NewReader([]byte{0, 9, 1})
	s := r.Sub16()
	if !r.Bad() || !s.Bad() || s.Rest() != nil {
		t.Fatal("a Sub longer than the rest must make both bad")
	}
	n := NewReader([]byte{1, 2})
	if n.Bytes(-1) != nil || !n.Bad() {
		t.Fatal("a negative length must make the Reader bad")
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5}, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, b, ops []byte) {
		r := NewReader(b)
		for _, op := range ops {
			switch op % 9 {
			case 0:
				r.Uint8()
			case 1:
				r.Uint16()
			case 2:
				r.Uint24()
			case 3:
				r.Uint32()
			case 4:
				r.Uint64()
			case 5:
				r.Bytes(int(int8(op)))
			case 6:
				s := r.Sub8()
				s.Rest()
			case 7:
				s := r.Sub16()
				s.Uint16()
			case 8:
				s := r.Sub24()
				s.Skip(3)
			}
			if r.Len() < 0 || r.Offset() > len(b) {
				t.Fatal("out of bounds")
			}
		}
	})
}
