//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"joy/internal/pair"
	"joy/internal/replay"
)

// cable gives a pair of interfaces and a sender, or skips the test.
func cable(t *testing.T) (*pair.Pair, *pair.Sender) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to make a network namespace")
	}
	p, err := pair.New()
	if err != nil {
		t.Skip("cannot make a network namespace here:", err)
	}
	t.Cleanup(p.Close)
	s, err := p.Sender()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return p, s
}

// datagram is an Ethernet frame with a UDP packet from the given port.
func datagram(port uint16) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
	b = binary.BigEndian.AppendUint16(b, port)
	return append(b, 0, 9, 0, 12, 0, 0, 'a', 'b', 'c', 'd')
}

// text is a Writer that can be read while it is written to.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *text) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *text) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// eventually waits until ok is true; that it takes long is no failure.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal("waited a minute for " + what) // a busy machine is not that slow
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A session is joy at work on the far end of a cable, in a process of its own,
// because it gives up its rights.
type session struct {
	t           *testing.T
	out, errors text
	sender      *pair.Sender
	cmd         *exec.Cmd
	done        chan struct{}
}

func begin(t *testing.T, args ...string) *session {
	p, sender := cable(t)
	s := newSession(t, args)
	s.sender = sender
	s.start(p.Do)
	return s
}

func newSession(t *testing.T, args []string) *session {
	t.Helper()
	s := &session{t: t, done: make(chan struct{})}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(self, append([]string{"bidir=1", "verbosity=2"}, args...)...)
	s.cmd.Args[0] = "joy" // see TestMain
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.errors
	return s
}

// start waits until the session captures; in is where it begins.
func (s *session) start(in func(func() error) error) {
	t := s.t
	t.Helper()
	if err := in(s.cmd.Start); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		_ = s.cmd.Wait() // the state has it
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // if the test has failed
		<-s.done
	})
	eventually(t, "the capture", func() bool { return s.ended() || strings.Contains(s.errors.String(), "capturing from ") })
	if s.ended() {
		t.Fatal(s.errors.String())
	}
}

func (s *session) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

func (s *session) send(ports ...uint16) {
	s.t.Helper()
	for _, port := range ports {
		if err := s.sender.Send(datagram(port)); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *session) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// end sends SIGTERM and waits.
func (s *session) end() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	<-s.done
	if status := s.cmd.ProcessState.ExitCode(); status != exitOK {
		s.t.Errorf("exit status %d; %s", status, s.errors.String())
	}
}

// liveFlow is what the tests read of a record.
type liveFlow struct {
	SP     int      `json:"sp"`
	Pkts   int      `json:"num_pkts_out"`
	Reason string   `json:"end_reason"`
	Labels []string `json:"sa_labels"`
}

// flows reads records by their source port, and counts those of statistics.
func flows(t *testing.T, text string) (map[int]liveFlow, int) {
	t.Helper()
	found, statistics := map[int]liveFlow{}, 0
	for line := range strings.Lines(text) {
		var f liveFlow
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		switch {
		case strings.HasPrefix(line, `{"statistics"`):
			statistics++
		case f.SP != 0:
			found[f.SP] = f
		}
	}
	return found, statistics
}

func TestLiveRecordsComeWhenFlowsEnd(t *testing.T) {
	s := begin(t, "interface="+pair.Far, "inactive_timeout=0.3", "statistics_time=1")
	s.send(1, 1, 2)
	eventually(t, "two records", func() bool { return strings.Count(s.out.String(), `"sa"`) == 2 })
	eventually(t, "statistics", func() bool { return strings.Contains(s.out.String(), `{"statistics":`) })
	s.send(3)
	s.end()
	got, statistics := flows(t, s.out.String())
	if got[1].Pkts != 2 || got[1].Reason != "idle" || got[2].Pkts != 1 || got[3].Pkts != 1 || len(got) != 3 || statistics == 0 {
		t.Errorf("got %+v and %d records of statistics", got, statistics)
	}
	if want := pair.Far + ": 4 frames read, 0 lost"; !strings.Contains(s.errors.String(), want) {
		t.Errorf("the log lacks %q: %s", want, s.errors.String())
	}
}

