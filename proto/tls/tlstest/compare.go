package tlstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func list(v any) []any { l, _ := v.([]any); return l }

func compare(kind string, c *conversation, o map[string]any) (s Score) {
	v := c.view(kind)
	if len(v.CH) > 0 {
		compareClient(&s, kind, v.CH, o)
	}
	if len(v.SH) > 0 {
		compareServer(&s, kind, v.SH, o)
	}
	if kind == "tls" && len(v.CH)+len(v.SH) > 0 && !slices.Contains(c.F, "ooo") && !slices.Contains(c.F, "unordered") {
		compareRecords(&s, v, o)
	}
	for d, certs := range v.Certs {
		server := d == 1
		if len(v.CH) > 0 {
			server = d != v.CH[0].D
		} else if len(v.SH) > 0 {
			server = d == v.SH[0].D
		}
		key := "c_cert"
		if server {
			key = "s_cert"
		}
		compareCerts(&s, certs, list(o[key]))
	}
	return s
}

// any of the hellos may be the one that is reported.
func (s *Score) one(what string, hs []Hello, got any, of func(Hello) any) {
	if w := of(hs[0]); w == nil {
		return
	}
	text := fmt.Sprint(got)
	s.ok(what, of(hs[0]), got, slices.ContainsFunc(hs, func(h Hello) bool { return fmt.Sprint(of(h)) == text }))
}

func compareClient(s *Score, kind string, hs []Hello, o map[string]any) {
	ext := extensions(o["c_extensions"])
	s.one("cs", hs, codes(o["cs"]), func(h Hello) any { return fmt.Sprint(h.CS) })
	text := func(v []string) any {
		if v == nil {
			return nil
		}
		return v
	}
	s.one("sni", hs, o["sni"], func(h Hello) any { return text(h.SNI) })
	s.one("alpn", hs, o["alpn"], func(h Hello) any { return text(h.ALPN) })
	s.one("extensions", hs, ext, func(h Hello) any { return numbers(h.Ext) })
	s.one("groups", hs, groups(o["c_extensions"]), func(h Hello) any { return numbers(h.Grp) })
	s.one("c_random", hs, o["c_random"], func(h Hello) any { return h.Random })
	if versionCode(hs[0].Ver) > 0 {
		s.one("c_version", hs, o["c_version"], func(h Hello) any { return best6(h) })
	}
	if hs[0].JA3 != "" {
		s.one("ja3", hs, o["ja3"], func(h Hello) any { return h.JA3 })
		s.one("ja3_str", hs, o["ja3_str"], func(h Hello) any { return h.JA3Str })
	}
	if kind != "dtls" && hs[0].JA4 != "" {
		s.one("ja4", hs, o["ja4"], func(h Hello) any { return h.JA4 })
	}
}

func compareServer(s *Score, kind string, hs []Hello, o map[string]any) {
	s.one("s_version", hs, o["s_version"], func(h Hello) any {
		if len(h.SV) > 0 {
			return versionCode(h.SV[0])
		}
		return versionCode(h.Ver)
	})
	scs, _ := o["scs"].(string)
	s.one("scs", hs, scs, func(h Hello) any { return fmt.Sprintf("%04x", int(h.CS.(float64))) })
	s.one("s_random", hs, o["s_random"], func(h Hello) any { return h.Random })
	s.one("s_extensions", hs, extensions(o["s_extensions"]), func(h Hello) any { return numbers(h.Ext) })
	if kind == "tls" && hs[0].JA3S != "" {
		s.one("ja3s", hs, o["ja3s"], func(h Hello) any { return h.JA3S })
	}
}

func compareRecords(s *Score, v *View, o map[string]any) {
	var got [2][][]int
	for _, e := range list(o["srlt"]) {
		r := e.(map[string]any)
		d := 0
		if r["dir"] == "<" {
			d = 1
		}
		got[d] = append(got[d], []int{int(r["tp"].(float64)), int(r["b"].(float64))})
	}
	for d, want := range v.Rec {
		side := func(h Hello) bool { return h.D == d }
		if len(want) > 0 && (slices.ContainsFunc(v.CH, side) || slices.ContainsFunc(v.SH, side)) {
			n := min(8, len(want))
			s.fact("srlt", want[:n], got[d][:min(n, len(got[d]))])
		}
	}
}

