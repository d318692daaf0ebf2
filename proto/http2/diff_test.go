package http2

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	gohttp "net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// TestAgainstGo has a client and a server of the standard library talk, and
// compares what they have seen with what passed between them.
func TestAgainstGo(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		wire, want := talk(t, r, 1+r.IntN(15))
		p := Module.New(featuretest.Settings()).(*Parser)
		featuretest.Feed(&Module, p, feature.TCP, wire)
		x := p.Info(feature.Both)
		if x == nil || x.Out == nil || x.In == nil || x.Out.Broken+x.In.Broken != "" {
			t.Fatalf("not read to the end: %s", featuretest.JSON(t, x))
		}
		var got []string
		for _, m := range slices.Concat(x.Out.Messages, x.In.Messages) {
			got = append(got, summary(m))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("got\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// summary leaves out what the two sides do not tell us of.
func summary(m Message) string {
	v := map[string]string{}
	for e := range m.Headers.All() {
		v[string(e.Name)] = string(e.Value)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s %s", v[":method"], v[":path"], v[":status"], v["x-test"], v["sum"], v["body"]))
}

// A tap records what passes.
type tap struct {
	net.Conn
	mu   sync.Mutex
	wire []feature.Chunk
}

func (c *tap) add(d feature.Dir, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(b) > 0 {
		c.wire = append(c.wire, feature.Chunk{Dir: d, Bytes: bytes.Clone(b)})
	}
}

func (c *tap) Write(b []byte) (int, error) {
	c.add(feature.Out, b)
	return c.Conn.Write(b)
}

func (c *tap) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.add(feature.In, b[:n])
	return n, err
}

// answer is a server that says what it has seen.
func answer(see func(f string, args ...any)) gohttp.HandlerFunc {
	return func(w gohttp.ResponseWriter, r *gohttp.Request) {
		body, _ := io.ReadAll(r.Body)
		see("%s %s  %s  %s", r.Method, r.RequestURI, r.Header.Get("X-Test"), body[:min(len(body), 8)])
		w.Header().Set("Trailer", "Sum")
		w.Header().Set("X-Test", r.Header.Get("X-Test")+"!")
		io.WriteString(w, "answer to "+r.RequestURI)
		w.Header().Set("Sum", fmt.Sprint(len(body)))
	}
}

// talk sends requests, and returns the chunks of the connection and the
// messages that the two sides have seen.
func talk(t *testing.T, r *rand.Rand, requests int) (wire []feature.Chunk, seen []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	see := func(f string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, strings.TrimSpace(fmt.Sprintf(f, args...)))
	}
	clear := new(gohttp.Protocols)
	clear.SetUnencryptedHTTP2(true)
	srv := &gohttp.Server{Protocols: clear, Handler: answer(see)}
	go srv.Serve(l)
	defer srv.Close()
	raw, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn := &tap{Conn: raw}
	// A request may come before the last one has left its connection: the transport
	// then asks for another one, and takes the first as soon as that is free.
	var dialled atomic.Bool
	tr := &gohttp.Transport{Protocols: clear, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		if dialled.Swap(true) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return conn, nil
	}}
	for i := range requests {
		body := strings.Repeat("b", r.IntN(2)*r.IntN(5000))
		req, err := gohttp.NewRequest("POST", fmt.Sprintf("http://h/%d", i), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Test", strings.Repeat("v", r.IntN(100)*r.IntN(100)))
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		see("  %d %s  %s", resp.StatusCode, resp.Header.Get("X-Test"), got[:8])
		see("    %s", resp.Trailer.Get("Sum"))
	}
	tr.CloseIdleConnections()
	conn.mu.Lock()
	defer conn.mu.Unlock()
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(seen)
	return conn.wire, seen
}
