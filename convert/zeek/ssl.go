package zeek

import (
	"bytes"
	"strconv"

	"joy/convert/part"
	"joy/query/flow"
	"joy/query/value"
)

func sslLog() Log {
	return log(
		"ssl", (*Writer).ssl,
		Field{"version", "string"}, Field{"cipher", "string"}, Field{"curve", "string"}, Field{"server_name", "string"},
		Field{"resumed", "bool"}, Field{"last_alert", "string"}, Field{"next_protocol", "string"}, Field{"established", "bool"},
		Field{"ssl_history", "string"}, Field{"cert_chain_fps", "vector[string]"}, Field{"client_cert_chain_fps", "vector[string]"},
		Field{"sni_matches_cert", "bool"},
	)
}

// ssl writes the line of a connection with TLS or DTLS.
func (w *Writer) ssl(f *flow.Flow) {
	v := f.Rest.Get("tls")
	if v == nil {
		return
	}
	var m [10]value.Value
	part.Members(v, m[:], "s_version", "scs", "s_group", "sni", "resumed", "alerts", "s_alpn", "srlt", "s_cert", "c_cert")
	w.line(func(r *row) {
		w.ends(r, f)
		r.name(version(m[0], f))
		r.text(part.Suite(part.Str(m[1])))
		r.text(part.Str(m[2]))
		r.text(part.FirstText(m[3]))
		r.bool(m[4].Kind() == value.True)
		r.text(lastAlert(m[5]))
		r.text(part.Str(m[6]))
		r.bool(part.Established(m[7]))
		r.unset()
		servers, clients := fingerprints(m[8]), fingerprints(m[9])
		if servers != nil && clients == nil {
			clients = [][]byte{} // it could have been seen
		}
		r.list(servers)
		r.list(clients)
		r.unset()
	})
}

// version is Zeek's name of the version that the server selected.
func version(v value.Value, f *flow.Flow) string {
	n, _ := part.Integer(v)
	names := [...]string{1: "SSLv2", 2: "SSLv3", 3: "TLSv10", 4: "TLSv11", 5: "TLSv12", 6: "TLSv13"}
	if f.Pr == udp {
		names = [...]string{4: "DTLSv10", 5: "DTLSv12", 6: "DTLSv13"}
		if f.Rest.Get("quic") != nil {
			names = [...]string{6: "TLSv13"}
		}
	}
	if n < uint64(len(names)) {
		return names[n]
	}
	return ""
}

func lastAlert(list value.Value) (name []byte) {
	for v := range list.Items() {
		name = part.Str(v.Get("name"))
	}
	return name
}

// fingerprints are the SHA-256 hashes of certificates.
func fingerprints(list value.Value) (all [][]byte) {
	for v := range list.Items() {
		if fp := part.Str(v.Get("sha256")); fp != nil {
			all = append(all, fp)
		}
	}
	return all
}

func x509Log() Log {
	return Log{Name: "x509", rows: (*Writer).x509, Fields: []Field{
		{"ts", "time"},
		{"fingerprint", "string"},
		{"certificate.version", "count"},
		{"certificate.serial", "string"},
		{"certificate.subject", "string"},
		{"certificate.issuer", "string"},
		{"certificate.not_valid_before", "time"},
		{"certificate.not_valid_after", "time"},
		{"certificate.key_alg", "string"},
		{"certificate.sig_alg", "string"},
		{"certificate.key_type", "string"},
		{"certificate.key_length", "count"},
		{"certificate.exponent", "string"},
		{"certificate.curve", "string"},
		{"san.dns", "vector[string]"},
		{"san.uri", "vector[string]"},
		{"san.email", "vector[string]"},
		{"san.ip", "vector[addr]"},
		{"basic_constraints.ca", "bool"},
		{"basic_constraints.path_len", "count"},
		{"host_cert", "bool"},
		{"client_cert", "bool"},
	}}
}

// x509 writes a line for each certificate of a connection.
func (w *Writer) x509(f *flow.Flow) {
	v := f.Rest.Get("tls")
	for _, list := range []struct {
		name   string
		client bool
	}{{"s_cert", false}, {"c_cert", true}} {
		host := true
		for c := range v.Get(list.name).Items() {
			w.line(func(r *row) { writeCertificate(r, f, c, host && !list.client, list.client) })
			host = false
		}
	}
}

func writeCertificate(r *row, f *flow.Flow, v value.Value, host, client bool) {
	var m [12]value.Value
	part.Members(
		v, m[:], "sha256", "version", "serial_number", "subject", "issuer", "validity_not_before", "validity_not_after",
		"subject_public_key_algo", "signature_algo", "subject_public_key_size", "subject_public_key_curve", "extensions",
	)
	r.time(f.Start)
	r.text(part.Str(m[0]))
	r.number(part.Integer(m[1]))
	r.text(part.Upper(part.Str(m[2])))
	r.text(part.Distinguished(m[3]))
	r.text(part.Distinguished(m[4]))
	writeValidity(r, m[5])
	writeValidity(r, m[6])
	r.text(part.Str(m[7]))
	r.text(part.Str(m[8]))
	r.name(keyType(string(part.Str(m[7]))))
	r.number(part.Integer(m[9]))
	r.unset()
	r.text(part.Str(m[10]))
	writeExtensions(r, m[11])
	r.bool(host)
	r.bool(client)
}

func keyType(algorithm string) string {
	switch algorithm {
	case "rsaEncryption", "rsassaPss":
		return "rsa"
	case "id-ecPublicKey":
		return "ecdsa"
	case "dsaEncryption":
		return "dsa"
	case "":
		return ""
	}
	return "unknown"
}

func writeValidity(r *row, v value.Value) {
	t, ok := part.Validity(v)
	if !ok {
		r.unset()
		return
	}
	r.time(t.UnixNano())
}

// writeExtensions writes the alternative names and the basic constraints.
func writeExtensions(r *row, list value.Value) {
	var constraints []byte
	for v := range list.Items() {
		if text := part.Str(v.Get("X509v3 Basic Constraints")); text != nil {
			constraints = text
		}
	}
	for _, list := range part.Alternatives(list) {
		r.list(list)
	}
	if constraints == nil {
		r.skip(2)
		return
	}
	r.bool(bytes.Contains(constraints, []byte("CA:TRUE")))
	_, depth, _ := bytes.Cut(constraints, []byte("pathlen:"))
	depth, _, _ = bytes.Cut(depth, []byte(","))
	n, err := strconv.ParseUint(string(depth), 10, 32)
	r.number(n, err == nil)
}
