package upload

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// A target is where files go: a directory on a host, as an account there.
type target struct {
	user string
	host string // a name in lower case, as in known_hosts, or an address
	port string
	dir  string // relative to the account's home unless it begins with /
}

// sshPort is the port unless the target says another.
const sshPort = "22"

// parseTarget reads USER@HOST[:PORT]:PATH. An IPv6 address stands in brackets;
// a number between two colons is a port, never the begin of the path.
func parseTarget(text string) (target, error) {
	if strings.ContainsFunc(text, isControl) {
		return target{}, errors.New("it has a control character")
	}
	head, _, _ := strings.Cut(text, ":")
	at := strings.LastIndexByte(head, '@') // an account can have one in its name
	if at <= 0 {
		return target{}, errors.New("it has to be USER@HOST:PATH or USER@HOST:PORT:PATH")
	}
	t := target{user: text[:at], port: sshPort}
	host, rest, err := cutHost(text[at+1:])
	if err != nil {
		return target{}, err
	}
	t.host = strings.ToLower(host)
	if port, dir, ok := strings.Cut(rest, ":"); ok && isNumber(port) {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return target{}, fmt.Errorf("port %s: it has to be from 1 to 65535", port)
		}
		t.port, rest = strconv.FormatUint(n, 10), dir
	}
	t.dir = strings.TrimPrefix(rest, "~/") // SFTP begins there, and knows no ~
	if t.dir == "" || t.dir == "~" {
		t.dir = "."
	}
	return t, nil
}

// cutHost parts HOST:REST.
func cutHost(text string) (host, rest string, err error) {
	if inner, ok := strings.CutPrefix(text, "["); ok {
		host, rest, ok = strings.Cut(inner, "]:")
		if !ok {
			return "", "", errors.New("a [ without ]: behind it")
		}
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return "", "", fmt.Errorf("[%s] is not an IPv6 address", host)
		}
		return host, rest, nil
	}
	if i := strings.LastIndexByte(text, ':'); i > 0 {
		if a, err := netip.ParseAddr(text[:i]); err == nil && a.Is6() {
			return "", "", fmt.Errorf("an IPv6 address needs brackets: [%s]", text[:i])
		}
	}
	host, rest, ok := strings.Cut(text, ":")
	switch {
	case !ok:
		return "", "", errors.New("there is no : between host and path")
	case host == "":
		return "", "", errors.New("there is no host")
	case strings.ContainsAny(host, "/[] ,*?!|"):
		return "", "", fmt.Errorf("%s is not the name of a host", host)
	}
	return host, rest, nil
}

// addr is what is dialed, and what known_hosts is asked for.
func (t *target) addr() string { return net.JoinHostPort(t.host, t.port) }

// String is the target as a user may write it.
func (t *target) String() string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.port != sshPort || isNumberColon(t.dir) {
		host += ":" + t.port
	}
	dir := t.dir
	if strings.HasPrefix(dir, "~/") {
		dir = "~/" + dir
	}
	return t.user + "@" + host + ":" + dir
}

func isNumberColon(path string) bool {
	head, _, ok := strings.Cut(path, ":")
	return ok && isNumber(head)
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }
