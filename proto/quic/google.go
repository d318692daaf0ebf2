package quic

import (
	"bytes"
	"encoding/binary"
)

// Flags of the first byte of Google's packets up to Q043, and where the fields
// behind it are.
const (
	flagVersion = 0x01
	flagReset   = 0x02
	flagID      = 0x08
	publicFlags = 0x80 | flagVersion | flagReset | flagID
	versionAt   = 9 // with an id of 8 bytes
	behind      = 13
)

// A public header is that of Google's versions up to Q043.
type publicHeader struct {
	version uint32
	id      []byte
	rest    []byte
}

// parsePublic reads a public header with a version.
func parsePublic(b []byte) (h publicHeader, ok bool) {
	if len(b) < behind+1 || b[0]&publicFlags != flagVersion|flagID || b[versionAt] != 'Q' {
		return h, false
	}
	h = publicHeader{binary.BigEndian.Uint32(b[versionAt:]), b[1:versionAt], b[behind:]}
	n := googleNumber(h.version)
	return h, n > 0 && n < longQ
}

// isVersions reports whether all of a packet is versions of Google's, as a
// server sends them that does not know the one of the client.
func isVersions(b []byte) bool {
	for ; len(b) >= 4; b = b[4:] {
		if v := binary.BigEndian.Uint32(b); v>>16 != 'Q'<<8|'0' && v>>16 != 'T'<<8|'0' && nameOf(v) == "" {
			return false
		}
	}
	return len(b) == 0
}

// plausible reports whether what follows a header of Google's is a CHLO, or a
// list of versions.
func plausible(b []byte) bool {
	if _, _, ok := findHello(b); ok {
		return true
	}
	return len(b) >= 4 && len(b)%4 == 0 && isVersions(b)
}

// helloWithin is where a CHLO has to begin behind the header: packet number,
// hash, an ACK and the header of the frame come before it.
const helloWithin = 96

// findHello looks for a CHLO in a packet that is not encrypted.
func findHello(b []byte) (name, agent []byte, ok bool) {
	i := bytes.Index(b[:min(len(b), helloWithin)], []byte("CHLO"))
	if i < 0 {
		return nil, nil, false
	}
	return parseHello(b[i:])
}

const (
	maxTags = 128
	tagName = 'S' | 'N'<<8 | 'I'<<16
	tagUser = 'U' | 'A'<<8 | 'I'<<16 | 'D'<<24
)

// parseHello reads a CHLO of QUIC Crypto: a number of tags, each with the end of
// its value, and the values; all in little endian. What it returns is borrowed.
func parseHello(b []byte) (name, agent []byte, ok bool) {
	if len(b) < 8 || string(b[:4]) != "CHLO" {
		return nil, nil, false
	}
	n := int(binary.LittleEndian.Uint16(b[4:]))
	if n == 0 || n > maxTags || 8+8*n > len(b) {
		return nil, nil, false
	}
	tags, values := b[8:8+8*n], b[8+8*n:]
	for from := uint32(0); len(tags) > 0; tags = tags[8:] {
		tag, to := binary.LittleEndian.Uint32(tags), binary.LittleEndian.Uint32(tags[4:])
		if to < from {
			return nil, nil, false
		}
		if uint64(to) > uint64(len(values)) {
			break // the packet was cut
		}
		switch tag {
		case tagName:
			name = values[from:to]
		case tagUser:
			agent = values[from:to]
		}
		from = to
	}
	return name, agent, true
}
