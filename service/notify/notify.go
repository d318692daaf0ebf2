// Package notify tells systemd how a service is: that it has started, that it
// reloads its settings, that it ends, and every now and then that it lives.
package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

const (
	// patience is how long a message may wait for a service manager that does
	// not read.
	patience = time.Second
	// longest is how many bytes of a status are sent.
	longest = 512
)

// A Manager is the service manager that has started this process, or none: then
// nothing is sent. It can be used from several goroutines.
type Manager struct {
	address *net.UnixAddr // nil = none
	watch   time.Duration // after which silence counts as death; 0 = not watched

	mu   sync.Mutex
	conn *net.UnixConn
}

// Connect finds the service manager by the environment (NOTIFY_SOCKET,
// WATCHDOG_USEC, WATCHDOG_PID). It is done before a fence is raised. With an
// error the Manager can be used as well: it is as if there were none.
func Connect() (*Manager, error) {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return &Manager{}, nil
	}
	m := &Manager{address: &net.UnixAddr{Name: name, Net: "unixgram"}}
	var err error
	if m.conn, err = net.DialUnix("unixgram", nil, m.address); err != nil {
		return &Manager{}, fmt.Errorf("service manager: %w", err)
	}
	if m.watch, err = daemon.SdWatchdogEnabled(false); err != nil {
		return &Manager{}, errors.Join(fmt.Errorf("service manager: watchdog: %w", err), m.conn.Close())
	}
	return m, nil
}

// Watchdog returns after how much silence the service manager ends this
// process; 0 = never.
func (m *Manager) Watchdog() time.Duration { return m.watch }

// Ready says that the start, or a reload, is done.
func (m *Manager) Ready(status string) error {
	return m.send(daemon.SdNotifyReady + "\n" + statusLine(status))
}

// Reloading says that settings are being read anew; Ready is to follow.
func (m *Manager) Reloading() error {
	return m.send(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

// Stopping says that the end has begun.
func (m *Manager) Stopping() error { return m.send(daemon.SdNotifyStopping) }

// Status sets the line that systemctl status shows.
func (m *Manager) Status(text string) error { return m.send(statusLine(text)) }

// Watch tells the service manager that the process lives, twice in the time
// that it waits for, until the context ends; at once if it does not watch. alive
// is asked before each message: without a yes nothing is sent, and a process
// that hangs is started anew. failed gets what went wrong with a message.
func (m *Manager) Watch(ctx context.Context, alive func() bool, failed func(error)) {
	if m.watch <= 0 {
		return
	}
	t := time.NewTicker(max(m.watch/2, 1))
	defer t.Stop()
	m.tick(ctx, t.C, alive, failed)
}

func (m *Manager) tick(ctx context.Context, ticks <-chan time.Time, alive func() bool, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		if !alive() {
			continue
		}
		if err := m.send(daemon.SdNotifyWatchdog); err != nil {
			failed(err)
		}
	}
}

// Moves is an alive for Watch: yes if the count is another one than when it was
// last asked. The count has to go up at rest too, as that of an engine's batches
// does, which come without packets as well.
func Moves(count func() uint64) (alive func() bool) {
	var last uint64
	asked := false
	return func() bool {
		now := count()
		moved := !asked || now != last
		last, asked = now, true
		return moved
	}
}

// Close ends the connection. Nothing is to be sent afterwards.
func (m *Manager) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conn == nil {
		return nil
	}
	return m.conn.Close()
}

// send gives a message to the service manager. One that was started anew has
// another socket of the same name.
func (m *Manager) send(message string) error {
	if m.address == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.write(message)
	if err == nil || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return wrap(err)
	}
	conn, failed := net.DialUnix("unixgram", nil, m.address)
	if failed != nil {
		return wrap(errors.Join(err, failed))
	}
	_ = m.conn.Close() // of no use any more
	m.conn = conn
	return wrap(m.write(message))
}

func (m *Manager) write(message string) error {
	if err := m.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := m.conn.Write([]byte(message))
	return err
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("service manager: %w", err)
	}
	return nil
}

// statusLine is a text as a status, which is one line.
func statusLine(text string) string {
	line := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if len(line) > longest {
		line = line[:longest]
	}
	return "STATUS=" + strings.ToValidUTF8(line, "")
}
