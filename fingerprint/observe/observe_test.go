package observe

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"joy/fingerprint"
	"joy/query/flow"
)

// lines of flow files, and what they show.
func TestFromJSON(t *testing.T) {
	for name, c := range map[string]struct {
		line    string
		client  []string
		server  []string
		swapped bool // the client is da
		context fingerprint.Context
	}{
		"tls both ways": {
			line: `{"sa":"10.0.0.1","da":"192.0.2.1","pr":6,"sp":1234,"dp":443,"time_start":1.5,` +
				`"fingerprints":{"tcp":"(02)","tls":"(0303)(1301)","npf":["tls/1/(0303)(1301)[]","tls/2/(0303)(1301)[]","tcp/(40)"]},` +
				`"fingerprints_in":{"npf":["tls_server/(0303)(1301)","tcp_server/(40)"]},` +
				`"tls":{"sni":["Example.COM."],"ja3":"aa","ja3s":"bb","ja4":"t13d"}}`,
			client:  []string{"tls/1/(0303)(1301)[]", "tls/2/(0303)(1301)[]", "ja4/t13d", "ja3/aa", "tcp/(40)"},
			server:  []string{"tls_server/(0303)(1301)", "ja3s/bb", "tcp_server/(40)"},
			context: fingerprint.Context{Name: "example.com", Addr: netip.MustParseAddr("192.0.2.1"), Port: 443},
		},
		"the capture begins with the answer": {
			line: `{"sa":"192.0.2.1","da":"10.0.0.1","pr":6,"sp":22,"dp":1234,"time_start":1,` +
				`"fingerprints":{"npf":["ssh_server/(53)"]},"fingerprints_in":{"npf":["ssh/(53)"]},` +
				`"ssh":{"cli":{"hassh":"cc"},"srv":{"hassh_server":"dd"}}}`,
			client:  []string{"ssh/(53)", "hassh/cc"},
			server:  []string{"ssh_server/(53)", "hassh_server/dd"},
			swapped: true,
			context: fingerprint.Context{Addr: netip.MustParseAddr("192.0.2.1"), Port: 22},
		},
		"http": {
			line: `{"sa":"10.0.0.1","da":"2001:db8::1","pr":6,"sp":1,"dp":8080,"time_start":1,` +
				`"fingerprints":{"npf":["http/(474554)(485454502f312e31)((486f7374))"]},` +
				`"http":[{"out":[{"method":"GET"},{"uri":"/"},{"version":"HTTP/1.1"},{"Host":"a.test:8080"},{"User-agent":"curl/8"}],"in":[{"version":"HTTP/1.1"}]}]}`,
			client:  []string{"http/(474554)(485454502f312e31)((486f7374))"},
			context: fingerprint.Context{Name: "a.test", Addr: netip.MustParseAddr("2001:db8::1"), Port: 8080, Agent: "curl/8"},
		},
		"of Joy": {
			line: `{"sa":"10.0.0.1","da":"192.0.2.1","pr":6,"sp":1,"dp":443,"time_start":1,` +
				`"fingerprints":{"tls":"(0303)(c02b)((000d000400020403)(0000))"}}`,
			client:  []string{"tls/1/(0303)(c02b)[(0000)(000d000400020403)]"},
			context: fingerprint.Context{Addr: netip.MustParseAddr("192.0.2.1"), Port: 443},
		},
		"nothing, and no ports": {
			line:    `{"sa":"10.0.0.1","da":"192.0.2.1","pr":1,"sp":null,"dp":null,"time_start":1}`,
			context: fingerprint.Context{Addr: netip.MustParseAddr("192.0.2.1")},
		},
	} {
		var f Flow
		if err := FromJSON([]byte(c.line), &f); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		client, server := &f.Ends[0], &f.Ends[1]
		if c.swapped {
			client, server = server, client
		}
		if client.Server || !server.Server {
			t.Errorf("%s: the client is the other end", name)
		}
		if !slices.Equal(client.Fingerprints, c.client) || !slices.Equal(server.Fingerprints, c.server) {
			t.Errorf("%s: client %q, server %q", name, client.Fingerprints, server.Fingerprints)
		}
		if client.Context != c.context || server.Context != c.context {
			t.Errorf("%s: %+v", name, client.Context)
		}
	}
}

func TestProcesses(t *testing.T) {
	var f Flow
	err := FromJSON([]byte(`{"sa":"10.0.0.1","da":"10.0.0.2","exe":{"name":"curl","hash":"ABCD","end":"sa"},"exe_peer":{"name":"nginx","hash":"","end":"da"}}`), &f)
	if want := [2]Process{{"curl", "abcd"}, {"nginx", ""}}; err != nil || f.Processes != want {
		t.Errorf("%+v, %v", f.Processes, err)
	}
	if err := FromJSON([]byte(`{"sa":"10.0.0.1","da":"10.0.0.2","exe":{"name":"old","hash":""}}`), &f); err != nil || f.Processes[0].Name != "old" {
		t.Errorf("of Joy: %+v, %v", f.Processes, err)
	}
}

func TestLines(t *testing.T) {
	for line, want := range map[string]error{
		`{"version":"5.0.0","exe":0,"tls":1,"end-config":1}`: flow.ErrNoFlow,
		`{"summary":{"packets":1}}`:                          flow.ErrNoFlow,
		`{"sa":"10.0.0.1","da":"10.0.0.2"}`:                  nil,
	} {
		if err := FromJSON([]byte(line), new(Flow)); !errors.Is(err, want) {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, line := range []string{`{"sa":`, `{"sa":"10.0.0.1","tls":7}`, `[]`, ``} {
		if err := FromJSON([]byte(line), new(Flow)); err == nil || errors.Is(err, flow.ErrNoFlow) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func FuzzFromJSON(f *testing.F) {
	f.Add([]byte(`{"sa":"10.0.0.1","da":"10.0.0.2","sp":1,"dp":2,"fingerprints":{"tls":"(0303)(00)","npf":["tls/1/()"]},"tls":{"sni":["a"]}}`))
	f.Add([]byte(`{"sa":"","http":[{"out":[{"method":"GET"},{"Host":1},{"User-Agent":"x"}]}],"ssh":{"cli":{"hassh":"a"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var got Flow
		if FromJSON(text, &got) == nil && got.Ends[0].Server == got.Ends[1].Server {
			t.Errorf("%s: %+v", text, got.Ends)
		}
	})
}
