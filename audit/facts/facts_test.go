package facts_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"joy"
	"joy/audit/facts"
	"joy/capture/pcapfile"
	"joy/query/flow"
	"joy/record"
)

// TestRecordAndJSONAgree reads all our captures with TLS, SSH and IKE: a record
// and its line of JSON have the same facts.
func TestRecordAndJSONAgree(t *testing.T) {
	var names []string
	for _, pattern := range []string{"tls*", "dtls*", "quic*", "ssh*", "ike*"} {
		found, err := filepath.Glob(filepath.Join("../../testdata/captures", pattern+".pcap"))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 30 {
		t.Fatalf("only %d captures", len(names))
	}
	var seen struct{ tls, certificates, ssh, chosen int }
	for _, name := range names {
		eachRecord(t, name, func(r *record.Record) {
			var a, b facts.Flow
			facts.FromRecord(r, &a)
			if err := facts.FromJSON(r.AppendJSON(nil), &b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !reflect.DeepEqual(a, b) {
				t.Errorf("%s differs:\n%+v\n%+v", name, show(&a), show(&b))
			}
			compareServer(t, r, a.TLS)
			if a.TLS != nil {
				seen.tls++
				seen.certificates += len(a.TLS.Server)
			}
			if a.SSH != nil {
				seen.ssh++
			}
			if a.IKE != nil && a.IKE.Chosen != nil {
				seen.chosen++
			}
		})
	}
	if seen.tls < 30 || seen.certificates < 10 || seen.ssh < 5 || seen.chosen < 5 {
		t.Errorf("hardly anything was compared: %+v", seen)
	}
}

// compareServer wants the server's certificate to be the first of all that are read.
func compareServer(t *testing.T, r *record.Record, all *facts.TLS) {
	t.Helper()
	var f flow.Flow
	if err := f.Parse(r.AppendJSON(nil)); err != nil {
		t.Fatal(err)
	}
	c, ok, err := facts.ServerCertificate(&f)
	if err != nil || ok != (all != nil && len(all.Server) > 0) || ok && !reflect.DeepEqual(c, all.Server[0]) {
		t.Errorf("the server's certificate: %+v %v %v", c, ok, err)
	}
}

func show(f *facts.Flow) []any { return []any{f.TLS, f.SSH, f.IKE, f.Start} }

func eachRecord(t *testing.T, name string, use func(*record.Record)) {
	t.Helper()
	cfg, _, _, err := joy.Parse([]string{"bidir=1", "threads=1", "tls=1", "dtls=1", "quic=1", "ssh=1", "ike=1"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	_, err = joy.Run(context.Background(), cfg, src, nowhere{}, joy.RunOptions{
		After: func(record.Writer) record.Writer { return stage(use) },
	})
	if err != nil {
		t.Fatal(err)
	}
}

type stage func(*record.Record)

func (s stage) Write(r *record.Record) error { s(r); return nil }

type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }

func TestCertificateNames(t *testing.T) {
	c := facts.Certificate{CommonName: "cn.example", Names: []string{"a.example", "*.b.example", "*"}}
	for name, want := range map[string]facts.Match{
		"a.example": facts.Matches, "A.Example.": facts.Matches, "x.b.example": facts.Matches, "b.example": facts.Differs,
		"y.x.b.example": facts.Differs, ".b.example": facts.Differs, "cn.example": facts.Differs, "": facts.Differs, "com": facts.Differs,
	} {
		if got := c.Has(name); got != want {
			t.Errorf("%q: %d", name, got)
		}
	}
	c.Names = nil
	if got := c.Has("cn.example"); got != facts.CommonName {
		t.Errorf("by the common name: %d", got)
	}
}

const joyFlow = `{"sa":"192.168.56.101","da":"192.168.56.102","pr":6,"sp":45422,"dp":443,"time_start":1502118000.5,` +
	`"tls":{"c_version":5,"s_version":5,"c_key_length":528,"scs":"c030","cs":["c030","00ff"],"c_extensions":[{"server_name":"www.example.com"},{"kind":21,"data":"00"}],` +
	`"s_extensions":[{"renegotiation_info":"00"}],"s_cert":[{"serial_number":"c0","signature_algo":"sha256WithRSAEncryption","signature_key_size":2048,` +
	`"issuer":[{"countryName":"AU"},{"organizationName":"Internet Widgits Pty Ltd"}],"subject":[{"countryName":"AU"},{"organizationName":"Internet Widgits Pty Ltd"}],` +
	`"extensions":[{"X509v3 Authority Key Identifier":"keyid:F8:99."},{"X509v3 Subject Key Identifier":"F8:99"},{"X509v3 Subject Alternative Name":"DNS:a.example, IP Address:192.0.2.1"}],` +
	`"validity_not_before":"Aug  7 15:04:17 2017 GMT","validity_not_after":"Aug  7 15:04:17 2018 GMT","subject_public_key_algo":"rsaEncryption","subject_public_key_size":2048}]}}`

// TestJoyFlow reads a flow as Joy writes them.
func TestJoyFlow(t *testing.T) {
	var f facts.Flow
	if err := facts.FromJSON([]byte(joyFlow), &f); err != nil {
		t.Fatal(err)
	}
	s := f.TLS
	if f.SA != "192.168.56.101" || f.DP != 443 || f.Start != 1502118000.5 || s.Suite != 0xc030 || !s.HasSuite || s.Version != 5 ||
		s.SNI != "www.example.com" || !s.Renegotiation || s.MasterSecret || s.ClientKey != 528 || len(s.Server) != 1 || s.Transport != "tls" {
		t.Fatalf("%+v %+v", f, s)
	}
	c := s.Server[0]
	if !c.SelfSigned() || c.Organization != "Internet Widgits Pty Ltd" || c.AKI != "F8:99" || c.SKI != "F8:99" || !c.Dated ||
		c.NotBefore != 1502118257 || c.NotAfter != 1533654257 || len(c.Names) != 1 || len(c.Addresses) != 1 || !c.HasIssuer {
		t.Errorf("%+v", c)
	}
}

// TestLines reads everything that can be in a flow file.
func TestLines(t *testing.T) {
	for line, want := range map[string]error{
		`{"version":"5.0","ssh":1,"tls":1}`: flow.ErrNoFlow,
		`{"stats":{"x":1}}`:                 flow.ErrNoFlow,
		joyFlow:                             nil,
	} {
		if err := facts.FromJSON([]byte(line), new(facts.Flow)); !errors.Is(err, want) {
			t.Errorf("%.40s: %v", line, err)
		}
	}
	for _, line := range []string{"{broken", `{"sa":"a","da":"b","tls":3}`} {
		if err := facts.FromJSON([]byte(line), new(facts.Flow)); err == nil || errors.Is(err, flow.ErrNoFlow) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestTooLong refuses offers that no message can hold.
func TestTooLong(t *testing.T) {
	many := func(entry string, n int) string { return strings.TrimSuffix(strings.Repeat(entry+",", n), ",") }
	for _, c := range []struct{ format, entry string }{
		{`{"sa":"x","tls":{"cs":[%]}}`, `"c02f"`},
		{`{"sa":"x","tls":{"groups":[%]}}`, `"x25519"`},
		{`{"sa":"x","ssh":{"cli":{"kex_algos":"%"}}}`, `a`},
		{`{"sa":"x","ike":{"init":{"messages":[{"payloads":[{"security_association":{"proposals":[%]}}]}]}}}`, `{}`},
	} {
		var f facts.Flow
		if err := facts.FromJSON([]byte(strings.Replace(c.format, "%", many(c.entry, 1<<14), 1)), &f); err != nil {
			t.Errorf("%s: %v", c.format, err)
		}
		if err := facts.FromJSON([]byte(strings.Replace(c.format, "%", many(c.entry, 1<<16+1), 1)), &f); err == nil {
			t.Errorf("%s: too long, and taken", c.format)
		}
	}
}

func FuzzFromJSON(f *testing.F) {
	f.Add([]byte(joyFlow))
	f.Add([]byte(`{"sa":"x","ssh":{"cli":{"kex_algos":"a,b"},"srv":{"protocol_version":"2.0","s_hostkey_bits":256},"negotiated":{"kex_algo":"a"}}}`))
	f.Add([]byte(`{"sa":"x","ike":{"init":{"messages":[{"header":{"resp_spi":"0000000000000000","major":1,"exchange_type":"aggressive"},"payloads":[{"security_association":` +
		`{"proposals":[{"protocol_id":"proto_isakmp","transforms":[{"id":"key_ike","attributes":[{"encryption_algorithm":"encr_aes_cbc"},{"key_length":"0100"}]}]}]}}]}]}}}`))
	f.Add([]byte(`{"sa":"x","quic":{},"tls":{"sni":"a.b","s_extensions":[1,{"a":1,"b":"c"},{}],"supported_versions":["GREASE"],"scs":"0700c0"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var f facts.Flow
		if facts.FromJSON(text, &f) != nil {
			return
		}
		if f.TLS != nil {
			for i := range f.TLS.Server {
				c := &f.TLS.Server[i]
				c.Has(f.TLS.SNI)
				c.SelfSigned()
				c.Title()
				c.Issued(c)
			}
		}
		if f.IKE != nil {
			for _, p := range f.IKE.Offered {
				if len(p.Groups) > 64 {
					t.Errorf("%d groups", len(p.Groups))
				}
			}
		}
	})
}
