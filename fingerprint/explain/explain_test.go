package explain

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint/npf"
)

// lines are fields as a line each: name, ":" or "=" if the order does not
// count, values.
func lines(fields []Field) (list []string) {
	for _, f := range fields {
		sign := ":"
		if !f.Ordered {
			sign = "="
		}
		list = append(list, f.Name+sign+strings.Join(f.Values, "|"))
	}
	return list
}

func TestFields(t *testing.T) {
	for fp, want := range map[string][]string{
		"tls/1/(0303)(0a0a1301c02b00ff)[(0000)(000a00080006001d11ec0a0a)(000b00020100)(000d000400020403)(0010000e000c02683208687474702f312e31)(001b0003020002)(002b000504030403030)]": nil, // half a byte
		"tls/1/(0303)(0a0a1301c02b00ff)[(0000)(000a00080006001d11ec0a0a)(000b00020100)(000d000400020403)(0010000e000c02683208687474702f312e31)(001b0003020002)(002b00050403040303)(002d00020101)(1234)]": {
			"legacy version=TLS 1.2",
			"suites:GREASE|TLS_AES_128_GCM_SHA256|TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256|TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
			"extensions=server_name|supported_groups|ec_point_formats|signature_algorithms|application_layer_protocol_negotiation|compress_certificate|supported_versions|psk_key_exchange_modes|0x1234",
			"supported groups:x25519|X25519MLKEM768|GREASE",
			"ec point formats:0",
			"signature algorithms:ecdsa_secp256r1_sha256",
			"ALPN:h2|http/1.1",
			"compress certificate:brotli",
			"supported versions:TLS 1.3|TLS 1.2",
			"psk key exchange modes:1",
		},
		"tls/(0301)(0005)":     {"legacy version=TLS 1.0", "suites:TLS_RSA_WITH_RC4_128_SHA"},
		"tls/1/(0301)(0005)[]": {"legacy version=TLS 1.0", "suites:TLS_RSA_WITH_RC4_128_SHA", "extensions="},
		"tls_server/(0303)(c030)((ff01)(000b))": {
			"legacy version=TLS 1.2", "suite:TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "extensions:renegotiation_info|ec_point_formats",
		},
		"quic/1/(00000001)(0303)(1301)[((0039)[(01)(0f)])(0000)]": {
			"QUIC version=00000001", "legacy version=TLS 1.2", "suites:TLS_AES_128_GCM_SHA256",
			"extensions=quic_transport_parameters|server_name", "quic transport parameters:01 0f",
		},
		"openvpn/(06)(03)(0400)(14)(0301)(0005)((0023)(000f000101))": {
			"IP protocol=06", "packets of the hello=03", "opcode and key=0400", "HMAC length=14", "legacy version=TLS 1.0",
			"suites:TLS_RSA_WITH_RC4_128_SHA", "extensions:session_ticket|heartbeat", "heartbeat:01",
		},
		"ssh/(5353482d322e302d78)(612c62)(63)(64)(64)(65)(65)(66)(66)()()": {
			"identification=SSH-2.0-x", "key exchange:a|b", "host keys:c", "ciphers to the server:d", "ciphers to the client:d",
			"MACs to the server:e", "MACs to the client:e", "compression to the server:f", "compression to the client:f",
		},
		"ssh_init/(5353482d322e302d78)": {"identification=SSH-2.0-x"},
		"http/(474554)(485454502f312e31)((486f7374)(4163636570743a202a2f2a))": {
			"start line:GET|HTTP/1.1", "headers:Host|Accept: */*",
		},
		"tcp/(40)()(40)(faf0)((020405b4)(04)(08)(01)(030307))": {
			"IP version=4", "IP identification=not zero", "TTL=64 to 95", "window=64240",
			"options:maximum segment size 1460|SACK permitted|timestamps|no operation|window scale 7",
		},
		"dhcp/((350103)(37030103fc)(3c026162)(ff))": {"options:53|55|60|255", "option 53:03", "parameters asked for:1|3|252", "option 60:6162"},
		"stun/1/(00)(0001)(01)((8022)(0006))":       {"elements:00|0001|01|(8022 0006)"},
		"ja4/t13d1516h2_8daaf6152771_e5627efa2ab1": {
			"carrier=TCP", "version=13", "server name=given", "number of suites=15", "number of extensions=16", "ends of the first ALPN=h2",
			"hash of sorted suites=8daaf6152771", "hash of sorted extensions and signatures=e5627efa2ab1",
		},
		"ja3/abcd":                 {"hash=abcd"},
		"ja4/x13d1516h2_a_b":       {"hash=x13d1516h2_a_b"},
		"tcp/(40)":                 {"elements:40"},
		"ssh/(00)(01)":             {"elements:00|01"},
		"tls/1/(0303)((1301))":     {"elements:0303|(1301)"},
		"tls/1/(03)(1301)[(0000)]": {"elements:03|1301|(0000)"},
	} {
		fields, err := Fields(fp)
		if got := lines(fields); !slices.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("%s: %v\n%s\nwant\n%s", fp, err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want string
	}{
		{"tls/1/(0303)(13011302)[(0000)]", "tls/1/(0303)(13011302)[(0000)]", ""},
		{"tls/1/(0303)(13011302)[(0000)]", "tls/1/(0303)(13021301)[(0000)]", "suites [] [] true"},
		{"tls/1/(0303)(13011302)[(0000)]", "tls/1/(0303)(1301)[(0000)(0017)]", "suites [TLS_AES_256_GCM_SHA384] [] false; extensions [] [extended_master_secret] false"},
		{"tls/1/(0303)(1301)[(002d00020101)]", "tls/1/(0303)(1301)[]", "extensions [psk_key_exchange_modes] [] false; psk key exchange modes [1] [] false"},
		{"tls/1/(0303)(1301)[]", "tls/1/(0303)(1301)[(002d00020101)]", "extensions [] [psk_key_exchange_modes] false; psk key exchange modes [] [1] false"},
		{"ja3/a", "ja3/b", "hash [a] [b] false"},
	} {
		list, err := Diff(c.a, c.b)
		var got []string
		for _, d := range list {
			got = append(got, fmt.Sprint(d.Name, " ", d.OnlyA, " ", d.OnlyB, " ", d.Order))
		}
		if err != nil || strings.Join(got, "; ") != c.want {
			t.Errorf("%s and %s: %q, %v", c.a, c.b, got, err)
		}
	}
	for _, bad := range [][2]string{{"tls", "ja3/a"}, {"ja3/a", "tls/("}} {
		if _, err := Diff(bad[0], bad[1]); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// Whatever is a fingerprint can be said in words, and is like itself.
func FuzzFields(f *testing.F) {
	for _, kind := range []string{"tls/1", "dtls/1", "quic/1", "openvpn", "tls_server", "ssh", "ssh_kex", "ssh_init", "http", "tcp", "dhcp", "x"} {
		f.Add(kind + "/(40)()(40)(faf0)((020405b4)(04))")
		f.Add(kind + "/(0303)(1301)[((0039)[(01)])(0000)(000a00040002001d)]")
	}
	f.Add("ja4/t13d1516h2_8daaf6152771_e5627efa2ab1")
	f.Fuzz(func(t *testing.T, fp string) {
		fields, err := Fields(fp)
		if (err == nil) != (npf.Check(fp) == nil) || err == nil && len(fields) == 0 {
			t.Errorf("%q: %d fields, %v", fp, len(fields), err)
		}
		if err != nil {
			return
		}
		if list, err := Diff(fp, fp); err != nil || len(list) > 0 {
			t.Errorf("%q differs from itself: %v, %v", fp, list, err)
		}
	})
}
