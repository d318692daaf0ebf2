package match

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/exchange"
	"joy/fingerprint/index"
)

// TestJoyDatabase looks for each fingerprint of Cisco Joy's database among the
// others (JOY_FINGERPRINT_DB is its fingerprint_db.json.gz): how often the
// nearest have the most frequent program of it too, by distance. The table stands
// in docs/fingerprint-matching.md. Some queries are compared with a scan.
func TestJoyDatabase(t *testing.T) {
	path := os.Getenv("JOY_FINGERPRINT_DB")
	if path == "" {
		t.Skip("JOY_FINGERPRINT_DB names no database")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, _, err := exchange.Joy(f)
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Collect(d.All())
	section, err := Section(d, maxThreshold)
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Of(d, section)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(x)
	if err != nil {
		t.Fatal(err)
	}
	var s Search
	bins := make([]struct{ all, first, any int }, 12)
	for i, e := range known {
		found, whole, err := b.near.Find(&s, e.Fingerprint, mostNear+1, maxThreshold)
		if err != nil || !whole {
			t.Fatal(whole, err)
		}
		if i%200 == 0 {
			compareWithScan(t, known, e.Fingerprint, found)
		}
		list := slices.DeleteFunc(found, func(n Neighbour) bool { return int(n.Number) == i })
		if len(e.Processes) == 0 {
			continue
		}
		bin := &bins[len(bins)-1] // nothing is near
		if len(list) > 0 {
			bin = &bins[min(int(list[0].Distance*20), len(bins)-2)]
		}
		bin.all++
		for k, n := range list {
			if hasProgram(known[n.Number], e.Processes[0].Name) {
				bin.any++
				if k == 0 {
					bin.first++
				}
				break
			}
		}
	}
	for i, bin := range bins {
		t.Logf("| %.2f | %d | %.2f | %.2f |", float64(i)/20, bin.all, float64(bin.first)/float64(bin.all), float64(bin.any)/float64(bin.all))
	}
}

func hasProgram(e fingerprint.Entry, name string) bool {
	return slices.ContainsFunc(e.Processes, func(p fingerprint.Process) bool { return strings.EqualFold(p.Name, name) })
}

// compareWithScan wants the distances that a scan finds; entries of the same may
// be others, when more than fit are as far.
func compareWithScan(t *testing.T, known []fingerprint.Entry, fp string, found []Neighbour) {
	t.Helper()
	var want []float64
	for _, e := range known {
		if d, ok := Distance(fp, e.Fingerprint); ok && d < maxThreshold {
			want = append(want, d)
		}
	}
	slices.Sort(want)
	want = want[:min(len(want), mostNear+1)]
	var got []float64
	for _, n := range found {
		got = append(got, n.Distance)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || slices.ContainsFunc(got, math.IsNaN) {
		t.Errorf("%s: distances %v, a scan has %v", fp, got, want)
	}
}
