package ipfix

import (
	"joy/proto/tls"
	"joy/record"
	"joy/telemetry/element"
)

// protocolFields are what the full template tells of protocols.
func protocolFields() []field {
	list := append(tlsFields(), dnsFields()...)
	list = append(list, httpFields()...)
	return append(list, handshakeFields()...)
}

func tlsFields() []field {
	return []field{
		always(element.JoyTLSClientVersion, hasTLS, func(e *encoder, r *record.Record) { e.u8(r.TLS.CVersion) }),
		always(element.JoyTLSServerVersion, hasTLS, func(e *encoder, r *record.Record) { e.u8(r.TLS.SVersion) }),
		always(element.JoyTLSCipherSuite, hasTLS, func(e *encoder, r *record.Record) { e.u16(uint16(r.TLS.SCS)) }),
		always(element.BasicListID, hasTLS, func(e *encoder, r *record.Record) { putTexts(e, element.JoyTLSServerName, r.TLS.SNI) }),
		always(element.BasicListID, hasTLS, func(e *encoder, r *record.Record) { putTexts(e, element.JoyTLSOfferedProtocol, r.TLS.ALPN) }),
		always(element.JoyTLSProtocol, hasTLS, func(e *encoder, r *record.Record) { putText(e, r.TLS.SALPN) }),
		always(element.JoyTLSJA3, hasTLS, func(e *encoder, r *record.Record) { putText(e, r.TLS.JA3) }),
		always(element.JoyTLSJA3S, hasTLS, func(e *encoder, r *record.Record) { putText(e, r.TLS.JA3S) }),
		always(element.JoyTLSJA4, hasTLS, func(e *encoder, r *record.Record) { putText(e, r.TLS.JA4) }),
		always(element.BasicListID, hasTLS, putSuites),
		always(element.BasicListID, hasTLS, putRecordLengths),
		always(element.BasicListID, hasTLS, putRecordTimes),
		always(element.BasicListID, hasTLS, putContentTypes),
		always(element.JoyTLSRecordDirections, hasTLS, putRecordDirections),
	}
}

func putTexts(e *encoder, id element.ID, list []record.Text) {
	e.list(id, element.Variable)
	for _, t := range list {
		if !putTextEntry(e, t) {
			return
		}
	}
}

// putSuites lists the cipher suites that the client offers; those of SSL 2 have
// 24 bits.
func putSuites(e *encoder, r *record.Record) {
	putNumbers(e, element.TLSCipherSuites, element.JoyTLSOfferedSuite, r.TLS.CS, func(c *tls.Code) uint32 { return uint32(*c) })
}

func putRecordLengths(e *encoder, r *record.Record) {
	e.list(element.TLSRecordLengths, 2)
	for i := range r.TLS.SRLT {
		if !e.entry(uint64(r.TLS.SRLT[i].B), 2) {
			return
		}
	}
}

func putRecordTimes(e *encoder, r *record.Record) {
	putNumbers(e, element.TLSRecordTimes, element.JoyTLSRecordTime, r.TLS.SRLT, func(t *tls.Record) uint32 { return t.IPT })
}

func putContentTypes(e *encoder, r *record.Record) {
	e.list(element.TLSContentTypes, 1)
	for i := range r.TLS.SRLT {
		if !e.entry(uint64(r.TLS.SRLT[i].TP), 1) {
			return
		}
	}
}

func putRecordDirections(e *encoder, r *record.Record) {
	putBits(e, r.TLS.SRLT, func(t *tls.Record) bool { return t.Dir != ">" })
}

func dnsFields() []field {
	return []field{
		always(element.BasicListID, hasDNS, putNames),
		always(element.JoyDNSResponseCode, hasDNS, func(e *encoder, _ *record.Record) { e.u8(e.name.code) }),
		always(element.BasicListID, hasDNS, putAnswers),
	}
}

func httpFields() []field {
	return []field{
		always(element.HTTPRequestMethod, hasHTTP, func(e *encoder, _ *record.Record) { putText(e, e.web.method) }),
		always(element.HTTPRequestHost, hasHTTP, func(e *encoder, _ *record.Record) { putText(e, e.web.host) }),
		always(element.HTTPRequestTarget, hasHTTP, func(e *encoder, _ *record.Record) { putText(e, e.web.target) }),
		always(element.HTTPUserAgent, hasHTTP, func(e *encoder, _ *record.Record) { putText(e, e.web.agent) }),
		always(element.HTTPStatusCode, hasHTTP, func(e *encoder, _ *record.Record) { e.u16(e.web.status) }),
		always(element.HTTPContentType, hasHTTP, func(e *encoder, _ *record.Record) { putText(e, e.web.content) }),
	}
}

// handshakeFields are names of peers, and of what they run.
func handshakeFields() []field {
	return []field{
		always(element.JoySSHClient, hasSSH, func(e *encoder, r *record.Record) {
			if s := r.SSH.Cli; s != nil {
				putText(e, s.Protocol)
			}
		}),
		always(element.JoySSHServer, hasSSH, func(e *encoder, r *record.Record) {
			if s := r.SSH.Srv; s != nil {
				putText(e, s.Protocol)
			}
		}),
		always(element.JoySSHClientHash, hasSSH, func(e *encoder, r *record.Record) {
			if s := r.SSH.Cli; s != nil {
				e.octets(s.Hassh)
			}
		}),
		always(element.JoySSHServerHash, hasSSH, func(e *encoder, r *record.Record) {
			if s := r.SSH.Srv; s != nil {
				e.octets(s.HasshServer)
			}
		}),
		always(element.JoyDHCPHostName, hasDHCP, func(e *encoder, _ *record.Record) { putText(e, e.name.host) }),
		always(element.JoyDHCPFQDN, hasDHCP, func(e *encoder, _ *record.Record) { putText(e, e.name.fqdn) }),
		always(element.JoyDHCPVendorClass, hasDHCP, func(e *encoder, _ *record.Record) { putText(e, e.name.class) }),
		always(element.JoyQUICVersion, hasQUIC, func(e *encoder, r *record.Record) { e.u32(uint32(r.QUIC.Version)) }),
		always(element.JoyQUICUserAgent, hasQUIC, func(e *encoder, r *record.Record) { putText(e, r.QUIC.UserAgent) }),
	}
}
