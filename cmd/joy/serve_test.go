package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"joy/web"
)

// joy serve says where it is, answers, and takes away what it has written.
func TestServe(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	r, w := io.Pipe()
	p := program{stdout: io.Discard, stderr: w}
	s := &serving{program: &p, listen: "127.0.0.1:0", token: "auto", maxUpload: 1, limits: web.DefaultLimits(), console: newConsole(w)}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.runUntil(ctx, []string{"../../testdata/captures/dns.pcap"}) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(strings.TrimPrefix(line, "joy serve: "))
	jar := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 10 * time.Second}
	get := func(url string) *http.Response {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := jar.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		return a
	}
	base, _, _ := strings.Cut(address, "login?token=")
	if a := get(base); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login" {
		t.Errorf("without the token: %v", a.Status)
	}
	if a := get(address); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/" || len(a.Cookies()) != 1 {
		t.Errorf("%s: %v", address, a.Status)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
	if left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

// Whoever can be reached from elsewhere needs a token.
func TestServeToken(t *testing.T) {
	for listen, loopback := range map[string]bool{
		"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "127.8.8.8:1": true,
		"0.0.0.0:1": false, ":1": false, "192.0.2.1:1": false, "[::]:1": false, "name.example:1": false,
	} {
		s := &serving{listen: listen}
		if err := s.checkToken(); err != nil || (s.token == "") != loopback || !loopback && len(s.token) < 20 {
			t.Errorf("%s: %q, %v", listen, s.token, err)
		}
	}
}
