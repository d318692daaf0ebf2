package fingerprints

import "joy/record"

// OpenVPN's P_CONTROL_V1 of the first key, as fingerprints have it: operation and
// key.
const openvpnControl = "0400"

// openvpn makes that of a client whose TLS hello could be read: (IP
// protocol)(messages that brought it)(operation and key)(size of the HMAC), and
// the hello in its oldest form, with the extensions in their order.
func (s *stage) openvpn(r *record.Record, side int) {
	dir := 0
	if r.TLS.ClientIn {
		dir = 1
	}
	messages := r.OpenVPN.HelloIn[dir]
	if messages == 0 {
		return
	}
	at := len(s.text)
	s.text = append(s.text, "openvpn/"...)
	s.bytes([]byte{r.Pr})
	s.bytes([]byte{messages})
	s.text = append(s.text, "("+openvpnControl+")"...)
	s.bytes([]byte{r.OpenVPN.MAC})
	s.helloStart(r.TLS)
	s.text = append(s.text, '(')
	for _, e := range r.TLS.CExtensions {
		s.extension(plain(e), true)
	}
	s.text = append(s.text, ')')
	s.end(side, at, isNPF)
}
