package http

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	gohttp "net/http"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// TestAgainstGo has a client and a server of the standard library talk, and
// reads what they sent a second time with ReadRequest and ReadResponse.
func TestAgainstGo(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 30 {
		c := record(t, r, 1+n%7)
		p := Module.New(featuretest.Settings()).(*Parser)
		featuretest.Feed(&Module, p, feature.TCP, c)
		var all [2]bytes.Buffer
		for _, c := range c {
			all[c.Dir].Write(c.Bytes)
		}
		want := secondOpinion(t, all[0].Bytes(), all[1].Bytes())
		var got []string
		for _, x := range *p.Info(feature.Both) {
			got = append(got, summary(x.Out)+" -> "+summary(x.In))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A tap records what passes.
type tap struct {
	net.Conn
	in, out *[]feature.Chunk
	dir     feature.Dir
}

func (c *tap) Write(b []byte) (int, error) {
	*c.out = append(*c.out, feature.Chunk{Dir: c.dir, Bytes: bytes.Clone(b)})
	return c.Conn.Write(b)
}

func (c *tap) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	*c.in = append(*c.in, feature.Chunk{Dir: 1 - c.dir, Bytes: bytes.Clone(b[:n])})
	return n, err
}

// record sends requests of several kinds and returns the chunks of the
// connection as the client has seen them.
func record(t *testing.T, r *rand.Rand, requests int) (chunks []feature.Chunk) {
	t.Helper()
	client, server := net.Pipe()
	srv := &gohttp.Server{Handler: gohttp.HandlerFunc(serve)}
	go srv.Serve(&one{conn: server})
	defer srv.Close()
	var sent, got []feature.Chunk
	conn := &tap{Conn: client, in: &got, out: &sent}
	answers := bufio.NewReader(conn)
	for i := range requests {
		method := []string{"GET", "HEAD", "POST", "PUT", "DELETE"}[r.IntN(5)]
		var body io.Reader
		if method == "POST" || method == "PUT" {
			body = strings.NewReader(strings.Repeat("b", r.IntN(3000)))
			if r.IntN(2) == 0 {
				body = io.MultiReader(body) // of unknown length: chunked
			}
		}
		req, err := gohttp.NewRequest(method, fmt.Sprintf("http://h/%d?status=%d&size=%d&kind=%d", i, []int{200, 204, 304, 404}[r.IntN(4)], r.IntN(9000), r.IntN(3)), body)
		if err != nil {
			t.Fatal(err)
		}
		if err := req.Write(conn); err != nil {
			t.Fatal(err)
		}
		resp, err := gohttp.ReadResponse(answers, req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		chunks = append(append(chunks, sent...), got...)
		sent, got = nil, nil
	}
	return chunks
}

func serve(w gohttp.ResponseWriter, r *gohttp.Request) {
	io.Copy(io.Discard, r.Body)
	var status, size, kind int
	fmt.Sscanf(r.URL.RawQuery, "status=%d&size=%d&kind=%d", &status, &size, &kind)
	w.Header().Set("X-Test", strings.Repeat("v", size%50))
	if kind == 1 {
		w.Header().Set("Trailer", "Sum")
		defer w.Header().Set("Sum", "1")
	}
	w.WriteHeader(status)
	if kind == 2 {
		w.(gohttp.Flusher).Flush()
	}
	io.WriteString(w, strings.Repeat("r", size))
}

// one is a listener of one connection.
type one struct{ conn net.Conn }

func (l *one) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, io.EOF
	}
	c := l.conn
	l.conn = nil
	return c, nil
}
func (l *one) Tick(int64) error { return nil }
func (l *one) Close() error     { return nil }
func (l *one) Addr() net.Addr   { return &net.TCPAddr{} }

func secondOpinion(t *testing.T, out, in []byte) (all []string) {
	t.Helper()
	requests, responses := bufio.NewReader(bytes.NewReader(out)), bufio.NewReader(bytes.NewReader(in))
	for {
		req, err := gohttp.ReadRequest(requests)
		if err != nil {
			return all
		}
		first := fmt.Sprintf("%s %s %s", req.Method, req.RequestURI, body(t, req.Body))
		resp, err := gohttp.ReadResponse(responses, req)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s -> %d x%s %s%s", first, resp.StatusCode, resp.Header.Get("X-Test"), body(t, resp.Body), resp.Trailer.Get("Sum")))
	}
}

func body(t *testing.T, r io.Reader) string {
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:min(len(b), 8)])
}

func summary(m Message) string {
	v := map[string]string{}
	for e := range m.All() {
		v[string(e.Name)] = string(e.Value)
	}
	if v["method"] != "" {
		return fmt.Sprintf("%s %s %s", v["method"], v["uri"], v["body"])
	}
	return fmt.Sprintf("%s x%s %s%s", v["code"], v["X-Test"], v["body"], v["Sum"])
}
