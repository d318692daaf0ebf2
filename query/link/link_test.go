package link

import (
	"fmt"
	"strings"
	"testing"

	"joy/query/value"
)

// linked feeds lines and returns the names that the last one was linked to.
func linked(t testing.TB, l *Links, lines ...string) string {
	t.Helper()
	var r value.Record
	for _, line := range lines {
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		l.Add(&r)
	}
	var names []string
	for m := range r.Get(Member).Get("dns").Items() {
		names = append(names, string(m.Get("rn").Text()))
	}
	return strings.Join(names, " ")
}

func answerLine(client, server, sp, dp, name, key, address string, start, ttl int) string {
	return fmt.Sprintf(`{"sa":%q,"da":%q,"sp":%s,"dp":%s,"time_start":%d,"dns":[{"rn":%q,"rr":[{"cname":"c"},{%q:%q,"ttl":%d}]}]}`,
		client, server, sp, dp, start, name, key, address, ttl)
}

func flow(sa, da string, start int) string {
	return fmt.Sprintf(`{"sa":%q,"da":%q,"time_start":%d}`, sa, da, start)
}

func TestLinks(t *testing.T) {
	a := answerLine("10.0.0.1", "10.0.0.53", "4000", "53", "www", "a", "192.0.2.1", 1000, 60)
	six := answerLine("10.0.0.1", "10.0.0.53", "4000", "53", "six", "aaaa", "2001:db8::1", 1000, 60)
	other := answerLine("10.0.0.2", "10.0.0.53", "4000", "53", "other", "a", "192.0.2.1", 1001, 60)
	long := answerLine("10.0.0.1", "10.0.0.53", "4000", "53", "long", "a", "192.0.2.9", 1000, 1<<31-1)
	for _, c := range []struct {
		name, want string
		lines      []string
	}{
		{"the address of an answer", "www", []string{a, flow("10.0.0.1", "192.0.2.1", 1000)}},
		{"another address", "", []string{a, flow("10.0.0.1", "192.0.2.2", 1000)}},
		{"IPv6, which sleuth does not look at", "six", []string{six, flow("10.0.0.1", "2001:db8::1", 1000)}},
		{"within five minutes", "www", []string{a, flow("10.0.0.1", "192.0.2.1", 1300)}},
		{"later, where sleuth still believes it", "", []string{a, flow("10.0.0.1", "192.0.2.1", 1301)}},
		{"a day", "long", []string{long, flow("10.0.0.1", "192.0.2.9", 87400)}},
		{"more than a day", "", []string{long, flow("10.0.0.1", "192.0.2.9", 87401)}},
		{"a flow that began before", "", []string{a, flow("10.0.0.1", "192.0.2.1", 999)}},
		{"what the host itself was told", "www", []string{a, other, flow("10.0.0.1", "192.0.2.1", 1010)}},
		{"and a third", "other", []string{a, other, flow("10.0.0.3", "192.0.2.1", 1010)}},
		{"a flow of DNS", "", []string{a, a}},
	} {
		if got := linked(t, New(1<<20), c.lines...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// In a record of the answers alone the server is the source; sleuth takes it for
// the client.
func TestServer(t *testing.T) {
	l := New(1 << 20)
	for _, line := range []string{
		answerLine("10.0.0.53", "10.0.0.1", "53", "4000", "www", "a", "192.0.2.1", 1000, 60),
		answerLine("10.0.0.1", "10.0.0.53", "53", "53", "www", "a", "192.0.2.1", 1000, 60),
	} {
		var r value.Record
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		l.Add(&r)
		if err := r.Parse([]byte(flow("10.0.0.1", "192.0.2.1", 1000))); err != nil {
			t.Fatal(err)
		}
		l.Add(&r)
		got := r.Get(Member)
		if string(got.Get("server_addr")) != `"10.0.0.53"` || string(got.Get("time")) != "1000" {
			t.Errorf("%s", got)
		}
	}
}

func TestMemory(t *testing.T) {
	l := New(100_000)
	for i := range 10_000 {
		linked(t, l, answerLine("10.0.0.1", "10.0.0.53", "1", "53", fmt.Sprint("n", i), "a", fmt.Sprint("a", i), 1000, 60))
		if l.size > 100_000 || len(l.answers) > 1000 || len(l.queue) > 1000 {
			t.Fatalf("%d bytes, %d answers, %d in the queue", l.size, len(l.answers), len(l.queue))
		}
	}
	if got := linked(t, l, flow("10.0.0.1", "a9999", 1000)) + linked(t, l, flow("10.0.0.1", "a0", 1000)); got != "n9999" {
		t.Error(got)
	}
	l.memory = 0
	l.shrink()
	if l.size != 0 || len(l.answers) != 0 {
		t.Errorf("%d bytes are left", l.size)
	}
}
