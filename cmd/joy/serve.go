package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"joy"
	"joy/web"
)

// A serving is one run of joy serve.
type serving struct {
	*program
	listen, token string
	hosts         []string
	limits        web.Limits
	maxUpload     int

	console *console
	cfg     joy.Config
	inputs  []string
}

func (p *program) serveCommand(status *int) *cobra.Command {
	s := &serving{program: p, console: newConsole(p.stderr), limits: web.DefaultLimits()}
	c := &cobra.Command{
		Use:   "serve [flags] [name=value]... [FILE]...",
		Short: "Look at flows in the browser",
		Long: `Show captures and flow files as pages for the browser of this machine: lists to search, filter and sort, each flow
with its packets, cryptography and software, findings, and the selection to take away as JSON, CSV or a capture. More files can be
opened in the browser. Options of joy itself, as name=value, are for captures. docs/serve.md is the manual.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.finish("serve", s.run(args)) },
	}
	f := c.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:8417", "address and port; port 0 is any that is free")
	f.StringVar(&s.token, "token", "", "what the browser has to know: a text of 16 characters at least, @FILE, or auto for a random one; other addresses than loopback always need one")
	f.StringSliceVar(&s.hosts, "host", nil, "names of this machine by which the pages may be asked for, besides localhost and addresses")
	f.IntVar(&s.maxUpload, "max-upload", int(s.limits.Upload>>20), "MiB that may be uploaded at a time")
	f.IntVar(&s.limits.Files, "max-files", s.limits.Files, "files that may be open at a time")
	f.IntVar(&s.limits.Flows, "max-flows", s.limits.Flows, "flows of a file that are shown")
	f.DurationVar(&s.limits.Age, "max-age", s.limits.Age, "uploaded files that nobody has looked at for so long are removed")
	return c
}

// run is the subcommand.
func (s *serving) run(args []string) error {
	ctx, stop := untilSignal()
	defer stop()
	return s.runUntil(ctx, args)
}

// runUntil serves until ctx is done.
func (s *serving) runUntil(ctx context.Context, args []string) (err error) {
	if err := s.options(args); err != nil {
		return asUsage(err)
	}
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return asUsage(err)
	}
	defer func() { _ = l.Close() }() // the http.Server has done it, if it came to that
	dir, err := os.MkdirTemp("", "joy-serve-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	server, err := web.New(web.Config{
		Dir: dir, Token: s.token, Names: s.hosts, Flows: s.cfg, Clock: time.Now, Limits: s.limits,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	for _, name := range s.inputs {
		if err := server.Open(name); err != nil {
			return asUsage(err)
		}
	}
	return s.serve(ctx, l, server)
}

func (s *serving) options(args []string) (err error) {
	if s.cfg, s.inputs, _, err = joy.Parse(append([]string{"profile=full", "bidir=1"}, args...), s.env, os.ReadFile); err != nil {
		return err
	}
	if isLive(&s.cfg) {
		return errors.New("this reads files: captures, or flows that joy has written")
	}
	if s.inputs, err = files(s.inputs); err != nil {
		return err
	}
	s.cfg.Threads = 1
	if s.maxUpload < 1 || s.limits.Files < 1 || s.limits.Flows < 1 || s.limits.Age <= 0 {
		return errors.New("--max-upload, --max-files, --max-flows and --max-age must be above 0")
	}
	s.limits.Upload = int64(s.maxUpload) << 20
	if len(s.inputs) > s.limits.Files {
		return fmt.Errorf("%d files are more than --max-files=%d", len(s.inputs), s.limits.Files)
	}
	return s.checkToken()
}

// checkToken wants a good token where others can reach the pages.
func (s *serving) checkToken() error {
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	addr, err := netip.ParseAddr(host)
	loopback := host == "localhost" || err == nil && addr.IsLoopback()
	if name, ok := strings.CutPrefix(s.token, "@"); ok {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("--token: %w", err)
		}
		if s.token = strings.TrimSpace(string(text)); s.token == "" {
			return fmt.Errorf("--token: %s is empty", name)
		}
	}
	switch {
	case s.token == "auto" || s.token == "" && !loopback:
		s.token = rand.Text()
	case s.token != "" && len(s.token) < 16:
		return errors.New("--token: at least 16 characters")
	}
	return nil
}

// maxConnections bounds those that are open at a time.
const maxConnections = 128

// serve answers until ctx is done.
func (s *serving) serve(ctx context.Context, l net.Listener, server *web.Server) error {
	h := &http.Server{
		Handler:           server,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		// What browsers break off is no news.
		ErrorLog: log.New(nothing{}, "", 0),
	}
	s.console.say("joy serve: " + s.address(l))
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(netutil.LimitListener(l, maxConnections)) }()
	sweep := time.NewTicker(time.Minute)
	defer sweep.Stop()
	for {
		select {
		case err := <-failed:
			return err
		case <-sweep.C:
			if err := server.Sweep(); err != nil {
				s.console.say("joy serve: " + printable(err.Error()))
			}
		case <-ctx.Done():
			closing, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			if h.Shutdown(closing) != nil {
				return h.Close() // what is still being answered is cut off
			}
			return nil
		}
	}
}

// address is what to open in the browser.
func (s *serving) address(l net.Listener) string {
	host, port, _ := net.SplitHostPort(l.Addr().String()) // it is one of ours
	if addr, err := netip.ParseAddr(host); err == nil && addr.IsUnspecified() {
		host = "localhost"
	}
	url := "http://" + net.JoinHostPort(host, port) + "/"
	if s.token != "" {
		url += "login?token=" + s.token
	}
	return url
}

// nothing is where what nobody wants to read is written.
type nothing struct{}

func (nothing) Write(b []byte) (int, error) { return len(b), nil }
