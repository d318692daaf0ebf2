package http

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// TestNameUsers replaces names in what Info returned, and not in the parser.
func TestNameUsers(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	featuretest.Feed(&Module, p, feature.TCP, featuretest.Bytes("", feature.TCP,
		"GET /~bob/bob HTTP/1.1\r\nReferer: /bob\r\n\r\nGET / HTTP/1.1\r\nuri: bob\r\n\r\n",
		"HTTP/1.1 200 bob\r\nuri: bob\r\nuser: /bob\r\n\r\n").Chunks)
	before := featuretest.JSON(t, p.Info(feature.Both))
	all := *p.Info(feature.Both)
	for i := range all {
		for _, m := range []*Message{&all[i].Out, &all[i].In} {
			m.NameUsers(func(uri string) (string, []string) {
				return strings.ReplaceAll(uri, "bob", "<\">"), make([]string, strings.Count(uri, "bob"))
			})
		}
	}
	want := `[{"out":[{"method":"GET"},{"uri":"/~<\">/<\">"},{"version":"HTTP/1.1"},{"usernames":["",""]},{"Referer":"/bob"}],"in":[{"version":"HTTP/1.1"},{"code":"200"},{"reason":"bob"},{"uri":"bob"},{"user":"/bob"}]},` +
		`{"out":[{"method":"GET"},{"uri":"/"},{"version":"HTTP/1.1"},{"usernames":[]},{"uri":"bob"}]}]`
	if got := featuretest.JSON(t, all); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := featuretest.JSON(t, p.Info(feature.Both)); again != before {
		t.Errorf("it was\n%s\nand is\n%s", before, again)
	}
}

// TestNameUsersHTTP2 has the elements in the order of HTTP/2.
func TestNameUsersHTTP2(t *testing.T) {
	tests := []struct {
		name, want string
		headers    []string
	}{
		{"first", `[{":path":"/-"},{"usernames":["-"]},{":method":"GET"}]`, []string{":path", "/bob", ":method", "GET"}},
		{"last", `[{":method":"GET"},{":path":"/-"},{"usernames":["-"]}]`, []string{":method", "GET", ":path", "/bob"}},
		{"behind the others", `[{"a":"1"},{"b":"2"},{"c":"3"},{"d":"4"},{"e":"5"},{":path":"/bob"}]`, []string{"a", "1", "b", "2", "c", "3", "d", "4", "e", "5", ":path", "/bob"}},
		{"without headers", `[]`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e Elements
			for i := 0; i < len(tt.headers); i += 2 {
				AddHeader(&e, tt.headers[i], tt.headers[i+1], featuretest.Settings())
			}
			m := e.Message(0, e.Len(), 0, 0)
			m.NameUsers(func(uri string) (string, []string) { return strings.ReplaceAll(uri, "bob", "-"), []string{"-"} })
			if got := featuretest.JSON(t, m); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
