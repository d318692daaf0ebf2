package order

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// Entries come in the order of their keys, and those of one key in the order in which
// they were added, whatever memory there is.
func TestOrder(t *testing.T) {
	for _, limit := range []int{1, 500, 5000, 1 << 20} {
		s := Sorter{Limit: limit}
		const n = 2000
		for range 2 { // a Sorter is used again
			for i := range n {
				key := binary.BigEndian.AppendUint16(nil, uint16(i*31%97))
				if err := s.Add(key, fmt.Append(nil, i)); err != nil {
					t.Fatal(err)
				}
			}
			var last []byte
			before, seen := -1, 0
			err := s.Each(func(key, data []byte) error {
				var i int
				fmt.Sscan(string(data), &i)
				switch c := bytes.Compare(key, last); {
				case c < 0 || c == 0 && i < before:
					return fmt.Errorf("%x %s behind %x %d", key, data, last, before)
				case c > 0:
					last = bytes.Clone(key)
				}
				before = i
				seen++
				return nil
			})
			if err != nil || seen != n {
				t.Errorf("limit %d: %d entries, %v", limit, seen, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStop(t *testing.T) {
	s := Sorter{Limit: 1}
	for range 10 {
		if err := s.Add([]byte("k"), []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	stop := errors.New("stop")
	if err := s.Each(func(_, _ []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
}