func TestLiveHangup(t *testing.T) {
	dir := t.TempDir()
	subnets, options := filepath.Join(dir, "subnets"), filepath.Join(dir, "joy.conf")
	write := func(name, text string) { // at once: it may be read at any time
		t.Helper()
		if err := errors.Join(os.WriteFile(name+".new", []byte(text), 0o600), os.Rename(name+".new", name)); err != nil {
			t.Fatal(err)
		}
	}
	write(subnets, "10.0.0.1/32\n")
	write(options, "")
	s := begin(t, "interface="+pair.Far, "inactive_timeout=0.3", "statistics_time=0", "outdir="+dir, "output=f.json.gz", "-x", options)
	files := func() []string {
		names, _ := filepath.Glob(filepath.Join(dir, "f-*.json.gz")) // the pattern is well formed
		return names
	}
	s.send(1)
	eventually(t, "a file after SIGHUP", func() bool { s.signal(syscall.SIGHUP); return len(files()) == 1 })
	write(options, "label = inside:"+subnets+"\nbpf = udp src port 2\n")
	anew := func() int { return strings.Count(s.errors.String(), "read anew") }
	before := anew() // one may be under way that has read the options before
	eventually(t, "the new options", func() bool { s.signal(syscall.SIGHUP); return anew() >= before+2 })
	write(options, "bpf = nonsense and\n")
	s.signal(syscall.SIGHUP)
	eventually(t, "an error", func() bool { return strings.Contains(s.errors.String(), "nothing is changed") })
	s.send(2, 3)
	s.end()
	names := files()
	if len(names) != 2 {
		t.Fatalf("files %v, want two", names)
	}
	first, _ := flows(t, gunzip(t, names[0]))
	second, _ := flows(t, gunzip(t, names[1]))
	if len(first) != 1 || first[1].Labels != nil || len(second) != 1 || len(second[2].Labels) != 1 {
		t.Errorf("first file %v, second %v", first, second)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 4 {
		t.Errorf("the directory has %v, %v", left, err)
	}
}

func gunzip(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLiveUsage(t *testing.T) {
	for _, test := range []struct{ args, says string }{
		{"interface=eth0 a.pcap", "only one of both"},
		{"interface=joy99", "joy99"},
		{"interface=lo,lo", "twice"},
		{"interface=lo bpf=nonsense", "bpf"},
		{"interface=lo ipfix_collect_online=1", "only one of both"},
		{"ipfix_collect_online=1", "needs ipfix_collect_port="},
		{"ipfix_collect_online=1 nfv9_port=1 collect_address=x", "collect_address"},
		{"exe=1 ../../testdata/captures/http-get.pcap", "needs interface="},
		{"upload=joy@host:/x ../../testdata/captures/http-get.pcap", "needs output="},
		{"ipfix_export_port=1 ipfix_export_template=idp ../../testdata/captures/http-get.pcap", "needs idp="},
	} {
		var said text
		joy := program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &said}
		if status := joy.run(strings.Fields(test.args)); status == exitOK || !strings.Contains(said.String(), test.says) {
			t.Errorf("%s: status %d, %s", test.args, status, said.String())
		}
	}
}

// What is captured gives the records of the file, in all that matters to live
// capture: tags, fragments, long frames.
func TestVerify(t *testing.T) {
	cable(t)
	names, err := filepath.Glob("../../testdata/captures/*.pcap")
	if err != nil || len(names) == 0 {
		t.Fatal("no captures", err)
	}
	if testing.Short() {
		names = names[:10]
	}
	for _, name := range names {
		var out, said text
		joy := program{stdin: strings.NewReader(""), stdout: &out, stderr: &said}
		if status := joy.run([]string{"verify", "profile=full", "threads=2", name}); status != exitOK || !strings.Contains(out.String(), "all records are equal") {
			t.Errorf("%s: status %d, %s%s", name, status, out.String(), said.String())
		}
	}
}

// A capture from which a packet is missing is not the same: verify has to see
// differences.
func TestVerifySeesDifferences(t *testing.T) {
	v := verification{seed: maphash.MakeSeed(), records: map[uint64]int64{}, wire: replay.New(nil, nil, nil)}
	put := func(sink interface {
		Write([]byte, []int, int64) error
	}, text string,
	) {
		if err := sink.Write([]byte(text), []int{len(text)}, 0); err != nil {
			t.Fatal(err)
		}
	}
	put((*counted)(&v), "a\nb\nb\n")
	put((*compared)(&v), "b\na\nb\n")
	if v.differs() {
		t.Error("equal records differ")
	}
	put((*counted)(&v), "c\n")
	put((*compared)(&v), "d\n")
	var out bytes.Buffer
	v.report(&out)
	if !v.differs() || !strings.Contains(out.String(), "DIFFERENT: 1 records are live only, 1 are from the file only, such as:\nd\n") {
		t.Errorf("the report is %s", out.String())
	}
}

// freePort is a port that nobody has, of UDP and TCP.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())   // the system has made it
		u, err := net.ListenPacket("udp", "127.0.0.1:"+port) //nolint:noctx // at once
		if err == nil {
			u.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return ""
}

// One joy sends the flows of a capture as IPFIX, another one receives them: the
// counters and names come over.
func TestExportAndCollect(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the collector gives its rights up in a process of its own")
	}
	for _, transport := range []string{"udp", "tcp"} {
		port := freePort(t)
		s := newSession(t, []string{"ipfix_collect_online=1", "ipfix_collect_port=" + port, "collect_address=127.0.0.1", "statistics_time=0"})
		s.start(func(f func() error) error { return f() })
		var out, said text
		joy := program{stdin: strings.NewReader(""), stdout: &out, stderr: &said}
		status := joy.run([]string{
			"bidir=1", "http=1", "verbosity=2", "ipfix_export_template=full", "ipfix_export_transport=" + transport,
			"ipfix_export_port=" + freePort(t), "ipfix_export_remote_port=" + port, "../../testdata/captures/http-get.pcap",
		})
		if status != exitOK || !strings.Contains(said.String(), "IPFIX: ") {
			t.Fatalf("%s: export ends with %d: %s", transport, status, said.String())
		}
		want := strings.Count(out.String(), `"sa"`)
		eventually(t, "the records", func() bool { return strings.Count(s.out.String(), `"sa"`) == want })
		s.end()
		sent, got := essence(t, out.String()), essence(t, s.out.String())
		if !slices.Equal(sent, got) || !strings.Contains(strings.Join(got, ""), "/index.html") {
			t.Errorf("%s: received\n%s\nsent\n%s", transport, strings.Join(got, "\n"), strings.Join(sent, "\n"))
		}
	}
}

// essence is what both ends of an export have to say the same.
func essence(t *testing.T, text string) (list []string) {
	t.Helper()
	for line := range strings.Lines(text) {
		var r struct {
			SA, DA string
			SP, DP int
			Out    uint64          `json:"bytes_out"`
			In     uint64          `json:"bytes_in"`
			PktOut uint64          `json:"num_pkts_out"`
			PktIn  uint64          `json:"num_pkts_in"`
			Start  float64         `json:"time_start"`
			End    float64         `json:"time_end"`
			FlowID string          `json:"flow_id"`
			List   json.RawMessage `json:"packets"`
			HTTP   []struct {
				Out []map[string]string
			}
		}
		if !strings.HasPrefix(line, `{"sa"`) {
			continue
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		uri := ""
		for _, h := range r.HTTP {
			for _, e := range h.Out {
				uri += e["uri"]
			}
		}
		r.HTTP = nil
		list = append(list, fmt.Sprintf("%+v %s %s", r, r.List, uri))
	}
	slices.Sort(list)
	return list
}
