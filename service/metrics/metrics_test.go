package metrics

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// engine has metrics as the command has them.
func engine() []Family {
	return []Family{
		NewCounter("joy_packets_total", "IP packets decoded.", 18446744073709551615),
		NewGauge("joy_flows", "Flows in memory.", 7),
		NewGauge("joy_upload_oldest_file_age_seconds", "Age of the oldest file that waits.", 1.5),
		{
			Name: "joy_not_decoded_total", Help: "Frames without a packet.", Kind: Counter, Labels: []string{"reason"},
			Values: []Value{{[]string{"short"}, 3}, {[]string{"a \"b\"\\\n"}, 4}},
		},
		{
			Name: "joy_interface_dropped_frames_total", Help: "Frames lost.", Kind: Counter, Labels: []string{"interface", "where"},
			Values: []Value{{[]string{"eth0", "kernel"}, 1}, {[]string{"eth0", "ring"}, 2}},
		},
		{Name: "joy_interface_up", Help: "1 if the interface is up.", Kind: Gauge, Labels: []string{"interface"}},
	}
}

func serve(t *testing.T, c Config) (base string) {
	t.Helper()
	c.Addr = "127.0.0.1:0"
	c.Log = func(l slog.Level, text string) { t.Log(l, text) }
	s, err := Serve(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return "http://" + s.Addr().String()
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func TestScrape(t *testing.T) {
	base := serve(t, Config{Sources: []Source{engine, func() []Family {
		return []Family{NewGauge("joy_ring_load_ratio", "How full the ring is.", 0.25)}
	}}})
	status, body := get(t, base+"/metrics")
	if status != http.StatusOK {
		t.Fatal(status, body)
	}
	for _, line := range []string{
		"# HELP joy_packets_total IP packets decoded.",
		"# TYPE joy_packets_total counter",
		"joy_packets_total 1.8446744073709552e+19",
		"# TYPE joy_flows gauge",
		"joy_flows 7",
		`joy_not_decoded_total{reason="short"} 3`,
		`joy_not_decoded_total{reason="a \"b\"\\\n"} 4`,
		`joy_interface_dropped_frames_total{interface="eth0",where="ring"} 2`,
		"joy_ring_load_ratio 0.25",
		"joy_metrics_values_cut_total 0",
	} {
		if !strings.Contains("\n"+body, "\n"+line+"\n") {
			t.Errorf("there is no line %s", line)
		}
	}
	for _, part := range []string{"\ngo_goroutines ", "\ngo_build_info{"} {
		if !strings.Contains(body, part) {
			t.Errorf("there is no %q", part)
		}
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("lint: %s: %s", p.Metric, p.Text)
	}
}

// Values are those of the moment of the scrape, and no more of them than fit.
func TestManyAndStrangeValues(t *testing.T) {
	n := 0
	base := serve(t, Config{Sources: []Source{func() []Family {
		n++
		f := Family{Name: "joy_x", Help: "X.", Kind: Gauge, Labels: []string{"peer"}}
		for i := range n * 700 {
			f.Values = append(f.Values, Value{[]string{fmt.Sprint("p", i)}, 1})
		}
		f.Values[0].Labels[0] = "\xff\x00\x1b[2J" + strings.Repeat("€", 100)
		return []Family{f}
	}}})
	for i := range 2 { // the check at the start was the first time
		_, body := get(t, base+"/metrics")
		if got := strings.Count(body, "\njoy_x{"); got != maxValues {
			t.Errorf("%d values", got)
		}
		cut := 700*2 - maxValues
		if i == 1 {
			cut += 700*3 - maxValues
		}
		if want := fmt.Sprintf("\njoy_metrics_values_cut_total %d\n", cut); !strings.Contains(body, want) {
			t.Errorf("there is no %q", want)
		}
		if !strings.Contains(body, `joy_x{peer="?`+"\x00\x1b[2J"+strings.Repeat("€", 64)+`?"} 1`) {
			t.Error("the strange label is not there")
		}
	}
}

// A source that contradicts itself costs its value, not the scrape.
func TestDoubleValue(t *testing.T) {
	once := false
	base := serve(t, Config{Sources: []Source{engine, func() []Family {
		f := Family{Name: "joy_x", Help: "X.", Kind: Gauge, Labels: []string{"a"}, Values: []Value{{[]string{"b"}, 1}}}
		if once {
			f.Values = append(f.Values, f.Values[0], Value{[]string{"too", "many"}, 1})
		}
		return []Family{f}
	}}})
	once = true
	status, body := get(t, base+"/metrics")
	if status != http.StatusOK || !strings.Contains(body, "\njoy_flows 7\n") || strings.Count(body, "\njoy_x{") != 1 {
		t.Error(status, body)
	}
}

func TestRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	one := func(f Family) []Source { return []Source{func() []Family { return []Family{f} }} }
	for name, c := range map[string]struct {
		config Config
		says   string
	}{
		"a port that is taken":      {Config{Addr: taken.Addr().String()}, "address already in use"},
		"no port":                   {Config{Addr: "127.0.0.1"}, "not a port"},
		"nothing":                   {Config{}, "not a port"},
		"a port too large":          {Config{Addr: "65536"}, "not a port"},
		"IPv6 without brackets":     {Config{Addr: "::1"}, "in brackets"},
		"IPv6 without a port":       {Config{Addr: "[::1]"}, "in brackets"},
		"an address of another":     {Config{Addr: "192.0.2.1:0"}, "192.0.2.1:0"},
		"another's name":            {Config{Addr: "0", Sources: one(NewGauge("other_x", "X.", 1))}, "has to be joy_"},
		"upper case":                {Config{Addr: "0", Sources: one(NewGauge("joy_xY", "X.", 1))}, "lower case"},
		"no help":                   {Config{Addr: "0", Sources: one(NewGauge("joy_x", "", 1))}, "no help"},
		"a counter without _total":  {Config{Addr: "0", Sources: one(NewCounter("joy_x", "X.", 1))}, "end in _total"},
		"a gauge with _total":       {Config{Addr: "0", Sources: one(NewGauge("joy_x_total", "X.", 1))}, "end in _total"},
		"a label in upper case":     {Config{Addr: "0", Sources: one(Family{Name: "joy_x", Help: "X.", Kind: Gauge, Labels: []string{"A"}})}, "label A"},
		"a metric of two sources":   {Config{Addr: "0", Sources: []Source{engine, engine}}, "was collected before"},
		"a value without its label": {Config{Addr: "0", Sources: one(Family{Name: "joy_x", Help: "X.", Kind: Gauge, Labels: []string{"a"}, Values: []Value{{nil, 1}}})}, "joy_x"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Serve(t.Context(), c.config)
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "metrics") {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
		})
	}
}

