package fingerprints

import (
	"joy/proto/tls"
	"joy/record"
)

// Hide says which protocols were followed for the sake of fingerprints alone.
type Hide struct{ TLS, DTLS, QUIC, OpenVPN, SSH, HTTP, DHCP, STUN, SMTP bool }

// Stage makes the stage that takes away what nobody asked for, once nothing more
// is made of it.
func (h Hide) Stage(next record.Writer) record.Writer { return &hider{next, h} }

type hider struct {
	next record.Writer
	hide Hide
}

func (w *hider) Write(r *record.Record) error {
	h := &w.hide
	if r.TLS != nil && h.hidesTLS(r) {
		r.TLS = nil
	}
	hide(&r.QUIC, h.QUIC)
	hide(&r.OpenVPN, h.OpenVPN)
	hide(&r.SSH, h.SSH)
	hide(&r.HTTP, h.HTTP)
	hide(&r.STUN, h.STUN)
	hide(&r.SMTP, h.SMTP)
	if h.DHCP {
		r.DHCP = nil
	}
	return w.next.Write(r)
}

func hide[T any](info **T, hidden bool) {
	if hidden {
		*info = nil
	}
}

// hidesTLS goes by what carried the handshake.
func (h *Hide) hidesTLS(r *record.Record) bool {
	switch {
	case r.OpenVPN != nil:
		return h.OpenVPN && h.TLS
	case r.TLS.Carrier == tls.OverDTLS:
		return h.DTLS
	case r.TLS.Carrier == tls.OverQUIC:
		return h.QUIC
	}
	return h.TLS
}
