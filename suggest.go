package joy

import (
	"errors"
	"fmt"
	"strings"
)

// unknown is the error for a name that is no option, with the name that was
// probably meant.
func unknown(name string) error {
	if name == "" {
		return errors.New("an option needs a name before =")
	}
	if near := nearest(name); near != "" {
		return fmt.Errorf("unknown option %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("unknown option %q; joy --help lists all", name)
}

// nearest returns the name of the working option that is spelled most like
// name, "" if none is close.
func nearest(name string) string {
	const longest = 40 // longer than any option; bounds the work
	if len(name) > longest {
		return ""
	}
	asked := strings.ReplaceAll(strings.ToLower(strings.TrimLeft(name, "-")), "-", "_")
	best, least := "", 1+max(1, len(asked)/3)
	for i := range options {
		o := &options[i]
		if o.state != works {
			continue
		}
		for _, n := range [2]string{o.name, o.alias} {
			if n == "" {
				continue
			}
			d := distance(asked, n)
			if strings.HasPrefix(asked, n) || strings.HasPrefix(n, asked) {
				d = min(d, 1) // Joy takes longer names, people shorter ones
			}
			if d < least {
				best, least = o.name, d
			}
		}
	}
	return best
}

// distance is the number of letters to put in, leave out, change or swap with
// the next one that makes b of a (optimal string alignment).
func distance(a, b string) int {
	var before []int
	above := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := above[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}
