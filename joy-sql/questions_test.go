package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"joy/joy-sql/analyst"
)

// The answers to the questions are worked out here once more, in Go and from the
// JSON, over all our captures and the flows that made makes up.

// An answer works a question out: rows as the columns that it tests, joined.
type answer struct {
	columns []string
	args    []string // of the command
	rows    func(flows []map[string]any) []string
}

// made are flows of what our captures do not show.
func made() (lines []string) {
	flow := func(i int, sa, da string, dp, pktsOut, bytesOut, pktsIn, bytesIn int, start float64, more string) {
		in := ""
		if pktsIn > 0 {
			in = fmt.Sprintf(`"bytes_in":%d,"num_pkts_in":%d,`, bytesIn, pktsIn)
		}
		lines = append(lines, fmt.Sprintf(`{"sa":"%s","da":"%s","pr":6,"sp":%d,"dp":%d,"bytes_out":%d,"num_pkts_out":%d,%s"time_start":%.6f,"time_end":%.6f,"packets":[],"ip":{"out":{"ttl":64}},%s"flow_id":"%016x","segment":0,"end_reason":"forced"}`,
			sa, da, 20000+i, dp, bytesOut, pktsOut, in, start, start+0.5, more, i+1))
	}
	const t0 = 1800000000.25
	for i := range 40 { // a scan of hosts, and one of ports
		flow(i, "203.0.113.7", fmt.Sprintf("10.9.0.%d", i+1), 445, 1, 0, i%2, 0, t0+float64(i), "")
		flow(100+i, "203.0.113.8", "10.9.0.1", 1000+i, 2, 0, 1, 0, t0+float64(i), "")
	}
	for i := range 12 { // a beacon with a little jitter, and chance
		flow(200+i, "10.9.1.1", "198.51.100.99", 8443, 5, 300, 4, 200, t0+60*float64(i)+float64(i%3), "")
		flow(300+i, "10.9.1.2", "198.51.100.99", 8443, 5, 300, 4, 200, t0+math.Pow(2, float64(i)), "")
	}
	for i := range 9 { // guessing passwords
		flow(400+i, "203.0.113.9", "10.9.0.22", 22, 12, 1900+i, 11, 2500, t0+10*float64(i), `"app":["ssh"],`)
	}
	flow(500, "10.9.1.3", "198.51.100.98", 443, 4000, 5_000_000, 2000, 1000, t0, `"entropy":7.99,"total_entropy":39950000.0,`)
	for i := range 25 { // a tunnel, and names that are not there
		name := strings.Repeat(fmt.Sprintf("%x", i%16), 50) + fmt.Sprintf(".x%d.tunnel.example.co.uk", i)
		flow(600+i, "10.9.1.4", "10.9.0.53", 53, 1, 90, 1, 150, t0, fmt.Sprintf(`"dns":[{"qn":"%[1]s","qt":"TXT","rc":0,"rr":[]},{"rn":"%[1]s","qt":"TXT","rc":3,"rr":[]}],"app":["dns"],`, name))
	}
	certificate := func(algo string, bits int, signature, before, after, subject, issuer string) string {
		return fmt.Sprintf(`"tls":{"s_version":3,"scs":"0005","sni":["Old.Example"],"s_cert":[{"length":500,"signature_algo":"%s","issuer":[{"commonName":"%s"}],"subject":[{"commonName":"%s"}],"validity_not_before":"%s","validity_not_after":"%s","subject_public_key_algo":"%s","subject_public_key_size":%d,"sha256":"%064x"}]},"app":["tls"],`,
			signature, issuer, subject, before, after, algo, bits, bits)
	}
	flow(700, "10.9.1.5", "10.9.0.80", 443, 9, 900, 9, 2000, t0, certificate("rsaEncryption", 1024, "sha1WithRSAEncryption", "Jan  1 00:00:00 2020 GMT", "Aug  7 15:04:17 2021 GMT", "old.example", "old.example"))
	flow(701, "10.9.1.5", "10.9.0.81", 443, 9, 900, 9, 2000, t0, certificate("rsaEncryption", 4096, "sha1WithRSAEncryption", "Jan  1 00:00:00 2020 GMT", "Jan 20 00:00:00 2027 GMT", "soon.example", "CA"))
	flow(702, "10.9.1.5", "10.9.0.82", 443, 9, 900, 9, 2000, t0, certificate("id-ecPublicKey", 256, "ecdsa-with-SHA256", "Jan  1 00:00:00 2030 GMT", "Jan 20 00:00:00 2037 GMT", "later.example", "CA"))
	flow(800, "10.9.1.6", "198.51.100.66", 443, 9, 900, 9, 2000, t0, `"p_malware":0.997,`)
	flow(801, "10.9.1.6", "198.51.100.67", 443, 9, 900, 9, 2000, t0, `"p_malware":0.5,`)
	flow(802, "10.9.1.6", "198.51.100.68", 443, 9, 900, 9, 2000, t0, `"analysis":{"status":"exact","kind":"tls","process":"evil","malware":true,"score":0.9},`)
	return lines
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		list := make([]string, len(v))
		for i := range v {
			list[i] = text(v[i])
		}
		return strings.Join(list, "+")
	}
	return fmt.Sprint(v)
}

