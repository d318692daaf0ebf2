package afpacket

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Interfaces lists what can be captured from, in the order of the system.
func Interfaces() ([]Interface, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list of interfaces: %w", err)
	}
	ctl, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("list of interfaces: %w", os.NewSyscallError("socket", err))
	}
	defer func() { _ = unix.Close(ctl) }()
	var out []Interface
	for _, l := range list {
		h, err := ask(ctl, l.Name)
		if err != nil {
			continue // it went away since
		}
		i := Interface{
			Name: l.Name, Index: l.Index, Up: h.up(), Loopback: h.loopback(),
			MAC: l.HardwareAddr.String(), MTU: l.MTU, Link: h.link(), Addresses: addresses(l),
		}
		i.Usable = i.Up && !i.Loopback && len(i.Addresses) > 0
		out = append(out, i)
	}
	if i := chosen(out, defaultRoutes()); i >= 0 {
		out[i].Auto = true
	}
	return out, nil
}

func addresses(i net.Interface) (out []netip.Prefix) {
	list, err := i.Addrs()
	if err != nil {
		return nil
	}
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// chosen is the place of the interface that Auto stands for: the one of the
// best default route, or else the first usable one; -1 if there is none.
func chosen(list []Interface, routes []string) int {
	for _, name := range routes {
		if i := slices.IndexFunc(list, func(i Interface) bool { return i.Usable && i.Name == name }); i >= 0 {
			return i
		}
	}
	return slices.IndexFunc(list, func(i Interface) bool { return i.Usable })
}

// resolve puts the interface that it stands for in place of Auto.
func resolve(names []string) ([]string, error) {
	i := slices.Index(names, Auto)
	if i < 0 {
		return names, nil
	}
	list, err := Interfaces()
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(list, func(i Interface) bool { return i.Auto })
	if n < 0 {
		return nil, errors.New("capture: there is no interface to choose: none is up, has an address and is not loopback")
	}
	names = slices.Clone(names)
	names[i] = list[n].Name
	if slices.Index(names, names[i]) != i || slices.Contains(names[i+1:], names[i]) {
		return nil, fmt.Errorf("capture: interface %s is named beside %s, which stands for it", names[i], Auto)
	}
	return names, nil
}

// A route is a default route.
type route struct {
	device string
	metric uint64
}

// defaultRoutes are the interfaces of the default routes, the best one first:
// those of IPv4, then those of IPv6.
func defaultRoutes() []string {
	var names []string
	for _, f := range []struct {
		path string
		read func(io.Reader) []route
	}{{"route", routes4}, {"ipv6_route", routes6}} {
		file, err := os.Open("/proc/thread-self/net/" + f.path)
		if err != nil {
			continue // no IPv6, or no /proc: the first usable interface will do
		}
		list := f.read(file)
		file.Close()
		slices.SortStableFunc(list, func(a, b route) int { return int(min(a.metric, 1<<31)) - int(min(b.metric, 1<<31)) })
		for _, r := range list {
			names = append(names, r.device)
		}
	}
	return names
}

// routes4 reads /proc/net/route: name, destination, gateway, flags, references,
// use, metric, mask, ... in columns; addresses are hexadecimal.
func routes4(r io.Reader) (out []route) {
	for in := bufio.NewScanner(r); in.Scan(); {
		f := strings.Fields(in.Text())
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		if metric, err := strconv.ParseUint(f[6], 10, 32); err == nil {
			out = append(out, route{f[0], metric})
		}
	}
	return out
}

// routes6 reads /proc/net/ipv6_route: destination, its prefix length, source,
// its prefix length, next hop, metric, ..., name; all numbers are hexadecimal.
func routes6(r io.Reader) (out []route) {
	for in := bufio.NewScanner(r); in.Scan(); {
		f := strings.Fields(in.Text())
		if len(f) < 10 || f[1] != "00" || strings.Trim(f[0], "0") != "" {
			continue
		}
		if metric, err := strconv.ParseUint(f[5], 16, 32); err == nil {
			out = append(out, route{f[9], metric})
		}
	}
	return out
}
