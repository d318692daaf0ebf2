//go:build linux

package afpacket

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"joy/capture/filter"
)

func TestFilter(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	sent := [][]byte{packet(1, 1, 100), tagged(packet(2, 2, 100), 0x81000007), packet(3, 3, 100)}
	tests := []struct {
		what string
		code func(link uint16) ([]filter.Instruction, error)
		want [][]byte
		warn string
	}{
		{"one passes", func(link uint16) ([]filter.Instruction, error) {
			p, err := filter.Compile("vlan 7 and udp", link, filter.Options{Live: true})
			if err != nil {
				return nil, err
			}
			return p.Instructions(), nil
		}, sent[1:2], ""},
		{"no filter", func(uint16) ([]filter.Instruction, error) { return nil, nil }, sent, ""},
		{"a filter that cannot be made", func(uint16) ([]filter.Instruction, error) { return nil, errors.New("too hard") }, sent, "too hard"},
		{"a filter that the kernel refuses", func(uint16) ([]filter.Instruction, error) {
			return []filter.Instruction{{Op: 0xffff}}, nil
		}, sent, "SO_ATTACH_FILTER"},
		{"a filter that is too long", func(uint16) ([]filter.Instruction, error) {
			return make([]filter.Instruction, 5000), nil
		}, sent, "5000 instructions"},
	}
	for _, tt := range tests {
		for _, rings := range []int{1, 2} {
			var told notes
			s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Rings: rings, Promisc: true, Filter: tt.code, Warn: told.warn})
			newSender(t, "a0", "a1").send(sent...)
			got := receive(t, s, len(tt.want))
			compare(t, got, tt.want)
			last(t, s, got[len(got)-1])
			if text := strings.Join(told.text, "\n"); (text == "") != (tt.warn == "") || !strings.Contains(text, tt.warn) {
				t.Errorf("%s: told %q", tt.what, text)
			}
		}
	}
}

// TestFilterLinkTypes filters what has no Ethernet header.
func TestFilterLinkTypes(t *testing.T) {
	for arphrd, expr := range map[int]string{
		unix.ARPHRD_NONE: "udp src port 1025 and len = 86 and inbound",
		unix.ARPHRD_PPP:  "udp src port 1025 and len = 106 and inbound and ip[8] = 64 and ip[ip[8] - 64] = 0x45",
	} {
		newNetwork(t)
		device := tun(t, "t0", arphrd)
		compile := func(link uint16) ([]filter.Instruction, error) {
			p, err := filter.Compile(expr, link, filter.Options{Live: true})
			if err != nil {
				return nil, err
			}
			return p.Instructions(), nil
		}
		s := open(t, Options{Interfaces: []string{"t0"}, RingSize: 2 << 20, Filter: compile, Warn: func(m string) { t.Error(m) }})
		for _, flow := range []uint32{2, 1, 3} {
			if _, err := device.Write(packet(flow, 1, 100)[14:]); err != nil {
				t.Fatal(err)
			}
		}
		f := receive(t, s, 1)[0]
		if !bytes.HasSuffix(f.Data, packet(1, 1, 100)[14:]) {
			t.Errorf("type %d: %x passed", arphrd, f.Data)
		}
		last(t, s, f)
	}
}

// TestSetFilter changes the filter on the way.
func TestSetFilter(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	only := func(expr string) func(uint16) ([]filter.Instruction, error) {
		return func(link uint16) ([]filter.Instruction, error) {
			p, err := filter.Compile(expr, link, filter.Options{Live: true})
			if err != nil {
				return nil, err
			}
			return p.Instructions(), nil
		}
	}
	var told notes
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Rings: 2, Promisc: true, Filter: only("port 1025"), Warn: told.warn})
	from := newSender(t, "a0", "a1")
	sent := [][]byte{packet(1, 1, 100), packet(2, 2, 100)}
	for i, f := range []func(uint16) ([]filter.Instruction, error){only("port 1025"), only("port 1026"), nil, only("port")} {
		if err := s.SetFilter(f); err != nil {
			t.Fatal(err)
		}
		from.send(sent...)
		want := [][][]byte{sent[:1], sent[1:], sent, sent}[i]
		got := receive(t, s, len(want))
		compare(t, got, want)
		last(t, s, got[len(got)-1])
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.SetFilter(nil); err != nil {
		t.Errorf("behind Close: %v", err)
	}
	if len(told.text) != 1 || !strings.Contains(told.text[0], "unfiltered") {
		t.Errorf("told %q", told.text)
	}
}
