package threshold_test

import (
	"errors"
	"strings"
	"testing"

	"joy/detect/threshold"
)

func TestTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range threshold.Rows() {
		if r.Key == "" || len(r.Why) < 20 || !(r.Value > 0) || seen[r.Key] || !strings.Contains(r.Key, ".") {
			t.Errorf("%+v", r)
		}
		seen[r.Key] = true
	}
}

func TestChange(t *testing.T) {
	s := threshold.Default()
	if err := s.Change("scan.ports=30.5"); err != nil || s.Get(threshold.ScanPorts) != 30.5 {
		t.Errorf("%v, %v", err, s.Get(threshold.ScanPorts))
	}
	if threshold.Default().Get(threshold.ScanPorts) == 30.5 {
		t.Error("the table has changed")
	}
	for _, bad := range []string{"scan.ports", "scan.ports=", "scan.ports=x", "scan.ports=0", "scan.ports=-1", "scan.ports=NaN", "scan.ports=Inf"} {
		if s.Change(bad) == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if err := s.Change("x=1"); !errors.Is(err, threshold.ErrUnknown) {
		t.Error(err)
	}
}
