package exchange

import "testing"

func TestWithoutLine(t *testing.T) {
	const lists = "(6b)(68)(63)(73)(6d)(6e)(6f)(70)()()"
	for fp, want := range map[string]string{
		"ssh/" + lists:               "ssh_kex/" + lists,
		"ssh_server/" + lists:        "ssh_kex_server/" + lists,
		"ssh/(53)" + lists:           "ssh/(53)" + lists,
		"ssh_kex/" + lists:           "ssh_kex/" + lists,
		"tls/1/(0303)(1301)[(0000)]": "tls/1/(0303)(1301)[(0000)]",
	} {
		if got := withoutLine(fp); got != want {
			t.Errorf("%s: %s", fp, got)
		}
	}
}
