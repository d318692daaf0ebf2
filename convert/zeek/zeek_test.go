package zeek_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"joy/convert/zeek"
	"joy/query/flow"
)

func named(t testing.TB, name string) zeek.Log {
	t.Helper()
	for _, l := range zeek.Logs() {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no log %s", name)
	return zeek.Log{}
}

// rows are what flows make in a log, as names and values of fields that are set.
func rows(t *testing.T, log string, lines ...string) (all []map[string]string) {
	t.Helper()
	l := named(t, log)
	w := zeek.NewWriter(l, false)
	var text []byte
	for _, line := range lines {
		var f flow.Flow
		if err := f.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		text = w.Append(text, &f)
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != len(l.Fields) {
			t.Fatalf("%d fields of %d: %q", len(cells), len(l.Fields), line)
		}
		row := map[string]string{}
		for i, f := range l.Fields {
			if cells[i] != "-" {
				row[f.Name] = cells[i]
			}
		}
		all = append(all, row)
	}
	return all
}

// has wants fields of a row: "name=value", or "name=" for one that is not set.
func has(t *testing.T, what string, row map[string]string, want ...string) {
	t.Helper()
	for _, w := range want {
		name, value, _ := strings.Cut(w, "=")
		if row[name] != value {
			t.Errorf("%s: %s is %q, not %q", what, name, row[name], value)
		}
	}
}

const ends = `"sa":"192.0.2.1","da":"192.0.2.2","sp":1234,"dp":80,"time_start":1.000002,"time_end":3.5,"flow_id":"0123456789abcdef","segment":0`

// tcpFlow has SYNs and flag counts, as "S A F" for each side.
func tcpFlow(out, in string) string {
	side := func(flags, name string) (syn, stats string) {
		var counts []string
		for _, f := range strings.Fields(flags) {
			counts = append(counts, fmt.Sprintf("%q:1", f[:1]))
			if f[0] == 'S' {
				syn = fmt.Sprintf(`,%q:{"flags":%q}`, name, f)
			}
		}
		return syn, fmt.Sprintf(`,%q:{"flags":{%s}}`, name, strings.Join(counts, ","))
	}
	o, so := side(out, "out")
	i, si := side(in, "in")
	packets := `"bytes_out":10,"num_pkts_out":3`
	if in != "" {
		packets += `,"bytes_in":20,"num_pkts_in":2`
	}
	return `{` + ends + `,"pr":6,` + packets + `,"tcp":{"x":0` + o + i + `},"stats":{"x":0` + so + si + `}}`
}

// The states are those that docs.zeek.org defines for conn_state.
func TestState(t *testing.T) {
	for _, tt := range []struct{ out, in, want string }{
		{"S", "", "S0"},
		{"S", "R A", "REJ"},
		{"S A", "SA A", "S1"},
		{"S A F", "SA A F", "SF"},
		{"S A F R", "SA A F", "SF"},
		{"S A F", "SA A", "S2"},
		{"S A", "SA A F", "S3"},
		{"S A R", "SA A", "RSTO"},
		{"S A", "SA A R", "RSTR"},
		{"S R", "", "RSTOS0"},
		{"A", "SA R", "RSTRH"},
		{"S F", "", "SH"},
		{"A", "SA F", "SHR"},
		{"A", "A", "OTH"},
		{"S", "A", "OTH"},
	} {
		has(t, tt.out+" / "+tt.in, rows(t, "conn", tcpFlow(tt.out, tt.in))[0], "conn_state="+tt.want)
	}
	udp := func(more string) string { return `{` + ends + `,"pr":17,"bytes_out":5,"num_pkts_out":1` + more + `}` }
	has(t, "UDP", rows(t, "conn", udp(""))[0], "conn_state=S0", "history=D")
	has(t, "UDP both ways", rows(t, "conn", udp(`,"bytes_in":7,"num_pkts_in":1`))[0], "conn_state=SF", "history=Dd")
	has(t, "without flags", rows(t, "conn", `{`+ends+`,"pr":6}`)[0], "conn_state=", "history=")
}

func TestConn(t *testing.T) {
	has(t, "conn", rows(t, "conn", `{`+ends+`,"pr":6,"bytes_out":100,"num_pkts_out":4,"bytes_in":70,"num_pkts_in":3,"app":["smtp","tls","rtp"],`+
		`"stats":{"out":{"len":{"mean":65.25},"seq":{"retrans_bytes":30,"missing_bytes":5}},"in":{"len":{"mean":63.3333333},"seq":{"missing_bytes":0}}},`+
		`"ppi":[{"b":0,"dir":">","flags":"S"},{"b":0,"dir":"<","flags":"SA"},{"b":0,"dir":">","flags":"A"},{"b":5,"dir":">","flags":"PA"},`+
		`{"b":0,"dir":"<","flags":"A"},{"b":7,"dir":"<","flags":"PAF"},{"b":0,"dir":">","flags":"R"},{"b":0,"dir":">","flags":"A"}]}`)[0],
		"ts=1.000002", "uid=C063UfDVRKBz", "id.orig_h=192.0.2.1", "id.orig_p=1234", "id.resp_h=192.0.2.2", "id.resp_p=80", "proto=tcp",
		"service=smtp,ssl", "duration=2.499998", "orig_bytes=70", "resp_bytes=70", "missed_bytes=5", "history=ShADadfR",
		"orig_pkts=4", "orig_ip_bytes=261", "resp_pkts=3", "resp_ip_bytes=190", "ip_proto=6", "local_orig=", "tunnel_parents=")
	one := `{"sa":"~token","da":"192.0.2.2","pr":1,"sp":null,"dp":null,"time_start":5,"time_end":5,"num_pkts_out":1,"bytes_out":3,`
	has(t, "echo", rows(t, "conn", one+`"icmp":{"messages":[{"type":8,"code":0}]}}`)[0],
		"proto=icmp", "id.orig_p=8", "id.resp_p=0", "id.orig_h=~token", "duration=", "orig_bytes=", "conn_state=OTH", "uid=")
	has(t, "unreachable", rows(t, "conn", one+`"icmp":{"messages":[{"type":3,"code":1}]}}`)[0], "id.orig_p=3", "id.resp_p=1")
}

func TestDNS(t *testing.T) {
	got := rows(t, "dns", `{`+ends+`,"pr":17,"dns":[`+
		`{"qn":"WWW.example","qt":"A","id":7,"flags":["rd"],"rc":0,"rr":[]},{"qn":"other.example","qt":"TYPE65400","class":"CH","id":8,"flags":["rd"],"rc":0,"rr":[]},`+
		`{"rn":"www.Example","qt":"A","id":7,"flags":["aa","ra","ad"],"rc":0,"response_ms":1.5,"rr":[{"cname":"A.example","ttl":5},{"a":"192.0.2.80","ttl":60},{"txt":["a,b","c"],"ttl":0},{"ns":"x","ttl":1,"section":"authority"}]},`+
		`{"rn":"gone.example","qt":"ANY","id":9,"rc":3,"rr":[]}]}`)
	if len(got) != 3 {
		t.Fatalf("%d rows", len(got))
	}
	has(t, "answered", got[0], "proto=udp", "trans_id=7", "rtt=0.001500", "query=www.example", "qclass=1", "qclass_name=C_INTERNET", "qtype=1",
		"qtype_name=A", "rcode=0", "rcode_name=NOERROR", "AA=T", "TC=F", "RD=F", "RA=T", "Z=2",
		`answers=a.example,192.0.2.80,TXT 5 a\x2cb c`, "TTLs=5.000000,60.000000,0.000000", "rejected=F")
	has(t, "not answered", got[1], "query=other.example", "qclass=3", "qclass_name=C_CHAOS", "qtype=65400", "rcode=", "RD=T", "answers=", "rejected=F")
	has(t, "without a query", got[2], "query=gone.example", "qtype=255", "qtype_name=*", "rcode_name=NXDOMAIN", "rejected=T")
}

func TestHTTP(t *testing.T) {
	got := rows(t, "http", `{`+ends+`,"pr":6,"http":[`+
		`{"out":[{"method":"GET"},{"uri":"/\t-"},{"version":"HTTP/1.1"},{"host":"a.example:81"},{"Referer":"-"},{"Via":"1.1 x, y"},{"body":"00"}],"in":[{"version":"HTTP/1.0"},{"code":"200"},{"Content-Length":" 7"}]},`+
		`{"in":[{"version":"HTTP/1.1"},{"code":"100"},{"reason":"Continue"}]},`+
		`{"out":[{"method":"POST"},{"uri":""},{"version":"HTTP/1.1"},{"content-length":"5"}],"in":[{"version":"HTTP/1.1"},{"code":"404"},{"reason":"(empty)"}]}]}`)
	if len(got) != 2 {
		t.Fatalf("%d rows: %v", len(got), got)
	}
	has(t, "first", got[0], "trans_depth=1", "method=GET", "host=a.example:81", `uri=/\x09-`, `referrer=\x2d`, "version=1.0", "user_agent=",
		"info_code=100", "info_msg=Continue", "status_code=200", "status_msg=(empty)", "response_body_len=7", `proxied=VIA -> 1.1 x\x2c y`, "tags=(empty)")
	has(t, "second", got[1], "trans_depth=2", "method=POST", "uri=(empty)", "request_body_len=5", "status_code=404", `status_msg=\x28empty)`)
}

func TestSSL(t *testing.T) {
	line := `{` + ends + `,"pr":6,"tls":{"s_version":5,"scs":"c030","s_group":"x25519","sni":["a.example"],"resumed":true,"s_alpn":"h2",` +
		`"alerts":[{"name":"close_notify"},{"name":"unknown_ca"}],"srlt":[{"dir":">","tp":22},{"dir":">","tp":20},{"dir":"<","tp":20}],` +
		`"s_cert":[{"sha256":"ab","version":3,"serial_number":"0f","subject":[{"countryName":"CH"},{"commonName":"a,b"}],"issuer":[{"commonName":"CA"}],` +
		`"validity_not_before":"Nov  4 16:55:32 2026 GMT","validity_not_after":"x","subject_public_key_algo":"rsaEncryption","subject_public_key_size":2048,` +
		`"extensions":[{"X509v3 Subject Alternative Name":"DNS:a.example, IP Address:192.0.2.2, URI:http://a"},{"X509v3 Basic Constraints":"CA:TRUE, pathlen:3"}]},{"sha256":"cd"}]}}`
	has(t, "ssl", rows(t, "ssl", line)[0], "version=TLSv12", "cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "curve=x25519", "server_name=a.example",
		"resumed=T", "last_alert=unknown_ca", "next_protocol=h2", "established=T", "cert_chain_fps=ab,cd", "client_cert_chain_fps=(empty)")
	certs := rows(t, "x509", line)
	if len(certs) != 2 {
		t.Fatalf("%d certificates", len(certs))
	}
	has(t, "x509", certs[0], "fingerprint=ab", "certificate.version=3", "certificate.serial=0F", `certificate.subject=CN=a\\,b,C=CH`, "certificate.issuer=CN=CA",
		"certificate.not_valid_before=1793811332.000000", "certificate.not_valid_after=", "certificate.key_type=rsa", "certificate.key_length=2048",
		"san.dns=a.example", "san.ip=192.0.2.2", "san.uri=http://a", "basic_constraints.ca=T", "basic_constraints.path_len=3", "host_cert=T", "client_cert=F")
	has(t, "its issuer", certs[1], "fingerprint=cd", "host_cert=F")
	dtls := rows(t, "ssl", `{`+ends+`,"pr":17,"tls":{"s_version":5}}`, `{`+ends+`,"pr":17,"quic":{},"tls":{"s_version":6}}`)
	has(t, "DTLS", dtls[0], "version=DTLSv12", "established=F", "cipher=")
	has(t, "QUIC", dtls[1], "version=TLSv13")
}

func TestHead(t *testing.T) {
	w := zeek.NewWriter(named(t, "ssl"), false)
	head := string(w.Head(nil, 1e18))
	want := "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tssl\n#open\t2001-09-09-01-46-40\n#fields\tts\tuid\tid.orig_h\t"
	if !strings.HasPrefix(head, want) || !strings.Contains(head, "\n#types\ttime\tstring\taddr\tport\taddr\tport\tstring\t") {
		t.Errorf("%s", head)
	}
	if foot := string(w.Foot(nil, 1e18)); foot != "#close\t2001-09-09-01-46-40\n" {
		t.Errorf("%s", foot)
	}
	if b := append(zeek.NewWriter(named(t, "ssl"), true).Head(nil, 1), zeek.NewWriter(named(t, "ssl"), true).Foot(nil, 1)...); len(b) > 0 {
		t.Errorf("JSON has %s", b)
	}
}

// Whatever is in a record, a line of a log has the fields that it is to have.
func FuzzLogs(f *testing.F) {
	for _, s := range []string{
		tcpFlow("S A", "SA"), `{"sa":"a\tb\n","da":"\u009b","dns":[{"qn":"\\\u0000,","qt":"A"},{"rn":"","rr":[{"txt":[1,"\t"],"ttl":-1e99}]}]}`,
		`{"sa":"-","http":[{"out":[{"method":"\n"},{"uri":"\ud83d\ude00"},{"via":","}],"in":[{"version":"x"},{"code":"1"}]}]}`,
		`{"sa":"(empty)","pr":58,"tls":{"sni":["\r"],"s_cert":[{"sha256":"\t,","subject":[{"\n":"\u2028"}],"extensions":[{"X509v3 Subject Alternative Name":"DNS:a\n, DNS:"}]}]}}`,
		`{"sa":"x","time_start":-9e9,"time_end":9e9,"flow_id":"zz","icmp":{"messages":[{"type":-1}]},"ppi":[{"flags":"\u00ff\n"}],"stats":{"out":{"len":{"mean":1e300}}}}`,
	} {
		f.Add([]byte(s))
	}
	var logs, inJSON []*zeek.Writer
	all := zeek.Logs()
	for _, l := range all {
		logs, inJSON = append(logs, zeek.NewWriter(l, false)), append(inJSON, zeek.NewWriter(l, true))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var r flow.Flow
		if r.Parse(line) != nil {
			return
		}
		for i, w := range logs {
			n := 0
			for row := range strings.Lines(string(w.Append(nil, &r))) {
				n++
				row, ended := strings.CutSuffix(row, "\n")
				if cells := strings.Count(row, "\t") + 1; cells != len(all[i].Fields) || !ended || !utf8.ValidString(row) || strings.ContainsFunc(row, func(c rune) bool { return c < ' ' && c != '\t' }) {
					t.Fatalf("%s: %q became %q, of %d fields", all[i].Name, line, row, len(all[i].Fields))
				}
			}
			for row := range strings.Lines(string(inJSON[i].Append(nil, &r))) {
				n--
				if !json.Valid([]byte(row)) {
					t.Fatalf("%s: %q became %q", all[i].Name, line, row)
				}
			}
			if n != 0 {
				t.Fatalf("%s: %q: %d more lines than in JSON", all[i].Name, line, n)
			}
		}
	})
}
