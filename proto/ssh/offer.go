package ssh

import (
	"bytes"
	"strings"

	"joy/feature"
	"joy/wire"
)

// The name lists of an offer, in their order (RFC 4253 section 7.1).
const (
	kexList = iota
	hostKeyList
	cEncryptionList
	sEncryptionList
	cMACList
	sMACList
	cCompList
	sCompList
	cLanguageList
	sLanguageList
	lists
)

// Names in the list of key exchange methods that are no methods (RFC 8308
// section 2.1, OpenSSH's PROTOCOL section 1.10).
const (
	extInfoClient = "ext-info-c"
	extInfoServer = "ext-info-s"
	strictClient  = "kex-strict-c-v00@openssh.com"
	strictServer  = "kex-strict-s-v00@openssh.com"
)

// An offer is a KEXINIT message.
type offer struct {
	cookie    []byte
	lists     [lists][]byte
	follows   bool
	malformed bool
}

// offer reads the KEXINIT of a stream, nil when there is none.
func (s *stream) offer() *offer {
	if s.kexInit.len == 0 {
		return nil
	}
	r := wire.NewReader(s.bytes(s.kexInit))
	o := &offer{cookie: r.Bytes(16)}
	for i := range o.lists {
		o.lists[i] = str(&r)
	}
	o.follows = r.Uint8() != 0
	o.malformed = r.Bad()
	return o
}

// whole reports whether there is an offer that can be read to its end.
func (o *offer) whole() bool { return o != nil && !o.malformed }

// str reads a string of SSH: a length of four bytes and the bytes.
func str(r *wire.Reader) []byte { return r.Bytes(int(r.Uint32())) }

// names gives the names of a list one after the other.
func names(list []byte) func(yield func([]byte) bool) {
	return bytes.SplitSeq(list, []byte(","))
}

func has(list []byte, name string) bool {
	for n := range names(list) {
		if string(n) == name {
			return true
		}
	}
	return false
}

func first(list []byte) []byte {
	name, _, _ := bytes.Cut(list, []byte(","))
	return name
}

// choose is the first name of the client that the server has too. (That a key
// exchange method may ask for a host key that can encrypt or sign is left out
// of account: every type in use can sign.)
func choose(client, server []byte) []byte {
	for n := range names(client) {
		switch string(n) {
		case "", extInfoClient, extInfoServer, strictClient, strictServer:
			continue
		}
		if has(server, string(n)) {
			return n
		}
	}
	return nil
}

// isWrong reports whether what follows an offer as a guess is ignored: the
// sides prefer different methods or host keys (RFC 4253 section 7).
func isWrong(o [2]*offer) bool {
	if !o[0].whole() || !o[1].whole() {
		return false
	}
	return !bytes.Equal(first(o[0].lists[kexList]), first(o[1].lists[kexList])) ||
		!bytes.Equal(first(o[0].lists[hostKeyList]), first(o[1].lists[hostKeyList]))
}

func (info *Info) negotiate(client, server *offer) {
	pick := func(i int) []byte { return choose(client.lists[i], server.lists[i]) }
	n := &Negotiated{
		Kex: pick(kexList), HostKey: pick(hostKeyList),
		CEncryption: pick(cEncryptionList), SEncryption: pick(sEncryptionList),
		CComp: pick(cCompList), SComp: pick(sCompList),
		StrictKex: has(client.lists[kexList], strictClient) && has(server.lists[kexList], strictServer),
	}
	if !authenticates(n.CEncryption) {
		n.CMAC = pick(cMACList)
	}
	if !authenticates(n.SEncryption) {
		n.SMAC = pick(sMACList)
	}
	info.Negotiated = n
	for _, s := range []*Side{info.Cli, info.Srv} {
		if s != nil {
			s.KexAlgo = n.Kex
		}
	}
}

// authenticates reports whether a cipher needs no message authentication beside
// it (RFC 5647, OpenSSH's PROTOCOL.chacha20poly1305).
func authenticates(cipher []byte) bool {
	c := strings.ToLower(string(cipher))
	return strings.Contains(c, "gcm") || strings.Contains(c, "poly1305")
}

// client tells which direction the client sends in. What only one side sends
// decides: names in offers, key exchange messages, lines before the version
// line. Without any of them it is the side that opened the flow.
func (p *Parser) client(offers [2]*offer) feature.Dir {
	for d := range p.dirs {
		me, other := feature.Dir(d), feature.Dir(1-d)
		if o := offers[d]; o != nil {
			kex := o.lists[kexList]
			if has(kex, extInfoClient) || has(kex, strictClient) {
				return me
			}
			if has(kex, extInfoServer) || has(kex, strictServer) {
				return other
			}
		}
		s := &p.dirs[d]
		for _, k := range s.kex[:s.kexes] {
			switch roleOf(k.kind, s.bytes(k.span)) {
			case isClient:
				return me
			case isServer:
				return other
			}
		}
		if s.preamble > 0 && s.version.len > 0 {
			return other
		}
	}
	return feature.Out
}