func TestBarePortIsLoopback(t *testing.T) {
	for text, want := range map[string]string{
		"9100": "127.0.0.1:9100", ":9100": "127.0.0.1:9100", "0.0.0.0:9100": "0.0.0.0:9100", "[::]:1": "[::]:1", "localhost:1": "localhost:1",
	} {
		if got, err := listenAddr(text); got != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

func TestHealth(t *testing.T) {
	var dead, busy error
	base := serve(t, Config{Alive: func() error { return dead }, Ready: func() error { return busy }})
	check := func(path string, status int, body string) {
		t.Helper()
		if s, b := get(t, base+path); s != status || b != body {
			t.Errorf("%s: %d %q", path, s, b)
		}
	}
	check("/healthz", 200, "ok\n")
	check("/readyz", 200, "ok\n")
	dead, busy = errors.New("no packet for 9 s"), errors.New("opening eth0")
	check("/healthz", 503, "no packet for 9 s\n")
	check("/readyz", 503, "opening eth0\n")
	dead = nil
	check("/healthz", 200, "ok\n")
	check("/", 200, "joy: /metrics /healthz /readyz\n")
	check("/debug/pprof/", 404, "404 page not found\n")
	if base := serve(t, Config{}); base != "" {
		if s, _ := get(t, base+"/healthz"); s != 200 {
			t.Error("nobody said that it is dead")
		}
	}
}

// raw sends bytes and returns the first line of the answer.
func raw(t *testing.T, base, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go io.WriteString(c, request) // the server may stop to read
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(line)
}

func TestOddRequests(t *testing.T) {
	base := serve(t, Config{})
	for request, want := range map[string]string{
		"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n":                             "HTTP/1.1 405 Method Not Allowed",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n":                                                      "HTTP/1.1 400 Bad Request",
		"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", maxHeader+8192) + "\r\n\r\n": "HTTP/1.1 431 Request Header Fields Too Large",
		"\x16\x03\x01\x00\r\n\r\n":                                                                   "HTTP/1.1 400 Bad Request",
		"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n":                                                  "HTTP/1.1 200 OK",
	} {
		if got := raw(t, base, request); got != want {
			t.Errorf("%.40q: %s, want %s", request, got, want)
		}
	}
}

// Scrapes beyond the bound are turned away while a source is stuck; the health
// can still be asked for.
func TestStuckSource(t *testing.T) {
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	stuck := false
	base := serve(t, Config{Sources: []Source{func() []Family {
		if stuck {
			entered <- struct{}{}
			<-leave
		}
		return engine()
	}}})
	stuck = true
	answers := make(chan int, 50)
	ask := func() {
		r, err := http.Get(base + "/metrics")
		if err != nil {
			t.Error(err)
			answers <- 0
			return
		}
		r.Body.Close()
		answers <- r.StatusCode
	}
	go ask()
	<-entered
	for range 10 {
		go ask()
	}
	for range 10 - (maxScrapes - 1) { // the others wait for the source
		if s := <-answers; s != http.StatusServiceUnavailable {
			t.Error("status", s)
		}
	}
	if s, _ := get(t, base+"/healthz"); s != 200 {
		t.Error("the health cannot be asked for")
	}
	close(leave)
	for range maxScrapes {
		if s := <-answers; s != http.StatusOK {
			t.Error("status", s)
		}
	}
}

func TestEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Serve(ctx, Config{Addr: "0"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err != nil { // it is being served
		t.Fatal(err)
	}
	cancel()
	<-s.done
	if _, err := io.ReadAll(c); err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", s.Addr().String()); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}

// FuzzLabels has the texts of labels come from outside.
func FuzzLabels(f *testing.F) {
	f.Add("eth0", "10.0.0.1")
	f.Add("\xff\n\"\\", strings.Repeat("é", 150))
	f.Fuzz(func(t *testing.T, a, b string) {
		r := prometheus.NewRegistry()
		r.MustRegister(&collector{sources: []Source{func() []Family {
			return []Family{{
				Name: "joy_x", Help: "X.", Kind: Gauge, Labels: []string{"first", "second"},
				Values: []Value{{[]string{a, b}, 1}},
			}}
		}}})
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "joy_x" && len(f.GetMetric()) == 1 {
				return
			}
		}
		t.Error("the metric is not there")
	})
}
