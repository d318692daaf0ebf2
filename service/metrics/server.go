// Package metrics serves counts to Prometheus, and says whether the program is
// well. It knows nothing of what is counted.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

// Config says what is served, and where.
type Config struct {
	Addr    string // PORT, which is on loopback only, or ADDRESS:PORT
	Sources []Source
	Alive   func() error // why the program does not work; nil = it does. For /healthz
	Ready   func() error // likewise why it does not work yet. For /readyz
	Log     func(slog.Level, string)
}

// Bounds on clients.
const (
	headerTime  = 5 * time.Second  // for the header of a request
	requestTime = 10 * time.Second // for all of a request
	answerTime  = 30 * time.Second // for the answer to be taken
	idleTime    = 2 * time.Minute  // between two requests
	scrapeTime  = 10 * time.Second // for the sources
	maxHeader   = 8 << 10
	maxConns    = 64
	maxScrapes  = 4 // at a time
)

// A Server answers until its context ends or it is closed.
type Server struct {
	addr net.Addr
	http *http.Server
	done chan struct{}
}

// Serve listens at once, so that a port which is taken is an error here.
func Serve(ctx context.Context, c Config) (*Server, error) {
	addr, err := listenAddr(c.Addr)
	if err != nil {
		return nil, fmt.Errorf("metrics=%s: %w", c.Addr, err)
	}
	registry, err := newRegistry(c.Sources)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("metrics=%s: %w", c.Addr, err)
	}
	s := &Server{addr: l.Addr(), done: make(chan struct{}), http: &http.Server{
		Handler:                      c.handler(registry),
		ReadHeaderTimeout:            headerTime,
		ReadTimeout:                  requestTime,
		WriteTimeout:                 answerTime,
		IdleTimeout:                  idleTime,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     c.logger(),
	}}
	unwatch := context.AfterFunc(ctx, func() { _ = s.http.Close() })
	go func() {
		defer close(s.done)
		defer unwatch()
		if err := s.http.Serve(netutil.LimitListener(l, maxConns)); !errors.Is(err, http.ErrServerClosed) {
			c.logger().Print(err)
		}
	}()
	return s, nil
}

// Addr is where the Server listens.
func (s *Server) Addr() net.Addr { return s.addr }

// Close ends the Server and its connections.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// listenAddr puts a bare port on loopback.
func listenAddr(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = "", text
		if strings.ContainsAny(text, ":[]") {
			return "", errors.New("it has to be PORT or ADDRESS:PORT, an IPv6 address in brackets")
		}
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%q is not a port", port)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

func (c *Config) handler(registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:            c.logger(),
		ErrorHandling:       promhttp.ContinueOnError,
		Registry:            registry,
		MaxRequestsInFlight: maxScrapes,
		Timeout:             scrapeTime,
	}))
	mux.HandleFunc("GET /healthz", health(c.Alive))
	mux.HandleFunc("GET /readyz", health(c.Ready))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "joy: /metrics /healthz /readyz")
	})
	return mux
}

func health(ask func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if ask != nil {
			if err := ask(); err != nil {
				answer(w, http.StatusServiceUnavailable, err.Error())
				return
			}
		}
		answer(w, http.StatusOK, "ok")
	}
}

// answer writes a line. A client that does not take it has only itself to harm.
func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

// logger brings what net/http and promhttp say to the log.
func (c *Config) logger() *log.Logger {
	return log.New(lines(func(text string) {
		if c.Log != nil {
			c.Log(slog.LevelWarn, "metrics: "+text)
		}
	}), "", 0)
}

// lines is a writer of whole lines.
type lines func(text string)

func (l lines) Write(p []byte) (int, error) {
	l(strings.TrimSpace(string(p)))
	return len(p), nil
}
