package network_test

import (
	"net/netip"
	"testing"

	"joy/detect/network"
)

func TestInternal(t *testing.T) {
	private := network.New(nil)
	own := network.New([]netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")})
	for addr, want := range map[string][2]bool{
		"10.1.2.3": {true, false}, "172.31.0.1": {true, false}, "172.32.0.1": {false, false}, "198.51.100.7": {false, true},
		"fe80::1%eth0": {true, false}, "fd00::1": {true, false}, "2001:db8::1": {false, false}, "::ffff:10.0.0.1": {true, false}, "127.0.0.1": {true, true}, "::1": {true, true},
	} {
		a := netip.MustParseAddr(addr)
		if got := [2]bool{private.Internal(a), own.Internal(a)}; got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	if private.Internal(netip.Addr{}) {
		t.Error("no address is internal")
	}
}

func TestGroup(t *testing.T) {
	n := network.New(nil)
	for addr, want := range map[string]bool{
		"224.0.0.251": true, "ff02::1": true, "255.255.255.255": true, "10.0.0.255": true, "198.51.100.255": false, "10.0.0.1": false,
	} {
		if n.Group(netip.MustParseAddr(addr)) != want {
			t.Error(addr)
		}
	}
}

func TestBogons(t *testing.T) {
	n := len(network.New(nil).Bogons())
	if own := network.New([]netip.Prefix{netip.MustParsePrefix("240.0.0.0/4")}); n < 7 || len(own.Bogons()) != n-1 {
		t.Errorf("%d bogons, %d", n, len(own.Bogons()))
	}
	for _, b := range network.New(nil).Bogons() {
		if b.Why == "" || b.Prefix != b.Prefix.Masked() {
			t.Errorf("%+v", b)
		}
	}
}

func TestParsePrefix(t *testing.T) {
	for text, want := range map[string]string{"10.1.2.3/8": "10.0.0.0/8", "2001:db8::1": "2001:db8::1/128"} {
		if p, err := network.ParsePrefix(text); err != nil || p.String() != want {
			t.Errorf("%s: %v %v", text, p, err)
		}
	}
	if _, err := network.ParsePrefix("x"); err == nil {
		t.Error("x is a subnet")
	}
}
