package login_test

import (
	"fmt"
	"strings"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/login"
	"joy/detect/threshold"
)

// ssh makes a connection of lengths, those of the client negative, behind those of
// a key exchange.
func ssh(lengths ...int) string {
	var b strings.Builder
	b.WriteString(`"ssh":{"negotiated":{}},"packets":[{"b":21,"dir":">"},{"b":38,"dir":"<"},{"b":1536,"dir":">"},{"b":1080,"dir":"<"},{"b":48,"dir":">"},{"b":452,"dir":"<"},{"b":16,"dir":">"}`)
	for _, n := range lengths {
		if n < 0 {
			fmt.Fprintf(&b, `,{"b":%d,"dir":">"}`, -n)
		} else {
			fmt.Fprintf(&b, `,{"b":%d,"dir":"<"}`, n)
		}
	}
	return b.String() + "]"
}

func findings(t *testing.T, n int, f flowtest.Flow) []finding.Finding {
	d := login.New(threshold.Default())
	f.SA, f.DA = "10.0.0.1", "198.51.100.2"
	for i := range n {
		f.At = float64(i)
		d.Add(f.Parse(t))
	}
	return d.Findings()
}

func TestSSH(t *testing.T) {
	for name, c := range map[string]struct {
		n       int
		lengths []int
		refused string
	}{
		"hydra":  {5, []int{-44, 44, -60, 76, -84, 76, -84, 76, -84, 76, -84, 76, -84, 76}, "30"},
		"medusa": {5, []int{-64, 64, -80, 96, -96, 96, -80, 96, -96, 96, -64}, "20"},
		"ncrack": {40, []int{208, -44, 44, -148, 76}, "40"},
	} {
		list := findings(t, c.n, flowtest.Flow{DP: 22, App: "ssh", More: ssh(c.lengths...)})
		if len(list) != 1 || list[0].Kind != login.SSH || list[0].Evidence[0].Value != c.refused || list[0].Score < 0.5 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestNotSSH(t *testing.T) {
	for name, c := range map[string]struct {
		n       int
		lengths []int
	}{
		"mistyped thrice, twice":      {2, []int{-44, 44, -60, 76, -84, 76, -84, 76, -84, 76}},
		"work by a key":               {100, []int{-44, 44, -60, 76, -500, 460, -600, 28, -100, 600, 44, -200, 100, 100, 200}},
		"a password at once":          {100, []int{-44, 44, -148, 28, -112, 500, 44, 108}},
		"nothing behind the exchange": {100, nil},
	} {
		if list := findings(t, c.n, flowtest.Flow{DP: 22, App: "ssh", More: ssh(c.lengths...)}); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestClear(t *testing.T) {
	const ftp = `"ftp":{"cli":{"auth":{"user":"alice","password":"hidden"},"commands":9},"srv":{"login":"%s"}}`
	refused := flowtest.Flow{DP: 21, App: "ftp", More: fmt.Sprintf(ftp, "refused")}
	list := findings(t, 8, refused)
	if len(list) != 1 || list[0].Kind != login.Clear || list[0].Evidence[0].Value != "32" || list[0].Count != 8 {
		t.Errorf("%+v", list)
	}
	if list := findings(t, 4, refused); len(list) > 0 {
		t.Errorf("few: %+v", list)
	}
	if list := findings(t, 100, flowtest.Flow{DP: 21, App: "ftp", More: fmt.Sprintf(ftp, "accepted")}); len(list) > 0 {
		t.Errorf("accepted: %+v", list)
	}
	const http = `"http":[{"out":[{"Authorization":"Basic hidden"}],"in":[{"code":"401"}]},{"out":[{"Authorization":"Basic hidden"}],"in":[{"code":"401"}]}]`
	if list := findings(t, 15, flowtest.Flow{DP: 80, App: "http", More: http}); len(list) != 1 || list[0].Evidence[0].Value != "30" {
		t.Errorf("http: %+v", list)
	}
}
