package process

import (
	"encoding/binary"
	"net/netip"
	"strings"
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

// rawProgram is a struct program as bpf/sockets.c writes it.
func rawProgram(path string) []byte {
	b := append(rawEvent(familyIPv4, evOpen)[16:16+ownerSize], make([]byte, programSize-ownerSize)...)
	binary.LittleEndian.PutUint32(b[ownerSize:], uint32(maxPath-len(path)))
	copy(b[ownerSize+8+maxPath-len(path):], path)
	return b
}

func TestParseProgram(t *testing.T) {
	for _, want := range []string{"/usr/bin/curl", "", "/" + strings.Repeat("a", maxPath-1)} {
		raw := rawProgram(want)
		if o, path := parseProgram(raw); !isProgram(raw) || path != want || o.pid != 4711 || o.parentName != "sixteen letters!" {
			t.Errorf("got %+v, %q; want %q", o, path, want)
		}
	}
	raw := rawProgram("/x")
	binary.LittleEndian.PutUint32(raw[ownerSize:], 1<<32-1)
	if _, path := parseProgram(raw); path != "" {
		t.Errorf("got %q from behind the end", path)
	}
	if isProgram(rawEvent(familyIPv4, evOpen)) {
		t.Error("an event is taken for a program")
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(rawEvent(familyIPv4, evOpen))
	f.Add(rawEvent(familyIPv6, evClosed))
	f.Add(rawProgram("/usr/bin/curl"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if isProgram(b) {
			if o, path := parseProgram(b); len(path) > maxPath || len(o.name) > 16 {
				t.Errorf("%+v, %q", o, path)
			}
		}
		e, ok := parseEvent(b)
		if ok && (!e.ends.local.IsValid() || e.ends.local.Addr().Is4In6()) || len(e.who.name) > 16 {
			t.Errorf("%+v", e)
		}
	})
}
