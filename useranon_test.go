package joy_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy"
)

// The user names of a file are replaced in the URIs of HTTP/1 and HTTP/2, and
// listed.
func TestUserNames(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"useranon=" + file("names", "Index\nlarge\n"), "anon_key=" + file("key", strings.Repeat("k", 16))}
	for _, tt := range []struct{ capture, object, key, name string }{
		{"http-get.pcap", "http", "uri", "index"},
		{"http2-odd.pcap", "http2", ":path", "large"},
	} {
		t.Run(tt.object, func(t *testing.T) {
			open, hidden := uris(t, tt.capture, tt.object, tt.key), uris(t, tt.capture, tt.object, tt.key, args...)
			if !strings.Contains(open, "/"+tt.name) || strings.Contains(open, "usernames") {
				t.Fatalf("without the option: %s", open)
			}
			if strings.Contains(hidden, tt.name) || !strings.Contains(hidden, `usernames [""`) && !strings.Contains(hidden, "usernames []") {
				t.Errorf("with it: %s", hidden)
			}
		})
	}
}

// uris are the elements of a capture that have this key, and usernames.
func uris(t *testing.T, capture, object, key string, args ...string) string {
	t.Helper()
	var text strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for k, e := range v {
				if k == key || k == "usernames" {
					b, _ := json.Marshal(e)
					text.WriteString(k + " " + string(b) + "\n")
				}
				walk(e)
			}
		}
	}
	for _, r := range parseRecords(t, records(t, capture, args...)) {
		walk(r[object])
	}
	return text.String()
}

// Who asks for user names to be hidden gets no run without that.
func TestUserNamesFailClosed(t *testing.T) {
	c, _, _, err := joy.Parse([]string{"useranon=" + filepath.Join(t.TempDir(), "none"), "anon_key=" + filepath.Join(t.TempDir(), "key")}, nil,
		func(string) ([]byte, error) { return nil, os.ErrNotExist })
	if err != nil {
		t.Fatal(err)
	}
	var usage *joy.UsageError
	if _, err := joy.Run(context.Background(), c, nil, nil, joy.RunOptions{}); !errors.As(err, &usage) || !strings.Contains(err.Error(), "useranon") {
		t.Errorf("%v", err)
	}
}