func compareCerts(s *Score, want []Cert, got []any) {
	if len(want) == 0 {
		return
	}
	s.fact("certificates", len(want), len(got))
	for i, w := range want {
		if w.Bad != 0 || i >= len(got) {
			continue
		}
		g := got[i].(map[string]any)
		s.fact("length", w.Len, g["length"])
		s.fact("sha256", w.SHA256, g["sha256"])
		serial, _ := g["serial_number"].(string)
		zeros := func(h string) string { return strings.TrimLeft(strings.TrimLeft(h, "-"), "0") }
		s.fact("serial", zeros(w.Serial), zeros(serial))
		for key, cn := range map[string][]string{"issuer": w.Issuer, "subject": w.Subject} {
			if len(cn) > 0 && !strings.ContainsFunc(strings.Join(cn, ""), func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }) {
				s.fact(key, cn, names(g[key]))
			}
		}
		s.fact("not before", w.From, g["validity_not_before"])
		s.fact("not after", w.To, g["validity_not_after"])
		if w.Alg == "rsaEncryption" && w.Bits > 0 {
			s.fact("key size", w.Bits, g["subject_public_key_size"])
		}
	}
}

func names(v any) (all []string) {
	for _, e := range list(v) {
		if cn, ok := e.(map[string]any)["commonName"]; ok {
			all = append(all, fmt.Sprint(cn))
		}
	}
	return all
}

func numbers(v []int) any {
	if v == nil {
		return nil
	}
	return v
}

func codes(v any) (all []int) {
	for _, e := range list(v) {
		n, _ := strconv.ParseInt(e.(string), 16, 32)
		all = append(all, int(n))
	}
	return all
}

func versionCode(v int) int {
	if v>>8 == 0x7f || v>>8 == 0xfb {
		return 6
	}
	return map[int]int{2: 1, 0x200: 1, 0x300: 2, 0x301: 3, 0x302: 4, 0x303: 5, 0x304: 6, 0xfeff: 4, 0xfefd: 5, 0xfefc: 6, 0x100: 4}[v]
}

func best6(h Hello) (code int) {
	for _, v := range h.SV {
		code = max(code, versionCode(v))
	}
	if code == 0 {
		code = versionCode(h.Ver)
	}
	return code
}

func extensions(v any) (all []int) {
	for _, e := range list(v) {
		for k, val := range e.(map[string]any) {
			if k == "kind" {
				all = append(all, int(val.(float64)))
			} else if n, ok := extensionNumbers()[k]; ok {
				all = append(all, n)
			}
		}
	}
	return all
}

func groups(v any) (all []int) {
	for _, e := range list(v) {
		if hex, ok := e.(map[string]any)["supported_groups"].(string); ok {
			for i := 4; i+4 <= len(hex); i += 4 {
				n, _ := strconv.ParseInt(hex[i:i+4], 16, 32)
				all = append(all, int(n))
			}
		}
	}
	return all
}

// extensionNumbers has the spelling of Joy, and of check.py for what Joy has not.
func extensionNumbers() map[string]int {
	m := map[string]int{
		"compress_certificate": 27, "record_size_limit": 28, "delegated_credential": 34, "session_ticket": 35, "pre_shared_key": 41,
		"early_data": 42, "supported_versions": 43, "cookie": 44, "psk_key_exchange_modes": 45, "certificate_authorities": 47,
		"oid_filters": 48, "post_handshake_auth": 49, "signature_algorithms_cert": 50, "key_share": 51,
		"quic_transport_parameters": 57, "renegotiation_info": 65281, "next_protocol_negotiation": 13172,
		"application_settings": 17513, "encrypted_client_hello": 65037,
	}
	for i, n := range strings.Fields("server_name max_fragment_length client_certificate_url trusted_ca_keys truncated_hmac status_request user_mapping client_authz server_authz cert_type supported_groups ec_point_formats srp signature_algorithms use_srtp heartbeat application_layer_protocol_negotiation status_request_v2 signed_certificate_timestamp client_certificate_type server_certificate_type padding encrypt_then_mac extended_master_secret token_binding cached_info") {
		m[n] = i
	}
	return m
}
