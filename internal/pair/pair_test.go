//go:build linux

package pair

import (
	"bytes"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// NeedsRoot skips a test that cannot make namespaces.
func needsRoot(t *testing.T) *Pair {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to make a network namespace")
	}
	p, err := New()
	if err != nil {
		t.Skip("cannot make a network namespace here:", err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestWhatIsSentComesOutAndNothingElse(t *testing.T) {
	p := needsRoot(t)
	var fd int
	err := p.Do(func() (err error) {
		end, err := net.InterfaceByName(Far)
		if err != nil {
			return err
		}
		all := int(unix.ETH_P_ALL)<<8&0xff00 | int(unix.ETH_P_ALL)>>8
		if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, all); err != nil {
			return err
		}
		return unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: end.Index, Protocol: uint16(all)})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	s, err := p.Sender()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	buf := make([]byte, MTU+18)
	for _, n := range []int{14, 60, 1514, MTU + 14} {
		frame := bytes.Repeat([]byte{byte(n)}, n)
		if err := s.Send(frame); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := unix.Read(fd, buf)
		if err != nil || !bytes.Equal(buf[:got], frame) {
			t.Errorf("%d bytes come out as %d, %v", n, got, err)
		}
	}
}

func TestNamespaceIsItsOwn(t *testing.T) {
	p := needsRoot(t)
	if _, err := net.InterfaceByName(Far); err == nil {
		t.Error("the interface shows outside of the namespace")
	}
	err := p.Do(func() error {
		all, err := net.Interfaces()
		if len(all) != 3 {
			t.Errorf("interfaces %v, want lo and the two ends", all)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
