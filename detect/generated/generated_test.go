package generated_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/generated"
	"joy/detect/lookup"
	"joy/detect/threshold"
)

// findings are those of names that do not exist, and of others that do.
func findings(t *testing.T, absent, found []string) []finding.Finding {
	d := generated.New(threshold.Default())
	add := func(i int, name string, rc int) {
		f := flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.53", DP: 53, Pr: 17, At: float64(i), More: fmt.Sprintf(`"dns":[{"qn":%q,"qt":"A"},{"rn":%q,"qt":"A","rc":%d}]`, name, name, rc)}.Parse(t)
		d.Add(f, lookup.Append(nil, f))
	}
	for i, name := range absent {
		add(i, name, 3)
	}
	for i, name := range found {
		add(i, name, 0)
	}
	return d.Findings()
}

// drawn are names as of a program that finds its master by the date.
func drawn(n int) (list []string) {
	for i := range n {
		sum := sha256.Sum256(fmt.Appendf(nil, "2026-12-01 %d", i))
		name := strings.Map(func(c rune) rune {
			if c <= '9' {
				return c - '0' + 'q'
			}
			return c
		}, hex.EncodeToString(sum[:6]))
		list = append(list, name+[]string{".com", ".net", ".info"}[i%3])
	}
	return list
}

func numbered(n int, format string) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return list
}

func TestFound(t *testing.T) {
	list := findings(t, append(drawn(30), "exmaple.com"), numbered(40, "www%d.example.org"))
	if len(list) != 1 || list[0].Kind != generated.Domains || list[0].Src != "10.0.0.1" || list[0].Score < 0.7 || list[0].Count < 25 {
		t.Errorf("%+v", list)
	}
	list = findings(t, numbered(80, "host%d.example.org"), numbered(10, "www%d.example.org"))
	if len(list) != 1 || list[0].Kind != generated.Burst || list[0].Count != 80 {
		t.Errorf("%+v", list)
	}
}

func TestNotFound(t *testing.T) {
	for name, c := range map[string]struct{ absent, found []string }{
		"few":                {drawn(7), nil},
		"they exist":         {nil, drawn(100)},
		"mistyped":           {strings.Fields("gogle.com wikpedia.org amazno.com youtbue.com facebok.com twiter.com redit.com gihtub.com stackoverlow.com netlfix.com"), nil},
		"a search list":      {numbered(40, "%d.corp.example.org"), nil},
		"hosts of no name":   {[]string{"xjwqkzvbpfh", "kq3vxbz8w1", "ydlkcvnwepnb"}, nil},
		"one domain":         {numbered(40, "x%d.xjwqkzvbpfh.com"), nil},
		"more that is found": {numbered(80, "host%d.example.org"), numbered(100, "www%d.example.org")},
	} {
		if list := findings(t, c.absent, c.found); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
