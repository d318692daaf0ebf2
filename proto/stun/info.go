package stun

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"joy/feature"
)

// Info has what each side sent in the first 32 messages.
type Info struct {
	// What the side that opened the flow sent; absent for nothing.
	Out *Side `json:"out,omitempty"`
	// What the other side sent; absent for nothing.
	In *Side `json:"in,omitempty"`
}

// A Side is what one side sent. Of an attribute that comes several times the
// first one is reported; what there is not is absent.
type Side struct {
	// Methods with their classes in the order of their first message, each once, such
	// as "binding request". Source: RFC 8489 section 5, RFC 8656 section 17.
	Methods []Method `json:"methods"`
	// The messages have no magic cookie. Source: RFC 3489.
	Classic bool `json:"classic,omitempty"`
	// Address and port of the receiver as the sender sees it. Source: RFC 8489
	// section 14.1.
	Mapped *Address `json:"mapped,omitempty"`
	// Address of a TURN relay. Source: RFC 8656 section 18.5.
	Relayed *Address `json:"relayed,omitempty"`
	// Peer behind a TURN relay. Source: RFC 8656 section 18.3.
	Peer *Address `json:"peer,omitempty"`
	// Software of the sender, at most 128 bytes.
	Software feature.Text `json:"software,omitempty"`
	// Realm of the credentials, at most 128 bytes.
	Realm feature.Text `json:"realm,omitempty"`
	// User, as digest unless secrets=1.
	User feature.Text `json:"user,omitempty"`
	// Error code, such as 401; absent for none.
	Error uint16 `json:"error,omitempty"`
	// The sender leads the choice of addresses (ICE). Source: RFC 8445 section 7.1.
	Controlling bool `json:"ice_controlling,omitempty"`
	// The sender follows it.
	Controlled bool `json:"ice_controlled,omitempty"`
	// The sender has chosen this pair of addresses.
	UseCandidate bool `json:"ice_use_candidate,omitempty"`
	// Request is the first request or indication, from its header to its end: of it
	// fingerprints are made. Nil for none.
	Request []byte `json:"-"`
}

// An Address is an address with a port.
type Address struct {
	// The address.
	IP feature.Addr `json:"ip"`
	// The port.
	Port uint16 `json:"port"`
}

// A Method is a method and a class, as in the type of a message.
type Method struct {
	Number uint16
	Class  uint16
}

var methods = [...]string{
	1: "binding", 2: "shared_secret", 3: "allocate", 4: "refresh", 6: "send", 7: "data", 8: "create_permission",
	9: "channel_bind", 10: "connect", 11: "connection_bind", 12: "connection_attempt",
}

var classes = [...]string{" request", " indication", " success", " error"}

// AppendJSON appends the names, or the number of the method and the name of the
// class, as a JSON string.
func (m Method) AppendJSON(b []byte) []byte {
	b = append(b, '"')
	if int(m.Number) < len(methods) && methods[m.Number] != "" {
		b = append(b, methods[m.Number]...)
	} else {
		b = strconv.AppendUint(b, uint64(m.Number), 10)
	}
	return append(append(b, classes[m.Class&3]...), '"')
}

func (s *Side) add(method, class uint16) {
	for _, m := range s.Methods {
		if m == (Method{method, class}) {
			return
		}
	}
	s.Methods = append(s.Methods, Method{method, class}) // at most maxCount
}

// setAddress reads an address; id is what an XOR-ed one is mixed with: magic
// cookie and transaction (RFC 8489 section 14.2).
func setAddress(a **Address, v, id []byte) {
	if *a != nil || len(v) < 8 || v[1] == 1 && len(v) != 8 || v[1] == 2 && len(v) != 20 || v[1] != 1 && v[1] != 2 {
		return
	}
	var ip [16]byte
	n := copy(ip[:], v[4:])
	port := binary.BigEndian.Uint16(v[2:])
	if id != nil {
		port ^= binary.BigEndian.Uint16(id)
		for i := range n {
			ip[i] ^= id[i]
		}
	}
	addr, _ := netip.AddrFromSlice(ip[:n])
	*a = &Address{IP: feature.Addr{IP: addr}, Port: port}
}
