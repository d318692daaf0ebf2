package fingerprints

import (
	"joy/proto/ssh"
	"joy/record"
)

// ssh makes those of both sides: of the version line with the offer, and of each
// of them alone, because the offer is the library's and the line tells of more.
func (s *stage) ssh(r *record.Record) {
	if r.SSH == nil {
		return
	}
	s.sshSide(r.SSH.Cli, client(r, r.SSH.ClientIn), "")
	s.sshSide(r.SSH.Srv, server(r, r.SSH.ClientIn), "_server")
}

func (s *stage) sshSide(i *ssh.Side, side int, suffix string) {
	if i == nil || i.Truncated {
		return
	}
	line, offer := len(i.Protocol) > 0, i.HasOffer && !i.Malformed
	for _, form := range []struct {
		is, line, offer bool
		kind            string
	}{
		{line && offer, true, true, "ssh"},
		{offer, false, true, "ssh_kex"},
		{line, true, false, "ssh_init"},
	} {
		if !form.is {
			continue
		}
		at := len(s.text)
		s.text = append(append(append(s.text, form.kind...), suffix...), '/')
		if form.line {
			s.bytes(i.Protocol)
		}
		if form.offer {
			s.offer(i)
		}
		s.end(side, at, isNPF)
	}
}

// offer appends the lists of a key exchange in their order (RFC 4253 section
// 7.1).
func (s *stage) offer(i *ssh.Side) {
	for _, list := range [][]byte{
		i.KexAlgos, i.HostKeyAlgos, i.CEncryption, i.SEncryption, i.CMAC, i.SMAC, i.CComp, i.SComp, i.CLanguages, i.SLanguages,
	} {
		s.bytes(list)
	}
}
