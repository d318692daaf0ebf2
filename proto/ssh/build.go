package ssh

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"

	"joy/feature"
	"joy/wire"
)

// Info returns what was found of a view, nil for nothing. It is valid until the
// next Cut or Reset.
func (p *Parser) Info(v feature.View) *Info {
	info := &Info{}
	var offers [2]*offer
	for d := range p.dirs {
		offers[d] = p.dirs[d].offer()
	}
	client := p.client(offers)
	for d := range p.dirs {
		if s := &p.dirs[d]; v.Has(feature.Dir(d)) && s.found() {
			side := s.side(offers[d], feature.Dir(d) == client, isWrong(offers))
			if feature.Dir(d) == client {
				info.Cli = side
			} else {
				info.Srv = side
			}
			info.MoreMessages += s.more
		}
	}
	if info.Cli == nil && info.Srv == nil {
		return nil
	}
	info.ClientIn = client == feature.In
	info.Messages = p.times(v)
	if v == feature.Both && offers[0].whole() && offers[1].whole() {
		info.negotiate(offers[client], offers[1-client])
	}
	return info
}

// found reports whether there is something to tell of a stream. Lines without a
// version line behind them are none of SSH.
func (s *stream) found() bool {
	return s.version.len > 0 || s.packets > 0
}

func (s *stream) side(o *offer, client, wrong bool) *Side {
	side := &Side{
		NewKeys: s.newKeys, Unencrypted: s.packets, Lost: s.lost, Truncated: s.truncated, Malformed: s.malformed,
	}
	if s.version.len > 0 {
		side.setVersion(s.bytes(s.version))
		side.PreBanner, side.PreBannerBytes = s.bytes(s.text), s.preamble
	}
	if o != nil {
		side.setOffer(o, client)
	}
	if r := wire.NewReader(s.bytes(s.leave)); r.Len() > 0 {
		side.HasDisconnect, side.DisconnectCode = true, r.Uint32()
		// What is kept of the message may end within the text.
		side.Disconnect = r.Bytes(min(int(r.Uint32()), r.Len()))
	}
	kexes := s.kex[:s.kexes]
	if o != nil && o.follows && wrong && len(kexes) > 0 {
		side.GuessWrong = true
		kexes = kexes[1:]
	}
	for _, k := range kexes {
		side.setKex(k.kind, s.bytes(k.span), client)
	}
	return side
}

// setVersion takes a version line apart: SSH-protoversion-softwareversion SP
// comments.
func (s *Side) setVersion(line []byte) {
	s.Protocol = line
	rest := line[len(prefix):]
	version, rest, _ := bytes.Cut(rest, []byte("-"))
	software, comments, _ := bytes.Cut(rest, []byte(" "))
	s.Version, s.Software, s.Comments = version, software, comments
}

func (s *Side) setOffer(o *offer, client bool) {
	s.HasOffer = true
	s.Cookie, s.FirstFollows = o.cookie, o.follows
	for i, list := range []*feature.Text{
		&s.KexAlgos, &s.HostKeyAlgos, &s.CEncryption, &s.SEncryption, &s.CMAC, &s.SMAC, &s.CComp, &s.SComp,
		&s.CLanguages, &s.SLanguages,
	} {
		*list = o.lists[i]
	}
	s.StrictKex = has(o.lists[kexList], strictClient) || has(o.lists[kexList], strictServer)
	s.ExtInfo = has(o.lists[kexList], extInfoClient) || has(o.lists[kexList], extInfoServer)
	s.Malformed = s.Malformed || o.malformed
	if o.malformed {
		return
	}
	if client {
		s.HasshAlgos = bytes.Join([][]byte{s.KexAlgos, s.CEncryption, s.CMAC, s.CComp}, []byte(";"))
		sum := md5.Sum(s.HasshAlgos)
		s.Hassh = sum[:]
	} else {
		s.HasshServerAlgos = bytes.Join([][]byte{s.KexAlgos, s.SEncryption, s.SMAC, s.SComp}, []byte(";"))
		sum := md5.Sum(s.HasshServerAlgos)
		s.HasshServer = sum[:]
	}
}

// fingerprint is the SHA-256 of a host key as OpenSSH prints it.
func fingerprint(blob []byte) []byte {
	sum := sha256.Sum256(blob)
	return base64.RawStdEncoding.AppendEncode([]byte("SHA256:"), sum[:])
}

// times makes the list of lengths and times.
func (p *Parser) times(v feature.View) (all []Message) {
	last := int64(0)
	for _, m := range p.messages {
		if !v.Has(m.dir) {
			continue
		}
		out := Message{Bytes: m.size, Type: m.kind, Dir: ">"}
		if m.dir == feature.In {
			out.Dir = "<"
		}
		if len(all) > 0 {
			out.Ipt = uint32(max(m.time-last, 0) / 1e6)
		}
		last = m.time
		all = append(all, out)
	}
	return all
}
