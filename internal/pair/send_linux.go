package pair

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// A Sender sends frames into the near end.
type Sender struct{ fd int }

// Sender opens a socket for frames.
func (p *Pair) Sender() (*Sender, error) {
	s := new(Sender)
	return s, p.Do(s.open)
}

func (s *Sender) open() error {
	end, err := net.InterfaceByName(Near)
	if err != nil {
		return err
	}
	// Protocol 0: the socket sends only.
	if s.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
		return fmt.Errorf("packet socket: %w", err)
	}
	err = unix.Bind(s.fd, &unix.SockaddrLinklayer{Ifindex: end.Index})
	// Without a queue on the way a frame is at the far end when Send returns.
	err = errors.Join(err, unix.SetsockoptInt(s.fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1))
	if err != nil {
		_ = unix.Close(s.fd)
		return fmt.Errorf("packet socket: %w", err)
	}
	return nil
}

// Send sends one Ethernet frame.
func (s *Sender) Send(frame []byte) error {
	for {
		_, err := unix.Write(s.fd, frame)
		if !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.ENOBUFS) {
			return err
		}
	}
}

// Close closes the socket.
func (s *Sender) Close() error { return unix.Close(s.fd) }
