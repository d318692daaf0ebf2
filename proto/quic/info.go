package quic

import (
	"encoding/binary"
	"slices"

	"joy/feature"
	"joy/proto/tls"
)

// Info is what QUIC itself shows of a connection until both hellos were seen;
// the hellos are in "tls". The client is the side whose Initial packets open
// with the keys of a client.
type Info struct {
	// Version is the version of the server's packets, or of the client's while it has sent none: the last new one of several. Eight hexadecimal digits; absent when only a version negotiation was seen.
	Version Version `json:"version,omitempty"`
	// VersionName is "v1", "v2", "draft-29" and the like, "Q046" or "T051" for Google's, "GREASE" for one that is not meant to exist (RFC 9000 15).
	VersionName string `json:"version_name,omitempty"`
	// Versions is all versions that packets had, in the order in which they were seen, when they are several; at most 17 of a side.
	Versions []Version `json:"versions,omitempty"`
	// DCID is the destination connection id of the first packet of the client; the keys of Initial packets come from it.
	DCID feature.Hex `json:"dcid,omitempty" anon:"text"`
	// SCID is the connection id that the client chose for itself, absent for an empty one.
	SCID feature.Hex `json:"scid,omitempty" anon:"text"`
	// SSCID is the connection id that the server chose for itself, of its first packet that is no Retry.
	SSCID feature.Hex `json:"s_scid,omitempty" anon:"text"`
	// TokenLength is the length of the token of the client's first Initial packet that has one, in bytes (RFC 9000 8.1).
	TokenLength uint32 `json:"token_length,omitempty"`
	// Retry is the server's wish that the client proves its address.
	Retry *Retry `json:"retry,omitempty"`
	// VersionNegotiation is the versions that the server offers in a Version Negotiation packet (RFC 9000 17.2.1), at most 16.
	VersionNegotiation []Version `json:"version_negotiation,omitempty"`
	// VersionNegotiationMore is the number of those beyond.
	VersionNegotiationMore uint32 `json:"version_negotiation_more,omitempty"`
	// Packets is the numbers of packets.
	Packets Packets `json:"packets"`
	// CParams is the transport parameters of the client, in order, at most 64. Those of the server are encrypted.
	CParams []Parameter `json:"c_params,omitempty"`
	// CParamsMore is the number of those beyond.
	CParamsMore uint32 `json:"c_params_more,omitempty"`
	// CParamsMalformed says that the transport parameters end before they should.
	CParamsMalformed bool `json:"c_params_malformed,omitempty"`
	// SNI is the name of the server in a hello of Google's QUIC Crypto (versions Q0xx); that of TLS is in "tls".
	SNI feature.Text `json:"sni,omitempty"`
	// UserAgent is the name of the program in such a hello, or in Google's transport parameter 12585.
	UserAgent feature.Text `json:"user_agent,omitempty"`
	// Close is an Initial packet's end of the connection.
	Close *Close `json:"close,omitempty"`
	// Undecrypted is the number of Initial packets that did not open: the client's first packet was not seen, or they are damaged.
	Undecrypted uint16 `json:"undecrypted,omitempty"`
	// Truncated says that bytes of a hello or of a packet are missing: they were lost, were not captured, or did not fit into what is kept for reassembly (16 KiB and 64 pieces a direction).
	Truncated bool `json:"truncated,omitempty"`
}

// Retry is a Retry packet (RFC 9000 17.2.5).
type Retry struct {
	// SCID is the connection id that the client has to use next; new keys come from it.
	SCID feature.Hex `json:"scid,omitempty" anon:"text"`
	// TokenLength is the length of the token that the client has to return, in bytes.
	TokenLength uint32 `json:"token_length"`
}

// Packets is numbers of packets with a long header, by type. Those behind both
// hellos are not counted.
type Packets struct {
	// Initial is the number of Initial packets, of Google's hellos in the versions before.
	Initial uint16 `json:"initial,omitempty"`
	// ZeroRTT is the number of 0-RTT packets.
	ZeroRTT uint16 `json:"zero_rtt,omitempty"`
	// Handshake is the number of Handshake packets.
	Handshake uint16 `json:"handshake,omitempty"`
	// Retry is the number of Retry packets.
	Retry uint16 `json:"retry,omitempty"`
	// VersionNegotiation is the number of Version Negotiation packets.
	VersionNegotiation uint16 `json:"version_negotiation,omitempty"`
}

