//go:build linux

package afpacket

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"joy/capture"
)

func TestChosen(t *testing.T) {
	list := []Interface{{Name: "lo"}, {Name: "eth0", Usable: true}, {Name: "eth1", Usable: true}, {Name: "eth2"}}
	tests := []struct {
		what   string
		list   []Interface
		routes []string
		want   int
	}{
		{"that of the default route", list, []string{"eth1", "eth0"}, 2},
		{"a default route through what is not usable", list, []string{"eth2", "gone", "eth1"}, 2},
		{"the first usable one without a route", list, nil, 1},
		{"none is usable", list[:1], []string{"lo"}, -1},
	}
	for _, tt := range tests {
		if got := chosen(tt.list, tt.routes); got != tt.want {
			t.Errorf("%s: %d", tt.what, got)
		}
	}
}

func TestRoutes(t *testing.T) {
	const four = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
		"eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n" +
		"eth1\t00000000\t010200C0\t0003\t0\t0\t50\t000000FF\t0\t0\t0\n" +
		"eth2\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n" +
		"eth3\t00000000\t010200C0\t0003\t0\t0\t7\t00000000\t0\t0\t0\n" +
		"short\t00000000\n"
	if got := routes4(strings.NewReader(four)); !slices.Equal(got, []route{{"eth0", 100}, {"eth3", 7}}) {
		t.Errorf("IPv4: %v", got)
	}
	const zero = "00000000000000000000000000000000"
	const six = zero + " 00 " + zero + " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n" +
		"fd000000000000000000000000000000 40 " + zero + " 00 " + zero + " 00000100 00000001 00000000 00000001     eth1\n" +
		zero + " 00 " + zero + " 00 " + zero + " ffffffff 00000001 00000000 00200200       lo\n" +
		zero + " 80 " + zero + " 00 " + zero + " 00000000 00000001 00000000 00200200       lo\nshort\n"
	if got := routes6(strings.NewReader(six)); !slices.Equal(got, []route{{"eth0", 1024}, {"lo", 1<<32 - 1}}) {
		t.Errorf("IPv6: %v", got)
	}
}

func TestInterfaces(t *testing.T) {
	newNetwork(t)
	if _, err := resolve([]string{Auto}); err == nil || !strings.Contains(err.Error(), "none is up") {
		t.Errorf("without interfaces: %v", err)
	}
	cable(t, "a0", "a1")
	cable(t, "b0", "b1")
	ip(t, "addr add 192.0.2.1/24 dev a1")
	ip(t, "addr add 198.51.100.1/24 dev b1")
	ip(t, "link set b0 down")
	if got, err := resolve([]string{"b0", Auto}); err != nil || !slices.Equal(got, []string{"b0", "a1"}) && !slices.Equal(got, []string{"b0", "b1"}) {
		t.Errorf("without a default route: %v, %v", got, err)
	}
	ip(t, "route add default via 198.51.100.2 metric 20")
	ip(t, "route add default via 192.0.2.2 metric 10")
	tun(t, "t0", unix.ARPHRD_NONE)
	list, err := Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Interface{}
	for _, i := range list {
		by[i.Name] = i
	}
	a := by["a1"]
	if !a.Up || !a.Usable || !a.Auto || a.Loopback || a.MTU != 9000 || a.Link != capture.LinkEthernet || len(a.MAC) != 17 ||
		!slices.Equal(a.Addresses, []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}) {
		t.Errorf("%+v", a)
	}
	if b := by["b1"]; !b.Usable || b.Auto {
		t.Errorf("%+v", b)
	}
	if b := by["b0"]; b.Up || b.Usable {
		t.Errorf("%+v", b)
	}
	if lo := by["lo"]; !lo.Loopback || lo.Up || lo.Usable || lo.MAC != "" {
		t.Errorf("%+v", lo)
	}
	if tunnel := by["t0"]; tunnel.Link != capture.LinkRaw || tunnel.Usable {
		t.Errorf("%+v", tunnel)
	}
	ip(t, "route add default via 198.51.100.2 metric 5")
	if got, err := resolve([]string{Auto}); err != nil || !slices.Equal(got, []string{"b1"}) {
		t.Errorf("with a better default route: %v, %v", got, err)
	}
	if _, err := resolve([]string{Auto, "b1"}); err == nil {
		t.Error("an interface is captured from twice")
	}
}

func TestOpenRefuses(t *testing.T) {
	newNetwork(t)
	tests := []struct {
		what string
		o    Options
		want string
	}{
		{"no interface", Options{}, "no interface"},
		{"one that is not there", Options{Interfaces: []string{"nope0"}}, "capture from nope0: there is no such interface"},
		{"a name that none can have", Options{Interfaces: []string{strings.Repeat("x", 40)}}, "no such interface"},
		{"one twice", Options{Interfaces: []string{"lo", "lo"}}, "named twice"},
		{"too many rings", Options{Interfaces: []string{"lo"}, Rings: 65}, "65 rings"},
		{"a small ring", Options{Interfaces: []string{"lo"}, RingSize: 4096}, "4096 bytes"},
		{"a long timeout", Options{Interfaces: []string{"lo"}, BlockTimeout: time.Hour}, "1h0m0s"},
		{"short frames", Options{Interfaces: []string{"lo"}, Snap: 10}, "10 bytes of a frame"},
		{"auto without interfaces", Options{Interfaces: []string{Auto}}, "no interface to choose"},
	}
	for _, tt := range tests {
		if s, err := Open(tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v", tt.what, s, err)
		}
	}
}

// TestOpenWithoutRights wants to be told what is missing.
func TestOpenWithoutRights(t *testing.T) {
	newNetwork(t)
	var hdr unix.CapUserHeader
	var data [2]unix.CapUserData
	hdr.Version = unix.LINUX_CAPABILITY_VERSION_3
	if err := unix.Capset(&hdr, &data[0]); err != nil { // of this thread, which ends with the test
		t.Skipf("capabilities cannot be dropped: %v", err)
	}
	if _, err := Open(Options{Interfaces: []string{"lo"}}); err == nil || !strings.Contains(err.Error(), "CAP_NET_RAW") {
		t.Errorf("%v", err)
	}
}
