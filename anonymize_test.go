package joy

import (
	"strings"
	"testing"

	"joy/convert/anonymize"
)

// anonymized hides in lines that are there already what the options hide in a run.
func anonymized(t *testing.T, lines string, args ...string) string {
	t.Helper()
	c := mustParse(t, args...)
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
	if a.Unknown > 0 {
		t.Errorf("%d members of our own are not known", a.Unknown)
	}
	return all.String()
}

// TestAnonymizeAlways checks records in which the same is hidden by hand.
func TestAnonymizeAlways(t *testing.T) {
	subnets, key := write(t, "10.0.0.0/8\n2001:db8::/32\n"), write(t, strings.Repeat("k", 16))
	for _, ends := range [][2]string{{"10.1.2.3", "192.0.2.9"}, {"2001:db8::1:2", "2001:db8::9"}, {"192.0.2.1", "192.0.2.2"}} {
		packets := secret(ends[0], ends[1])
		args := []string{"profile=full", "bidir=1"}
		open, _ := run(t, packets, args...)
		args = append(args, "anon="+subnets, "anon_key="+key)
		hidden, _ := run(t, packets, args...)
		if later := anonymized(t, open, args...); later != hidden {
			t.Errorf("hidden later it is\n%s\nand not\n%s", later, hidden)
		}
	}
}
