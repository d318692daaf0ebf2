package feature

import "testing"

func TestNames(t *testing.T) {
	names := []string{"zero", "", "two"}
	for n, want := range map[int64]string{0: `"zero"`, 1: `"1"`, 2: `"two"`, 3: `"3"`, -1: `"-1"`} {
		if got := string(AppendName(nil, names, n)); got != want {
			t.Errorf("%d is %s, not %s", n, got, want)
		}
	}
	for bits, want := range map[uint32]string{0: `[]`, 5: `["zero","two"]`, 1<<31 | 3: `["zero","0x2","0x80000000"]`} {
		if got := string(AppendBits(nil, bits, names)); got != want {
			t.Errorf("%#x is %s, not %s", bits, got, want)
		}
	}
}
