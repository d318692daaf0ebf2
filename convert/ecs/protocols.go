package ecs

import (
	"bytes"
	"net/netip"
	"strconv"

	"joy/convert/part"
	"joy/query/flow"
	"joy/query/value"
)

// tls writes TLS, DTLS and the TLS of QUIC.
func (w *Writer) tls(f *flow.Flow) {
	v := f.Rest.Get("tls")
	if v == nil {
		return
	}
	var m [13]value.Value
	part.Members(
		v, m[:], "s_version", "scs", "s_group", "srlt", "resumed", "s_alpn", "sni", "ja3", "cs", "alerts", "c_cert", "ja3s",
		"s_cert",
	)
	w.object("tls", func() {
		w.version(m[0], f)
		w.text("cipher", part.Suite(part.Str(m[1])))
		w.text("curve", part.Str(m[2]))
		if m[3] != nil {
			w.bool("established", part.Established(m[3]))
		}
		w.bool("resumed", m[4].Kind() == value.True)
		w.text("next_protocol", part.Str(m[5]))
		w.object("client", func() {
			w.text("server_name", part.FirstText(m[6]))
			w.text("ja3", part.Str(m[7]))
			w.suites(m[8])
			w.certificate(m[10])
		})
		w.object("server", func() {
			w.text("ja3s", part.Str(m[11]))
			w.certificate(m[12])
		})
	})
}

func (w *Writer) version(v value.Value, f *flow.Flow) {
	n, _ := part.Integer(v)
	names := [...][2]string{1: {"ssl", "2.0"}, 2: {"ssl", "3.0"}, 3: {"tls", "1.0"}, 4: {"tls", "1.1"}, 5: {"tls", "1.2"}, 6: {"tls", "1.3"}}
	if n == 0 || n >= uint64(len(names)) {
		return
	}
	protocol, version := names[n][0], names[n][1]
	if f.Pr == 17 && f.Rest.Get("quic") == nil {
		if protocol = "dtls"; version == "1.1" {
			version = "1.0"
		}
	}
	w.name("version", version)
	w.name("version_protocol", protocol)
}

// maxSuites bounds what is listed of an offer.
const maxSuites = 200

func (w *Writer) suites(v value.Value) {
	var names [][]byte
	for item := range v.Items() {
		if name := part.Suite(part.Str(item)); name != nil && len(names) < maxSuites {
			names = append(names, name)
		}
	}
	w.list("supported_ciphers", names)
}

// certificate writes the first certificate of a chain, that of its owner.
func (w *Writer) certificate(chain value.Value) {
	for v := range chain.Items() {
		var m [13]value.Value
		part.Members(
			v, m[:], "sha1", "sha256", "subject", "issuer", "validity_not_before", "validity_not_after", "serial_number", "version",
			"signature_algo", "subject_public_key_algo", "subject_public_key_size", "subject_public_key_curve", "extensions",
		)
		w.object("hash", func() {
			w.text("sha1", part.Upper(part.Str(m[0])))
			w.text("sha256", part.Upper(part.Str(m[1])))
		})
		w.text("subject", part.Distinguished(m[2]))
		w.text("issuer", part.Distinguished(m[3]))
		w.validity(m[4], m[5])
		w.object("x509", func() { w.x509(m[:]) })
		return
	}
}

func (w *Writer) validity(before, after value.Value) {
	if t, ok := part.Validity(before); ok {
		w.time("not_before", t.UnixNano())
	}
	if t, ok := part.Validity(after); ok {
		w.time("not_after", t.UnixNano())
	}
}

// x509 writes members that certificate has found.
func (w *Writer) x509(m []value.Value) {
	w.text("serial_number", part.Upper(part.Str(m[6])))
	if n, ok := part.Integer(m[7]); ok {
		w.name("version_number", strconv.FormatUint(n, 10))
	}
	w.text("signature_algorithm", part.Str(m[8]))
	w.text("public_key_algorithm", part.Str(m[9]))
	if n, ok := part.Integer(m[10]); ok {
		w.count("public_key_size", n)
	}
	w.text("public_key_curve", part.Str(m[11]))
	w.object("subject", func() {
		w.text("distinguished_name", part.Distinguished(m[2]))
		w.list("common_name", commonNames(m[2]))
	})
	w.object("issuer", func() {
		w.text("distinguished_name", part.Distinguished(m[3]))
		w.list("common_name", commonNames(m[3]))
	})
	w.validity(m[4], m[5])
	var names [][]byte
	for _, list := range part.Alternatives(m[12]) {
		names = append(names, list...)
	}
	w.list("alternative_names", names)
}

