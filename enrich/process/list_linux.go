package process

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// A lister lists the sockets of joy's network namespace that a process has.
type lister func(most int) ([]listed, error)

// listDiag asks by netlink.
func listDiag(most int) (all []listed, err error) {
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		t, err := netlink.SocketDiagTCP(family)
		if err != nil {
			return nil, fmt.Errorf("sock_diag: TCP: %w", err)
		}
		u, err := netlink.SocketDiagUDP(family)
		if err != nil {
			return nil, fmt.Errorf("sock_diag: UDP: %w", err)
		}
		all = appendDiag(all, t, tcp, most)
		all = appendDiag(all, u, udp, most)
	}
	return all, nil
}

func appendDiag(all []listed, list []*netlink.Socket, proto uint8, most int) []listed {
	for _, s := range list {
		if s.INode == 0 || len(all) >= most {
			continue
		}
		e := newEnds(proto, addrPort(s.ID.Source, s.ID.SourcePort), addrPort(s.ID.Destination, s.ID.DestinationPort))
		// the cookie is what the kernel's programs know the socket by, too
		all = append(all, listed{e, uint64(s.INode), uint64(s.ID.Cookie[1])<<32 | uint64(s.ID.Cookie[0])})
	}
	return all
}

func addrPort(ip net.IP, port uint16) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a, port)
}

// listProc reads the files of /proc/net. A kernel without IPv6 has not all of
// them.
func listProc(most int) (all []listed, err error) {
	for _, f := range []struct {
		name  string
		proto uint8
	}{{"tcp", tcp}, {"tcp6", tcp}, {"udp", udp}, {"udp6", udp}} {
		all, err = appendProc(all, "/proc/self/net/"+f.name, f.proto, most)
		if err != nil && (!errors.Is(err, os.ErrNotExist) || f.name == "tcp") {
			return nil, err
		}
	}
	return all, nil
}

func appendProc(all []listed, name string, proto uint8, most int) ([]listed, error) {
	f, err := os.Open(name)
	if err != nil {
		return all, err
	}
	defer f.Close()
	return appendNet(all, f, proto, most)
}

// appendNet reads one of the files of /proc/net, line by line.
func appendNet(all []listed, r io.Reader, proto uint8, most int) ([]listed, error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() && len(all) < most {
		if s, ok := parseNet(lines.Bytes(), proto); ok {
			all = append(all, s)
		}
	}
	return all, lines.Err()
}