func num(v any) float64 { f, _ := v.(float64); return f }

func list(v any) []any { l, _ := v.([]any); return l }

// at follows names into objects.
func at(v any, names ...string) any {
	for _, name := range names {
		o, _ := v.(map[string]any)
		v = o[name]
	}
	return v
}

func join(values ...any) string {
	list := make([]string, len(values))
	for i := range values {
		list[i] = text(values[i])
	}
	return strings.Join(list, "|")
}

// A tally counts by key, in the order of first use.
type tally struct {
	keys  []string
	sum   map[string]float64
	sets  map[string]map[string]bool
	sets2 map[string]map[string]bool
}

func newTally() *tally {
	return &tally{sum: map[string]float64{}, sets: map[string]map[string]bool{}, sets2: map[string]map[string]bool{}}
}

func (c *tally) add(key string, n float64, in, in2 string) {
	if c.sets[key] == nil {
		c.keys = append(c.keys, key)
		c.sets[key], c.sets2[key] = map[string]bool{}, map[string]bool{}
	}
	c.sum[key] += n
	c.sets[key][in], c.sets2[key][in2] = true, true
}

// rows makes a row of every key that use wants.
func (c *tally) rows(use func(key string) (string, bool)) (rows []string) {
	for _, key := range c.keys {
		if row, ok := use(key); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

func certificates(flows []map[string]any, use func(f map[string]any, side string, position, chain int, c any)) {
	for _, f := range flows {
		for _, side := range []string{"server", "client"} {
			chain := list(at(f, "tls", side[:1]+"_cert"))
			for i, c := range chain {
				use(f, side, i+1, len(chain), c)
			}
		}
	}
}

// certTime parses a time of a certificate with Go's own parser.
func certTime(t *testing.T, v any) float64 {
	c, err := time.Parse("Jan _2 15:04:05 2006 MST", text(v))
	if err != nil {
		t.Fatal(err)
	}
	return float64(c.Unix())
}

func answers(t *testing.T) map[string]answer {
	first := func(f map[string]any) float64 {
		if num(f["segment"]) == 0 {
			return 1
		}
		return 0
	}
	return map[string]answer{
		"top-receivers": {[]string{"address", "bytes", "flows"}, []string{"limit=5"}, func(flows []map[string]any) []string {
			c, n := newTally(), map[string]float64{}
			for _, f := range flows {
				c.add(text(f["da"]), num(f["bytes_out"]), "", "")
				n[text(f["da"])] += first(f)
				if in, ok := f["bytes_in"]; ok {
					c.add(text(f["sa"]), num(in), "", "")
					n[text(f["sa"])] += first(f)
				}
			}
			slices.SortFunc(c.keys, func(a, b string) int { return cmp.Or(cmp.Compare(c.sum[b], c.sum[a]), cmp.Compare(a, b)) })
			c.keys = c.keys[:5]
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k], n[k]), true })
		}},
		"services": {[]string{"pr", "dp", "app", "flows", "clients", "servers"}, []string{"limit=1000"}, func(flows []map[string]any) []string {
			c := newTally()
			for _, f := range flows {
				c.add(join(f["pr"], f["dp"], f["app"]), first(f), text(f["sa"]), text(f["da"]))
			}
			return c.rows(func(k string) (string, bool) {
				return join(k, c.sum[k], float64(len(c.sets[k])), float64(len(c.sets2[k]))), true
			})
		}},
		"server-names": {[]string{"name", "sessions", "hosts"}, []string{"limit=1000"}, func(flows []map[string]any) []string {
			c := newTally()
			for _, f := range flows {
				for _, name := range list(at(f, "tls", "sni")) {
					c.add(strings.ToLower(text(name)), 1, text(f["sa"]), "")
				}
			}
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k], float64(len(c.sets[k]))), true })
		}},
		"suites": {[]string{"suite", "suite_name", "sessions"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			for _, f := range flows {
				if scs := text(at(f, "tls", "scs")); scs != "" {
					c.add(scs+"|"+text(at(f, "tls", "s_version")), 1, "", "")
				}
			}
			known := map[string]string{
				"1301": "TLS_AES_128_GCM_SHA256", "1302": "TLS_AES_256_GCM_SHA384", "1303": "TLS_CHACHA20_POLY1305_SHA256",
				"c030": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "c02c": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "c02f": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
				"c02b": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "c014": "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "0005": "TLS_RSA_WITH_RC4_128_SHA",
				"00a8": "TLS_PSK_WITH_AES_128_GCM_SHA256", "cca8": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "cca9": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
				"00ab": "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384", "c0ac": "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", "00a9": "TLS_PSK_WITH_AES_256_GCM_SHA384", "ccac": "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
			}
			return c.rows(func(k string) (string, bool) {
				code, _, _ := strings.Cut(k, "|")
				if known[code] == "" {
					t.Errorf("suite %s is to be written down here", code)
				}
				return join(code, known[code], c.sum[k]), true
			})
		}},
		"old-tls": {[]string{"sa", "da", "dp", "sni", "version", "sessions"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			versions := map[float64]string{1: "SSL 2.0", 2: "SSL 3.0", 3: "TLS 1.0", 4: "TLS 1.1"}
			for _, f := range flows {
				if v := versions[num(at(f, "tls", "s_version"))]; v != "" {
					sni := any(nil)
					if l := list(at(f, "tls", "sni")); len(l) > 0 {
						sni = l[0]
					}
					c.add(join(f["sa"], f["da"], f["dp"], sni, v), 1, "", "")
				}
			}
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k]), true })
		}},
		"weak-certificates": {[]string{"da", "dp", "side", "position", "subject_cn", "key_bits", "short_key", "weak_hash", "sessions"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			certificates(flows, func(f map[string]any, side string, position, _ int, x any) {
				bits, rsa := num(at(x, "subject_public_key_size")), at(x, "subject_public_key_algo") == "rsaEncryption"
				short := rsa && bits < 2048 || !rsa && bits < 224
				weak := strings.HasPrefix(strings.ToLower(text(at(x, "signature_algo"))), "sha1") && text(at(x, "issuer")) != text(at(x, "subject"))
				if short || weak {
					c.add(join(f["da"], f["dp"], side, float64(position), commonName(at(x, "subject")), bits, short, weak), 1, "", "")
				}
			})
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k]), true })
		}},
		"expiring-certificates": {[]string{"da", "subject_cn", "state", "sessions"}, []string{"days=20"}, func(flows []map[string]any) []string {
			c := newTally()
			certificates(flows, func(f map[string]any, _ string, _, _ int, x any) {
				now, after, before := num(f["time_start"]), certTime(t, at(x, "validity_not_after")), certTime(t, at(x, "validity_not_before"))
				state := ""
				switch {
				case after < now:
					state = "expired"
				case before > now:
					state = "not yet valid"
				case after < now+20*86400:
					state = "expires soon"
				default:
					return
				}
				c.add(join(f["da"], commonName(at(x, "subject")), state), 1, "", "")
			})
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k]), true })
		}},
		"self-signed": {[]string{"da", "dp", "subject_cn", "sha256", "sessions", "clients"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			certificates(flows, func(f map[string]any, side string, _, chain int, x any) {
				if side == "server" && chain == 1 && fmt.Sprint(at(x, "subject")) == fmt.Sprint(at(x, "issuer")) {
					c.add(join(f["da"], f["dp"], commonName(at(x, "subject")), at(x, "sha256")), 1, text(f["sa"]), "")
				}
			})
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k], float64(len(c.sets[k]))), true })
		}},
		"rare-fingerprints": {[]string{"ja4", "sessions", "hosts"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			for _, f := range flows {
				if ja4 := text(at(f, "tls", "ja4")); ja4 != "" {
					c.add(ja4, 1, text(f["sa"]), "")
				}
			}
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k], float64(len(c.sets[k]))), len(c.sets[k]) <= 1 })
		}},
		"programs": {[]string{"status", "process", "version", "os", "sessions", "hosts"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			for _, f := range flows {
				if a := f["analysis"]; a != nil && f["tls"] != nil {
					c.add(join(at(a, "status"), at(a, "process"), at(a, "version"), at(a, "os")), 1, text(f["sa"]), "")
				}
			}
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k], float64(len(c.sets[k]))), true })
		}},
		"user-agents": {[]string{"user_agent", "requests", "hosts"}, []string{"limit=1000"}, func(flows []map[string]any) []string {
			c := newTally()
			for _, f := range flows {
				for _, x := range list(f["http"]) {
					for _, h := range list(at(x, "out")) {
						if v, ok := header(h, "user-agent"); ok {
							c.add(v, 1, text(f["sa"]), "")
							break
						}
					}
				}
			}
			return c.rows(func(k string) (string, bool) { return join(k, c.sum[k], float64(len(c.sets[k]))), true })
		}},
		"high-entropy": {[]string{"sa", "da", "dp", "app", "bytes_out"}, nil, func(flows []map[string]any) (rows []string) {
			for _, f := range flows {
				hidden := slices.ContainsFunc(list(f["app"]), func(a any) bool {
					return slices.Contains([]any{"tls", "dtls", "quic", "ssh", "ike", "openvpn", "wireguard"}, a)
				})
				if e := num(f["entropy"]); e > 7 && num(f["total_entropy"])/e >= 500 && !hidden {
					rows = append(rows, join(f["sa"], f["da"], f["dp"], f["app"], f["bytes_out"]))
				}
			}
			return rows
		}},
		"ssh-guessing": {[]string{"sa", "da", "dp", "flows"}, []string{"spread=0.1"}, func(flows []map[string]any) []string {
			return []string{"203.0.113.9|10.9.0.22|22|9"} // those of made; ours are of many kinds
		}},
		"scanners": {[]string{"sa", "hosts", "ports", "flows", "unanswered"}, nil, func(flows []map[string]any) []string {
			c, silent := newTally(), map[string]float64{}
			for _, f := range flows {
				if pr := num(f["pr"]); (pr == 6 || pr == 17 || pr == 132) && num(f["num_pkts_out"]) <= 3 {
					sa := text(f["sa"])
					c.add(sa, 1, text(f["da"]), text(f["dp"]))
					if num(f["num_pkts_in"]) == 0 {
						silent[sa]++
					}
				}
			}
			return c.rows(func(k string) (string, bool) {
				hosts, ports := len(c.sets[k]), len(c.sets2[k])
				if c.sets2[k][""] {
					ports-- // no port
				}
				return join(k, float64(hosts), float64(ports), c.sum[k], silent[k]), hosts > 20 || ports > 20
			})
		}},
		"nxdomain": {[]string{"sa", "nxdomain", "names", "answers"}, nil, func(flows []map[string]any) []string {
			c, missing := newTally(), newTally()
			for _, f := range flows {
				for _, m := range list(f["dns"]) {
					if name := at(m, "rn"); name != nil {
						c.add(text(f["sa"]), 1, "", "")
						if at(m, "rc") == 3.0 {
							missing.add(text(f["sa"]), 1, text(name), "")
						}
					}
				}
			}
			return missing.rows(func(k string) (string, bool) {
				return join(k, missing.sum[k], float64(len(missing.sets[k])), c.sum[k]), true
			})
		}},
		"long-names": {[]string{"domain", "names", "questions", "hosts"}, nil, func(flows []map[string]any) []string {
			c := newTally()
			domains := map[string]string{"uk": "example.co.uk", "arpa": "2.ip6.arpa"}
			for _, f := range flows {
				for _, m := range list(f["dns"]) {
					if name := text(at(m, "qn")); len(name) > 60 && at(m, "rn") == nil {
						c.add(domains[name[strings.LastIndexByte(name, '.')+1:]], 1, strings.ToLower(name), text(f["sa"]))
					}
				}
			}
			return c.rows(func(k string) (string, bool) {
				return join(k, float64(len(c.sets[k])), c.sum[k], float64(len(c.sets2[k]))), true
			})
		}},
		"uploads": {[]string{"sa", "da", "dp", "sent", "got"}, []string{"bytes=10000", "times=3"}, func(flows []map[string]any) []string {
			c, in := newTally(), map[string]float64{}
			for _, f := range flows {
				k := join(f["sa"], f["da"], f["dp"])
				c.add(k, num(f["bytes_out"]), "", "")
				in[k] += num(f["bytes_in"])
			}
			return c.rows(func(k string) (string, bool) {
				return join(k, c.sum[k], in[k]), c.sum[k] > 3*in[k] && c.sum[k] >= 10000
			})
		}},
		"beacons": {[]string{"sa", "da", "dp", "flows"}, nil, func(flows []map[string]any) (rows []string) {
			starts := map[string][]float64{}
			for _, f := range flows {
				if num(f["segment"]) == 0 {
					k := join(f["sa"], f["da"], f["dp"], f["pr"])
					starts[k] = append(starts[k], num(f["time_start"]))
				}
			}
			for k, times := range starts {
				if mean, spread := gaps(times); len(times) >= 6 && mean >= 1 && spread/mean <= 0.2 {
					rows = append(rows, join(k[:strings.LastIndexByte(k, '|')], float64(len(times))))
				}
			}
			return rows
		}},
		"malware": {[]string{"sa", "da", "source"}, nil, func(flows []map[string]any) (rows []string) {
			for _, f := range flows {
				if num(f["p_malware"]) > 0.99 {
					rows = append(rows, join(f["sa"], f["da"], "classifier"))
				}
				if at(f, "analysis", "malware") == true {
					rows = append(rows, join(f["sa"], f["da"], "fingerprint"))
				}
			}
			return rows
		}},
		"tls-policy": {[]string{"sa", "da", "dp", "version", "reasons", "sessions"}, nil, func(flows []map[string]any) []string {
			return []string{ // TLS 1.0 and 1.1 of our captures, and what made adds
				"192.0.2.1|192.0.2.2|443|TLS 1.0|version|1", "192.0.2.1|192.0.2.2|443|TLS 1.1|version|1", "192.0.2.1|192.0.2.2|4434|TLS 1.1|version|1",
				"10.9.1.5|10.9.0.80|443|TLS 1.0|version+no forward secrecy+broken cipher+certificate not valid at the time+short key in certificate|1",
				"10.9.1.5|10.9.0.81|443|TLS 1.0|version+no forward secrecy+broken cipher|1",
				"10.9.1.5|10.9.0.82|443|TLS 1.0|version+no forward secrecy+broken cipher+certificate not valid at the time|1",
			}
		}},
	}
}

