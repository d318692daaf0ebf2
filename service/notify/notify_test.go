package notify

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// listen stands in for systemd, on a socket of this name.
func listen(t *testing.T, name string) *net.UnixConn {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs datagrams on Unix sockets")
	}
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func receive(t *testing.T, l *net.UnixConn) string {
	t.Helper()
	if err := l.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := l.Read(b)
	if err != nil {
		t.Fatal("no message:", err)
	}
	return string(b[:n])
}

func connect(t *testing.T, socket string) *Manager {
	t.Helper()
	t.Setenv("NOTIFY_SOCKET", socket)
	m, err := Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestMessages(t *testing.T) {
	sockets := map[string]string{"file": filepath.Join(t.TempDir(), "s")}
	if runtime.GOOS == "linux" {
		sockets["abstract"] = "@joy-notify-" + filepath.Base(t.TempDir()) + t.Name()
	}
	for kind, socket := range sockets {
		t.Run(kind, func(t *testing.T) {
			l := listen(t, socket)
			m := connect(t, socket)
			for _, test := range []struct {
				send func() error
				want string // a regular expression
			}{
				{func() error { return m.Ready("eth0") }, `^READY=1\nSTATUS=eth0$`},
				{m.Reloading, `^RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]*\n$`},
				{func() error { return m.Status("10 flows\nREADY=1\x1b[2J") }, `^STATUS=10 flows READY=1 \[2J$`},
				{func() error { return m.Status(strings.Repeat("ü", 4096)) }, `^STATUS=ü{256}$`},
				{func() error { return m.Status(strings.Repeat("x", longest-1) + "ü") }, `^STATUS=x{511}$`},
				{m.Stopping, `^STOPPING=1$`},
			} {
				if err := test.send(); err != nil {
					t.Fatal(err)
				}
				if got := receive(t, l); !regexp.MustCompile(test.want).MatchString(got) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestWithoutManager(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "1000000")
	m := connect(t, "")
	m.Watch(t.Context(), func() bool { t.Error("asked"); return true }, func(err error) { t.Error(err) })
	if err := errors.Join(m.Ready("x"), m.Reloading(), m.Status("x"), m.Stopping(), m.Close()); err != nil {
		t.Error(err)
	}
}

func TestManagerThatIsNotThere(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "none"))
	m, err := Connect()
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if err := m.Ready(""); err != nil {
		t.Error("what cannot be told is told again:", err)
	}
}

func TestPeriod(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	listen(t, socket)
	t.Setenv("NOTIFY_SOCKET", socket)
	tests := []struct {
		usec, pid string
		want      time.Duration
		bad       bool
	}{
		{"", "", 0, false},
		{"30000000", "", 30 * time.Second, false},
		{"30000000", "1", 0, false}, // meant for another process
		{"x", "", 0, true},
		{"-1", "", 0, true},
		{"30000000", "x", 0, true},
	}
	for _, test := range tests {
		t.Setenv("WATCHDOG_USEC", test.usec)
		t.Setenv("WATCHDOG_PID", test.pid)
		m, err := Connect()
		if got := m.Watchdog(); got != test.want || (err != nil) != test.bad {
			t.Errorf("%q for %q: %v, %v", test.usec, test.pid, got, err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A process that hangs must fall silent, and may wake up again.
func TestOnlyTheLivingTick(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l := listen(t, socket)
	m := connect(t, socket)
	ctx, cancel := context.WithCancel(t.Context())
	ticks, done := make(chan time.Time), make(chan struct{})
	alive := make(chan bool, 1)
	go func() {
		defer close(done)
		m.tick(ctx, ticks, func() bool { return <-alive }, func(err error) { t.Error(err) })
	}()
	for _, a := range []bool{true, false, true} {
		alive <- a
		ticks <- time.Time{}
	}
	cancel()
	<-done
	if err := m.Status("end"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"WATCHDOG=1", "WATCHDOG=1", "STATUS=end"} {
		if got := receive(t, l); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMoves(t *testing.T) {
	count := uint64(0)
	alive := Moves(func() uint64 { return count })
	for i, step := range []struct {
		count uint64
		want  bool
	}{{0, true}, {0, false}, {1, true}, {1, false}, {1, false}, {9, true}} {
		count = step.count
		if got := alive(); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}

func TestWatch(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l := listen(t, socket)
	t.Setenv("WATCHDOG_USEC", "2000")
	m := connect(t, socket)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.Watch(ctx, func() bool { return true }, func(err error) { t.Error(err) })
	}()
	if got := receive(t, l); got != "WATCHDOG=1" {
		t.Errorf("got %q", got)
	}
	cancel()
	for {
		select {
		case <-done:
			return
		default:
			drain(l)
		}
	}
}

// drain takes what is there, so that the sender does not wait.
func drain(l *net.UnixConn) {
	if err := l.SetReadDeadline(time.Now().Add(time.Millisecond)); err == nil {
		_, _ = l.Read(make([]byte, 64))
	}
}

// systemd that was started anew listens on a new socket of the same name; while
// there is none, messages fail and are not queued.
func TestManagerComesBack(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l := listen(t, socket)
	m := connect(t, socket)
	if err := errors.Join(l.Close(), os.Remove(socket)); err != nil {
		t.Fatal(err)
	}
	if err := m.Status("lost"); err == nil || !strings.HasPrefix(err.Error(), "service manager: ") {
		t.Errorf("a message to nobody: %v", err)
	}
	l = listen(t, socket)
	if err := m.Status("found"); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, l); got != "STATUS=found" {
		t.Errorf("got %q", got)
	}
}
