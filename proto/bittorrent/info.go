package bittorrent

import (
	"joy/feature"
)

// Info is what was heard of the peers.
type Info struct {
	// What the side that opened the flow said; absent when nothing.
	Out *Peer `json:"out,omitempty"`
	// What the other side said; absent when nothing.
	In *Peer `json:"in,omitempty"`
}

// A Peer is what one side said of itself.
type Peer struct {
	// Hash of what is shared (20 bytes): of the handshake, else the first one that was
	// asked for in the hash table, of contents or of a node; absent for none. Source:
	// BEP 3, BEP 5.
	InfoHash feature.Hex `json:"info_hash,omitempty" anon:"keep"`
	// Peer, or node of the hash table (20 bytes); absent when it was not told.
	PeerID feature.Hex `json:"peer_id,omitempty" anon:"text"`
	// Program, as the first bytes of the peer id tell; absent when not known. Source:
	// BEP 20.
	Client string `json:"client,omitempty"`
	// Version in the peer id, four characters. Source: BEP 20.
	ClientVersion feature.Text `json:"client_version,omitempty"`
	// Program and version as the extended handshake has them, or the short mark in
	// the hash table, at most 64 bytes. Source: BEP 10, BEP 5.
	Version feature.Text `json:"version,omitempty"`
	// Port that the peer listens at. Source: BEP 10.
	Port uint16 `json:"listen_port,omitempty"`
	// Extensions of the handshake that are known: extended, dht, fast, azureus.
	Extensions []string `json:"extensions,omitempty"`
	// It spoke uTP. Source: BEP 29.
	UTP bool `json:"utp,omitempty"`
	// It is a client of a tracker. Source: BEP 15.
	Tracker bool `json:"tracker,omitempty"`
	// Messages of the hash table among the first 64 datagrams; absent for none.
	DHT *Counts `json:"dht,omitempty"`
}

// Counts are messages of the hash table by query; absent for none. Source: BEP
// 5, BEP 44, BEP 51.
type Counts struct {
	// Queries ping.
	Ping uint32 `json:"ping,omitempty"`
	// Queries find_node.
	FindNode uint32 `json:"find_node,omitempty"`
	// Queries get_peers.
	GetPeers uint32 `json:"get_peers,omitempty"`
	// Queries announce_peer.
	Announce uint32 `json:"announce_peer,omitempty"`
	// Queries get.
	Get uint32 `json:"get,omitempty"`
	// Queries put.
	Put uint32 `json:"put,omitempty"`
	// Queries sample_infohashes.
	Sample uint32 `json:"sample_infohashes,omitempty"`
	// Other queries.
	Other uint32 `json:"other,omitempty"`
	// Responses.
	Responses uint32 `json:"responses,omitempty"`
	// Errors.
	Errors uint32 `json:"errors,omitempty"`
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	for dir, at := range [2]**Peer{&p.info.Out, &p.info.In} {
		if !v.Has(feature.Dir(dir)) || !p.peers[dir].seen {
			continue
		}
		*at = &p.shown[dir]
		p.fill(*at, dir)
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

func (p *Parser) fill(to *Peer, dir int) {
	m := &p.peers[dir]
	*to = Peer{Version: p.bytes(m.version), Port: m.port, UTP: m.utp, Tracker: m.tracker, Extensions: extensions(to.Extensions[:0], m.reserved)}
	if m.hasHash {
		to.InfoHash = m.hash[:]
	}
	if m.id != ([20]byte{}) {
		to.PeerID = m.id[:]
	}
	if p.table[dir] == (counts{}) {
		to.Client, to.ClientVersion = client(m.id[:])
		return
	}
	n := p.table[dir].n
	p.list[dir] = Counts{n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]}
	to.DHT = &p.list[dir]
}

func extensions(list []string, reserved [8]byte) []string {
	for _, e := range [...]struct {
		at, bit byte
		name    string
	}{{5, 0x10, "extended"}, {7, 0x01, "dht"}, {7, 0x04, "fast"}, {0, 0x80, "azureus"}} {
		if reserved[e.at]&e.bit != 0 {
			list = append(list, e.name)
		}
	}
	return list
}

// client reads the program and its version off a peer id of the usual form,
// "-AZ2060-" (BEP 20).
func client(id []byte) (name string, version []byte) {
	if id[0] == 'M' && id[2] == '-' {
		return "BitTorrent", nil
	}
	if id[0] != '-' || id[7] != '-' {
		return "", nil
	}
	for _, c := range clients {
		if string(id[1:3]) == c.mark {
			return c.name, id[3:7]
		}
	}
	return "", id[3:7]
}

var clients = [...]struct{ mark, name string }{
	{"UT", "µTorrent"},
	{"UM", "µTorrent for Mac"},
	{"UW", "µTorrent Web"},
	{"BT", "BitTorrent"},
	{"qB", "qBittorrent"},
	{"TR", "Transmission"},
	{"DE", "Deluge"},
	{"lt", "libTorrent (Rakshasa)"},
	{"LT", "libtorrent (Rasterbar)"},
	{"AZ", "Azureus/Vuze"},
	{"BI", "BiglyBT"},
	{"KT", "KTorrent"},
	{"BC", "BitComet"},
	{"SD", "Thunder"},
	{"XL", "Xunlei"},
	{"TL", "Tribler"},
	{"FD", "Free Download Manager"},
	{"WW", "WebTorrent"},
	{"WD", "WebTorrent Desktop"},
	{"A2", "aria2"},
	{"FX", "Freebox"},
	{"PI", "PicoTorrent"},
	{"TX", "Tixati"},
	{"BL", "BitLord"},
	{"ML", "MLdonkey"},
}