func commonName(names any) any {
	for _, n := range list(names) {
		if v, ok := header(n, "commonname"); ok {
			return v
		}
	}
	return nil
}

// header looks into an object with one member.
func header(o any, name string) (string, bool) {
	m, _ := o.(map[string]any)
	for k, v := range m {
		return text(v), strings.EqualFold(k, name)
	}
	return "", false
}

// gaps are mean and standard deviation (n-1) of the gaps between times.
func gaps(times []float64) (mean, spread float64) {
	slices.Sort(times)
	n := float64(len(times) - 1)
	if n < 2 {
		return 0, 0
	}
	mean = (times[len(times)-1] - times[0]) / n
	for i := 1; i < len(times); i++ {
		spread += math.Pow(times[i]-times[i-1]-mean, 2)
	}
	return mean, math.Sqrt(spread / (n - 1))
}

func TestQuestions(t *testing.T) {
	path, flows := recordFile(t, made()...)
	parquet := file(t, "flows.parquet", nil)
	ask(t, "--format", "parquet", "--output", parquet, "FROM flows", path)
	flows = slices.DeleteFunc(flows, func(f map[string]any) bool { return f["sa"] == nil })
	questions, err := analyst.Questions()
	if err != nil {
		t.Fatal(err)
	}
	want := answers(t)
	if len(questions) != 20 || len(want) != 20 {
		t.Fatalf("%d questions, %d answers", len(questions), len(want))
	}
	for _, q := range questions {
		t.Run(q.Name, func(t *testing.T) {
			a, ok := want[q.Name]
			if !ok {
				t.Fatal("there is no answer for it")
			}
			rows := a.rows(flows)
			if len(rows) == 0 {
				t.Fatal("the flows show nothing for it")
			}
			slices.Sort(rows)
			args := []string{"--question", q.Name}
			for _, s := range a.args {
				args = append(args, "--set", s)
			}
			for _, in := range []string{path, parquet} {
				var have []string
				for _, row := range rowsOf(t, append(args, in)...) {
					values := make([]any, len(a.columns))
					for i, c := range a.columns {
						values[i] = row[c]
					}
					have = append(have, join(values...))
				}
				slices.Sort(have)
				if !slices.Equal(have, rows) {
					t.Errorf("%s:\nhave %s\nwant %s", in, strings.Join(have, "\n     "), strings.Join(rows, "\n     "))
				}
			}
		})
	}
}