func commonNames(list value.Value) (names [][]byte) {
	for v := range list.Items() {
		if name := part.Str(v.Get("commonName")); name != nil {
			names = append(names, name)
		}
	}
	return names
}

// dns writes the first transaction of a flow: a document has place for one.
func (w *Writer) dns(f *flow.Flow) {
	for _, t := range part.Transactions(f.Rest.Get("dns")) {
		w.object("dns", func() { w.transaction(t) })
		return
	}
}

func (w *Writer) transaction(t part.Transaction) {
	asked, m := t.Query, t.Response
	if asked == nil {
		asked = m
	}
	kind := "answer"
	if m == nil {
		kind, m = "query", asked
	}
	w.name("type", kind)
	if n, ok := part.Integer(asked.ID); ok {
		w.name("id", strconv.FormatUint(n, 10))
	}
	op := part.Str(asked.Opcode)
	if op == nil {
		op = []byte("QUERY")
	}
	w.text("op_code", op)
	w.object("question", func() {
		w.text("name", part.Name(part.Str(asked.Name)))
		w.text("type", part.Str(asked.Type))
		class := part.Str(asked.Class)
		if class == nil && asked.Type != nil {
			class = []byte("IN")
		}
		w.text("class", class)
	})
	var flags [][]byte
	for v := range m.Flags.Items() {
		flags = append(flags, part.Upper(part.Str(v)))
	}
	w.list("header_flags", flags)
	if kind == "answer" {
		code, _ := part.Integer(m.RC)
		w.name("response_code", part.Rcode(code))
		w.answers(m.Answers())
	}
}

func (w *Writer) answers(all []part.Record) {
	if len(all) == 0 {
		return
	}
	var ips [][]byte
	w.member("answers")
	w.b = append(w.b, '[')
	for i, a := range all {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, '{')
		w.name("name", a.Name)
		w.name("type", a.Type)
		w.text("data", a.Data)
		if a.TTL >= 0 && a.TTL < 1<<32 {
			w.count("ttl", uint64(a.TTL))
		}
		w.b = append(w.b, '}')
		if _, err := netip.ParseAddr(string(a.Data)); err == nil {
			ips = add(ips, a.Data)
		}
	}
	w.b = append(w.b, ']')
	w.list("resolved_ip", ips)
}

// http writes the first exchange of a flow: a document has place for one.
func (w *Writer) http(f *flow.Flow) {
	for e := range part.Exchanges(f.Rest.Get("http")) {
		w.object("http", func() { w.exchange(e) })
		w.object("url", func() { w.url(e) })
		w.object("user_agent", func() { w.text("original", e.Agent) })
		return
	}
}

func (w *Writer) exchange(e *part.Exchange) {
	w.text("version", e.Version)
	w.object("request", func() {
		w.text("method", e.Method)
		w.text("referrer", e.Referrer)
		w.object("body", func() { w.length(e.Requested) })
	})
	w.object("response", func() {
		if code, err := strconv.ParseUint(string(e.Code), 10, 16); err == nil {
			w.count("status_code", code)
		}
		w.text("mime_type", mediaType(e.Type))
		w.object("body", func() { w.length(e.Answered) })
	})
}

func (w *Writer) length(text []byte) {
	if n, err := strconv.ParseUint(string(bytes.TrimSpace(text)), 10, 63); err == nil {
		w.count("bytes", n)
	}
}

// mediaType is a Content-Type without its parameters.
func mediaType(t []byte) []byte {
	t, _, _ = bytes.Cut(t, []byte(";"))
	if t = bytes.TrimSpace(t); len(t) == 0 {
		return nil
	}
	return t
}

// url writes what a request asks for.
func (w *Writer) url(e *part.Exchange) {
	w.text("original", e.URI)
	w.text("domain", domain(e.Host))
	path, query, has := bytes.Cut(e.URI, []byte("?"))
	if len(path) > 0 && path[0] == '/' {
		w.text("path", path)
	}
	if has {
		w.text("query", query)
	}
}

// domain is a host without its port.
func domain(host []byte) []byte {
	i := bytes.LastIndexByte(host, ':')
	if i < 0 || bytes.IndexByte(host[i:], ']') >= 0 || bytes.IndexByte(host, ':') != i && host[0] != '[' {
		return host
	}
	return host[:i]
}
