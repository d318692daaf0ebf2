package process

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

// rawEvent is an event as bpf/sockets.c writes it, of a family.
func rawEvent(family uint16, kind uint16) []byte {
	b := make([]byte, eventSize)
	le := binary.LittleEndian
	le.PutUint64(b, 1000)
	le.PutUint64(b[8:], 0xc00c1e)
	le.PutUint64(b[16:], 900)
	le.PutUint64(b[24:], 77)
	le.PutUint64(b[32:], 1<<40)
	le.PutUint32(b[40:], 0x800001)
	le.PutUint32(b[44:], 4711)
	le.PutUint32(b[48:], 1)
	le.PutUint32(b[52:], 1000)
	copy(b[56:], "curl")
	copy(b[72:], "sixteen letters!")
	copy(b[88:], []byte{0x20, 1, 0x0d, 0xb8, 15: 1})
	copy(b[104:], []byte{0x20, 1, 0x0d, 0xb8, 15: 2})
	le.PutUint16(b[120:], 50000)
	le.PutUint16(b[122:], 443)
	le.PutUint16(b[124:], family)
	b[126] = tcp
	le.PutUint64(b[128:], 5)
	le.PutUint32(b[136:], 4026531840)
	le.PutUint16(b[140:], kind)
	le.PutUint16(b[142:], 1)
	return b
}

func TestParseEvent(t *testing.T) {
	e, ok := parseEvent(rawEvent(familyIPv6, evOpen))
	want := event{
		at: 1000, cookie: 0xc00c1e, lost: 5, ns: 4026531840, kind: evOpen, final: true,
		who:  owner{start: 900, cgroup: 77, exe: inode{0x800001, 1 << 40}, pid: 4711, parent: 1, uid: 1000, name: "curl", parentName: "sixteen letters!"},
		ends: ends{tcp, netip.MustParseAddrPort("[2001:db8::1]:50000"), netip.MustParseAddrPort("[2001:db8::2]:443")},
	}
	if !ok || e != want {
		t.Errorf("got  %+v, %v\nwant %+v", e, ok, want)
	}
	for _, tc := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"IPv4 in the first bytes", rawEvent(familyIPv4, evOpen), "32.1.13.184:50000 32.1.13.184:443"},
		{"a process without a socket", rawEvent(0, evProcess), "invalid AddrPort invalid AddrPort"},
		{"a socket of another family", rawEvent(1, evOpen), ""},
		{"cut off", rawEvent(familyIPv4, evOpen)[:eventSize-1], ""},
		{"nothing", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, ok := parseEvent(tc.raw)
			if got := e.ends.local.String() + " " + e.ends.remote.String(); ok != (tc.want != "") || ok && got != tc.want {
				t.Errorf("got %s, %v", got, ok)
			}
		})
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(rawEvent(familyIPv4, evOpen))
	f.Add(rawEvent(familyIPv6, evClosed))
	f.Add(rawEvent(0, evProcess))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, ok := parseEvent(b)
		if ok && e.kind != evProcess && (!e.ends.local.IsValid() || e.ends.local.Addr().Is4In6()) || len(e.who.name) > 16 {
			t.Errorf("%+v", e)
		}
	})
}
