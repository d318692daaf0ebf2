package quic

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"unicode"

	"joy/feature"
	"joy/feature/featuretest"
)

// The functions here make packets byte by byte, and encrypt them.

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func u16(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }
func u24(n int) string { return string([]byte{byte(n >> 16), byte(n >> 8), byte(n)}) }

// vint is a number of two bytes.
func vint(n int) string { return u16(n | 0x4000) }

// A packetizer makes the Initial packets of a connection.
type packetizer struct {
	version    uint32
	origin     string // the id from which the keys come
	role       role
	dcid, scid string
	token      string
	greased    bool // the fixed bit is 0
	number     int  // of the next packet
	damaged    bool
}

// bits are those for the type of a packet, in the first byte.
func (p *packetizer) bits(k kind) byte {
	if d := dialectOf(p.version); d.second {
		k = (k + 1) & 3
	}
	first := byte(0xc0)
	if p.greased {
		first = 0x80
	}
	return first | byte(k)<<4
}

func (p *packetizer) ids() string {
	v := binary.BigEndian.AppendUint32(nil, p.version)
	if dialectOf(p.version).nibbles {
		return string(v) + string([]byte{byte(len(p.dcid)-3)<<4 | byte(max(len(p.scid), 3)-3)}) + p.dcid + p.scid
	}
	return string(v) + string([]byte{byte(len(p.dcid))}) + p.dcid + string([]byte{byte(len(p.scid))}) + p.scid
}

// initial is the next Initial packet; its number takes n bytes.
func (p *packetizer) initial(n int, frames ...string) string {
	payload := strings.Join(frames, "")
	payload += strings.Repeat("\x00", max(0, 4-len(payload)))
	head := string([]byte{p.bits(initial) | byte(n-1)}) + p.ids() + vint(len(p.token)) + p.token + vint(n+len(payload)+tagLen)
	if p.token == "" {
		head = strings.Replace(head, p.ids()+"\x40\x00", p.ids()+"\x00", 1)
	}
	number := u24(p.number >> 8)[:2] + u16(p.number)
	number = number[4-n:]
	p.number++
	b := p.seal(head, number, payload)
	if p.damaged {
		b[len(b)-1] ^= 1
	}
	return string(b)
}

func (p *packetizer) seal(head, number, payload string) []byte {
	s := secrets{dialect: dialectOf(p.version), version: p.version}
	s.cid.set([]byte(p.origin))
	k := s.derive(p.role)
	nonce := k.iv
	var full uint64
	for i := range number {
		full = full<<8 | uint64(number[i])
	}
	tail := binary.BigEndian.Uint64(nonce[4:]) ^ full
	binary.BigEndian.PutUint64(nonce[4:], tail)
	b := []byte(head + number)
	at := len(head)
	b = k.packet.Seal(b, nonce[:], []byte(payload), b)
	mask := make([]byte, 16)
	k.header.Encrypt(mask, b[at+4:at+20])
	b[0] ^= mask[0] & 0x0f
	for i := range number {
		b[at+i] ^= mask[1+i]
	}
	return b
}

// other is a packet of another kind, with noise in it.
func (p *packetizer) other(k kind) string {
	return string([]byte{p.bits(k)}) + p.ids() + vint(40) + strings.Repeat("~", 40)
}

func (p *packetizer) retry(token string) string {
	return string([]byte{p.bits(retry)}) + p.ids() + token + strings.Repeat("T", tagLen)
}

func negotiate(dcid, scid string, versions ...uint32) string {
	s := "\x80\x00\x00\x00\x00" + string([]byte{byte(len(dcid))}) + dcid + string([]byte{byte(len(scid))}) + scid
	for _, v := range versions {
		s += string(binary.BigEndian.AppendUint32(nil, v))
	}
	return s
}

// crypto is a CRYPTO frame with the bytes of a message from one place on to
// another.
func crypto(msg string, from, to int) string {
	return "\x06" + vint(from) + vint(to-from) + msg[from:to]
}

func whole(msg string) string { return crypto(msg, 0, len(msg)) }

const ack = "\x02\x05\x40\x64\x01\x02\x03\x01"

const (
	origin   = "original"
	chosen   = "serverid"
	clientID = "cli"
)

// clientHello has a name, protocols, a version and transport parameters, and is
// made longer by padding.
func clientHello(params string, padding int) string {
	const name = "a.example"
	exts := "\x00\x00" + u16(len(name)+5) + u16(len(name)+3) + "\x00" + u16(len(name)) + name +
		"\x00\x10\x00\x05\x00\x03\x02h3" + "\x00\x2b\x00\x03\x02\x03\x04" +
		"\x00\x39" + u16(len(params)) + params +
		"\x00\x15" + u16(padding) + strings.Repeat("\x00", padding)
	body := "\x03\x03" + strings.Repeat("C", 32) + "\x00" + "\x00\x02\x13\x01" + "\x01\x00" + u16(len(exts)) + exts
	return "\x01" + u24(len(body)) + body
}

func serverHello(random string) string {
	exts := "\x00\x2b\x00\x02\x03\x04"
	body := "\x03\x03" + random + "\x00" + "\x13\x01" + "\x00" + u16(len(exts)) + exts
	return "\x02" + u24(len(body)) + body
}

var (
	plainRandom = strings.Repeat("S", 32)
	retryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
)

// params are numbers, GREASE, bytes, versions, and one that nobody knows.
const params = "\x01\x04\x80\x00\x75\x30" + "\x0f\x03cli" + "\x1b\x02xx" + "\x11\x08\x00\x00\x00\x01\x6b\x33\x43\xcf" + "\x71\x29\x01u"

// oldParams are some as the drafts up to 26 wrote them.
const oldParams = "\x00\x0c" + "\x00\x01\x00\x04\x80\x00\x75\x30" + "\x00\x0c\x00\x00"

func ends(version uint32) (c, s *packetizer) {
	c = &packetizer{version: version, origin: origin, role: client, dcid: origin, scid: clientID + "id"}
	s = &packetizer{version: version, origin: origin, role: server, dcid: clientID + "id", scid: chosen}
	return c, s
}

// udp makes a session of datagrams; those that begin with < are of the server.
func udp(name string, datagrams ...string) featuretest.Session {
	s := featuretest.Session{Name: name, Over: feature.UDP, Ports: [2]uint16{40000, 443}}
	for i, d := range datagrams {
		c := feature.Chunk{Time: int64(i+1) * 1e6, Over: feature.UDP, Bytes: []byte(d[1:])}
		if d[0] == '<' {
			c.Dir = feature.In
		}
		s.Chunks = append(s.Chunks, c)
	}
	return s
}
