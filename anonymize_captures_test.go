package joy_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy"
	"joy/convert/anonymize"
)

// Records that are hidden when they are there are those of a run that hides them,
// for all captures, whatever is hidden and by which key.
func TestAnonymizedCaptures(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	some, all := file("some", "192.0.2.0/24\n10.0.0.0/8\n2001:db8::/32\nfe80::/10\n"), file("all", "0.0.0.0/0\n::/0\n")
	token, prefix := "anon_key="+file("token", strings.Repeat("k", 16)), "anon_key="+file("prefix", strings.Repeat("k", 32))
	users := "useranon=" + file("users", "index\nlarge\nwww\n")
	for _, name := range captureFiles(t) {
		t.Run(name, func(t *testing.T) {
			plain := records(t, name)
			for _, args := range [][]string{
				{"anon=" + some, token, users}, {"anon=" + all, token}, {"anon=" + all, "anon_mode=cryptopan", prefix}, {users, token},
			} {
				want, got := records(t, name, args...), hiddenLater(t, plain, args)
				if got != want {
					t.Fatalf("%s: records differ at %s", args, firstDifference(got, want))
				}
			}
		})
	}
}

func hiddenLater(t *testing.T, lines string, args []string) string {
	t.Helper()
	c, _, _, err := joy.Parse(slices.Concat([]string{"profile=full"}, args), nil, func(string) ([]byte, error) { return nil, os.ErrNotExist })
	if err != nil {
		t.Fatal(err)
	}
	addresses, users, err := c.Hiding()
	if err != nil {
		t.Fatal(err)
	}
	a := anonymize.New(anonymize.Config{Addresses: addresses, Users: users})
	var all strings.Builder
	for line := range strings.Lines(lines) {
		out, err := a.Line([]byte(strings.TrimSpace(line)))
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all.Write(out)
		all.WriteByte('\n')
	}
	return all.String()
}