// Close is a CONNECTION_CLOSE frame (RFC 9000 19.19).
type Close struct {
	// Dir is ">" for one from the source of the flow, "<" for one from its destination.
	Dir string `json:"dir"`
	// Code is the error; from 256 to 511 it is an alert of TLS and 256 (RFC 9001 4.8).
	Code uint64 `json:"code"`
	// Reason is the text that came with it, at most 256 bytes.
	Reason feature.Text `json:"reason,omitempty"`
}

// Info is what was found of a View, nil for nothing. It is valid until the next
// Cut or Reset.
func (p *Parser) Info(v feature.View) *Info {
	var i *Info
	for _, d := range [2]feature.Dir{p.clientDir(), 1 - p.clientDir()} {
		if s := &p.sides[d]; v.Has(d) && s.seen.some {
			if i == nil {
				i = new(Info)
			}
			i.add(s, d == p.clientDir())
			i.closing(s, v, d)
		}
	}
	if i == nil {
		return nil
	}
	if len(i.Versions) == 1 {
		i.Versions = nil
	}
	i.VersionName = nameOf(uint32(i.Version))
	if v.Has(p.clientDir()) {
		p.clientParameters(i)
	}
	return i
}

// add adds what a side has sent, the client first.
func (i *Info) add(s *side, client bool) {
	q := &s.seen
	if s.extra != nil {
		for _, v := range s.extra.versions {
			i.addVersion(v)
		}
	}
	i.addVersion(q.version)
	if client {
		i.DCID, i.SCID = q.dcid.bytes(), q.scid.bytes()
	} else {
		i.SSCID = q.scid.bytes()
	}
	i.TokenLength = max(i.TokenLength, q.token)
	i.Packets.add(&q.packets)
	i.Undecrypted += q.undecrypted
	i.Truncated = i.Truncated || q.cut || s.crypto.incomplete()
	x := s.extra
	if x == nil {
		return
	}
	if x.retried {
		i.Retry = &Retry{SCID: x.retry.bytes(), TokenLength: x.retryToken}
	}
	for b := x.offered; len(b) >= 4; b = b[4:] {
		if len(i.VersionNegotiation) == maxVersions {
			i.VersionNegotiationMore++
			continue
		}
		i.VersionNegotiation = append(i.VersionNegotiation, Version(binary.BigEndian.Uint32(b)))
	}
	if len(x.name) > 0 || len(x.agent) > 0 {
		i.SNI, i.UserAgent = x.name, x.agent
	}
}

// addVersion makes a version the last one; 0 is none.
func (i *Info) addVersion(v uint32) {
	if v == 0 {
		return
	}
	i.Version = Version(v)
	if !slices.Contains(i.Versions, i.Version) {
		i.Versions = append(i.Versions, i.Version)
	}
}

func (p *Packets) add(n *[kinds]uint16) {
	p.Initial += n[initial]
	p.ZeroRTT += n[zeroRTT]
	p.Handshake += n[handshake]
	p.Retry += n[retry]
	p.VersionNegotiation += n[negotiation]
}

// closing adds the end of the connection, if a side has sent one.
func (i *Info) closing(s *side, v feature.View, d feature.Dir) {
	if s.extra == nil || !s.extra.closed || i.Close != nil {
		return
	}
	i.Close = &Close{Dir: ">", Code: s.extra.code, Reason: s.extra.reason}
	if v == feature.Both && d == feature.In {
		i.Close.Dir = "<"
	}
}

// clientParameters adds the transport parameters of the client.
func (p *Parser) clientParameters(i *Info) {
	hello, ok := p.hs.ClientHello()
	if !ok {
		return
	}
	if data, ok := hello.TransportParameters(); ok {
		i.CParams, i.CParamsMore, i.CParamsMalformed = parameters(data, p.old)
		for k := range i.CParams {
			if i.CParams[k].ID == userAgent {
				i.UserAgent = feature.Text(i.CParams[k].Data)
			}
		}
	}
}

// TLS is what the hellos of a View tell, nil for nothing. It is valid until the
// next Cut or Reset.
func (p *Parser) TLS(v feature.View) *tls.Info {
	i := p.hs.Info(v)
	if i == nil {
		return nil
	}
	for d := range feature.Dir(2) {
		if s := &p.sides[d]; v.Has(d) && s.crypto.incomplete() {
			i.Truncated = true
		}
	}
	return i
}
