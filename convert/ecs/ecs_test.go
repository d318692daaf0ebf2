package ecs_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"joy/convert/ecs"
	"joy/query/flow"
)

const line = `{"sa":"192.0.2.1","da":"2001:db8::2","pr":6,"sp":1234,"dp":443,"bytes_out":10,"num_pkts_out":2,"bytes_in":20,"num_pkts_in":3,` +
	`"time_start":1.000002,"time_end":3.5,"flow_id":"0123456789abcdef","segment":2,"end_reason":"idle","app":["tls"],"community_id":"1:x",` +
	`"l2":{"smac":"02:00:00:00:00:0a","vlan_out":[7,8]},"exe":{"name":"curl","path":"/usr/bin/curl","pid":9},` +
	`"dns":[{"qn":"www.example","qt":"A","id":7,"flags":["rd"],"rr":[]},{"rn":"www.example","qt":"A","id":7,"flags":["ra"],"rc":0,"rr":[{"a":"192.0.2.80","ttl":60}]}],` +
	`"http":[{"out":[{"method":"GET"},{"uri":"/a?b"},{"version":"HTTP/1.1"},{"Host":"[::1]:80"},{"User-Agent":"x"}],"in":[{"version":"HTTP/1.1"},{"code":"200"},{"reason":"OK"},{"Content-Type":"text/html; charset=x"},{"Content-Length":"7"}]}],` +
	`"tls":{"s_version":6,"scs":"1301","sni":["a.example"],"ja3":"j","cs":["1301","ffff"],"srlt":[{"dir":">","tp":23},{"dir":"<","tp":23}],` +
	`"s_cert":[{"sha1":"0a","subject":[{"commonName":"a"}],"issuer":[{"commonName":"CA"}],"version":3,"validity_not_after":"Nov  4 16:55:32 2026 GMT","extensions":[{"X509v3 Subject Alternative Name":"DNS:a.example"}]}]}}`

const want = `{"@timestamp":"1970-01-01T00:00:01.000002Z","ecs":{"version":"8.17.0"},` +
	`"event":{"kind":"event","category":["network"],"type":["connection","end"],"module":"joy","dataset":"joy.flow","id":"0123456789abcdef-2","start":"1970-01-01T00:00:01.000002Z","end":"1970-01-01T00:00:03.500000Z","duration":2499998000,"reason":"idle"},` +
	`"source":{"address":"192.0.2.1","ip":"192.0.2.1","port":1234,"bytes":10,"packets":2,"mac":"02-00-00-00-00-0A"},"destination":{"address":"2001:db8::2","ip":"2001:db8::2","port":443,"bytes":20,"packets":3},` +
	`"network":{"type":"ipv4","iana_number":"6","transport":"tcp","protocol":"tls","bytes":30,"packets":5,"community_id":"1:x","vlan":{"id":"7"}},"observer":{"product":"joy","type":"sensor"},` +
	`"tls":{"version":"1.3","version_protocol":"tls","cipher":"TLS_AES_128_GCM_SHA256","established":true,"resumed":false,"client":{"server_name":"a.example","ja3":"j","supported_ciphers":["TLS_AES_128_GCM_SHA256","unknown-65535"]},` +
	`"server":{"hash":{"sha1":"0A"},"subject":"CN=a","issuer":"CN=CA","not_after":"2026-11-04T16:55:32.000000Z","x509":{"version_number":"3","subject":{"distinguished_name":"CN=a","common_name":["a"]},"issuer":{"distinguished_name":"CN=CA","common_name":["CA"]},"not_after":"2026-11-04T16:55:32.000000Z","alternative_names":["a.example"]}}},` +
	`"dns":{"type":"answer","id":"7","op_code":"QUERY","question":{"name":"www.example","type":"A","class":"IN"},"header_flags":["RA"],"response_code":"NOERROR","answers":[{"name":"www.example","type":"A","data":"192.0.2.80","ttl":60}],"resolved_ip":["192.0.2.80"]},` +
	`"http":{"version":"1.1","request":{"method":"GET"},"response":{"status_code":200,"mime_type":"text/html","body":{"bytes":7}}},"url":{"original":"/a?b","domain":"[::1]","path":"/a","query":"b"},"user_agent":{"original":"x"},` +
	`"process":{"name":"curl","executable":"/usr/bin/curl","pid":9},"related":{"ip":["192.0.2.1","2001:db8::2","192.0.2.80"],"hosts":["a.example","www.example","[::1]"],"hash":["j"]}}` + "\n"

func document(t testing.TB, line string) string {
	t.Helper()
	var f flow.Flow
	if err := f.Parse([]byte(line)); err != nil {
		t.Fatal(err)
	}
	return string(ecs.New().Append(nil, &f))
}

func TestDocument(t *testing.T) {
	if got := document(t, line); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// What stands for a hidden address is no ip, and what is not there is left out.
func TestLittle(t *testing.T) {
	const want = `{"@timestamp":"1970-01-01T00:00:01.000000Z","ecs":{"version":"8.17.0"},"event":{"kind":"event","category":["network"],"type":["connection","end"],"module":"joy","dataset":"joy.flow","start":"1970-01-01T00:00:01.000000Z","end":"1970-01-01T00:00:01.000000Z","duration":0},` +
		`"source":{"address":"token","bytes":0,"packets":0},"destination":{"address":"192.0.2.1","ip":"192.0.2.1","bytes":0,"packets":0},"network":{"iana_number":"1","transport":"icmp","bytes":0,"packets":0},"observer":{"product":"joy","type":"sensor"},"related":{"ip":["192.0.2.1"]}}` + "\n"
	if got := document(t, `{"sa":"token","da":"192.0.2.1","pr":1,"sp":null,"dp":null,"time_start":1,"time_end":1}`); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(line))
	f.Add([]byte(`{"sa":"\u0000\ud83d\ude00","time_start":-9e9,"time_end":9e9,"tls":{"cs":[1,"zz"],"s_cert":[{}]},"dns":[{"rn":"","rr":[{"a":1,"ttl":-1}]}],"http":[{"in":[{"method":1}]}],"exe":[]}`))
	f.Add([]byte(`{"sa":"x","http":[{"out":[{"method":""},{"uri":""},{"version":""},{"Host":":"}]}],"l2":{"smac":"\n","vlan_out":[-1]}}`))
	w := ecs.New()
	f.Fuzz(func(t *testing.T, line []byte) {
		var r flow.Flow
		if r.Parse(line) != nil {
			return
		}
		got := w.Append(nil, &r)
		if !json.Valid(got) || bytes.Count(got, []byte("\n")) != 1 {
			t.Fatalf("%q became %q", line, got)
		}
	})
}
