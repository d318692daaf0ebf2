package dns

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"joy/feature"
	"joy/feature/featuretest"
)

// differ compares what this package and miekg/dns read in a message, and
// reports whether miekg/dns could read it.
func differ(t *testing.T, where string, b []byte) bool {
	t.Helper()
	var want dns.Msg
	if err := want.Unpack(b); err != nil {
		return false
	}
	if len(want.Answer)+len(want.Ns)+len(want.Extra) > maxRecords || len(want.Question) > 1 && want.Question[0].Name == "" {
		return false
	}
	p := new(Parser)
	p.form = datagrams
	p.Data(&feature.Chunk{Bytes: b})
	list := p.Info(feature.Both)
	got := list[0]
	if got.Malformed != "" || got.ID != want.Id || got.HasRN != want.Response || int(got.RC) != want.Rcode&15 || len(list) != max(1, len(want.Question)) {
		t.Errorf("%s: %+v, not %v", where, got, want.String())
		return true
	}
	netbios := got.QType == typeNB || got.QType == typeNBSTAT || slices.ContainsFunc(got.RR, func(r RR) bool { return len(r.NB) > 0 })
	for i, q := range want.Question {
		if g := text(list[i].QN) + text(list[i].RN); !netbios && g != plainName(t, q.Name) || list[i].QType&0xffff != QType(q.Qtype) {
			t.Errorf("%s: question %q %d, not %v", where, g, list[i].QType, q)
		}
	}
	var wantRR []string
	for i, section := range [][]dns.RR{want.Answer, want.Ns, want.Extra} {
		for _, rr := range section {
			if o, ok := rr.(*dns.OPT); !ok {
				wantRR = append(wantRR, [...]string{"", "authority", "additional"}[i]+" "+theirs(t, rr, &want))
			} else if e := got.EDNS; e == nil || e.UDPSize != o.UDPSize() || e.DO != o.Do() || len(e.Options) != len(o.Option) || e.Version != o.Version() {
				t.Errorf("%s: %+v, not %v", where, got.EDNS, o)
			}
		}
	}
	for i := range got.RR {
		g := got.RR[i].Section + " " + ours(&got.RR[i], &got)
		if !netbios && (i >= len(wantRR) || g != wantRR[i] && want.Opcode != dns.OpcodeUpdate) {
			t.Errorf("%s: record %d\n%s\n%q", where, i, g, wantRR)
		}
	}
	if len(got.RR) != len(wantRR) {
		t.Errorf("%s: %d records, not %d", where, len(got.RR), len(wantRR))
	}
	return true
}

func text(t feature.Text) string { return string(t) }

// plainName writes a name of miekg/dns in our form, by way of its bytes.
func plainName(t *testing.T, s string) string {
	t.Helper()
	wire := make([]byte, 300)
	n, err := dns.PackDomainName(s, wire, 0, nil, false)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	var out []byte
	for wire = wire[:n]; wire[0] != 0; wire = wire[1+wire[0]:] {
		out = appendLabel(out, wire[1:1+wire[0]], len(out) > 0)
	}
	if len(out) == 0 {
		return "."
	}
	return string(out)
}

// unescape undoes the escapes of a string of miekg/dns.
func unescape(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			n, _ := strconv.Atoi(s[i+1 : i+4])
			b = append(b, byte(n))
			i += 3
			continue
		}
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

// theirs and ours write a record in the same words.
func theirs(t *testing.T, rr dns.RR, m *dns.Msg) string {
	h := rr.Header()
	name := plainName(t, h.Name)
	if len(m.Question) > 0 && name == plainName(t, m.Question[0].Name) {
		name = ""
	}
	s := fmt.Sprint(name, " ", h.Ttl, " ")
	if h.Class&0x7fff != dns.ClassINET || h.Rdlength == 0 {
		return s + "?"
	}
	n := func(s string) string { return plainName(t, s) }
	switch r := rr.(type) {
	case *dns.A:
		return s + r.A.String()
	case *dns.AAAA:
		return s + r.AAAA.String()
	case *dns.CNAME:
		return s + n(r.Target)
	case *dns.PTR:
		return s + n(r.Ptr)
	case *dns.NS:
		return s + n(r.Ns)
	case *dns.DNAME:
		return s + n(r.Target)
	case *dns.MX:
		return s + fmt.Sprint(r.Preference, n(r.Mx))
	case *dns.SOA:
		return s + fmt.Sprint(n(r.Ns), n(r.Mbox), r.Serial, r.Refresh, r.Retry, r.Expire, r.Minttl)
	case *dns.TXT:
		for _, x := range r.Txt {
			s += strconv.Quote(unescape(x))
		}
		return s
	case *dns.SRV:
		return s + fmt.Sprint(r.Priority, r.Weight, r.Port, n(r.Target))
	case *dns.HTTPS:
		return s + theirBinding(n(r.Target), &r.SVCB)
	case *dns.SVCB:
		return s + theirBinding(n(r.Target), r)
	case *dns.DNSKEY:
		return s + fmt.Sprintf("%d %d %d id=%d", r.Flags, r.Protocol, r.Algorithm, r.KeyTag())
	case *dns.RRSIG:
		return s + fmt.Sprintf("%s %d %d %d %s %s %d %s", dns.Type(r.TypeCovered), r.Algorithm, r.Labels, r.OrigTtl,
			dns.TimeToString(r.Expiration), dns.TimeToString(r.Inception), r.KeyTag, n(r.SignerName))
	case *dns.DS, *dns.NSEC, *dns.NSEC3, *dns.NSEC3PARAM, *dns.TLSA, *dns.SSHFP, *dns.NAPTR, *dns.HINFO, *dns.URI, *dns.CAA:
		return s + words(strings.TrimPrefix(rr.String(), h.String()))
	}
	return s + "?"
}

// words makes texts alike that differ in case, final dots and spaces.
func words(s string) string {
	f := strings.Fields(strings.ToLower(s))
	for i := range f {
		f[i] = strings.TrimSuffix(f[i], ".")
	}
	return strings.Join(f, " ")
}

func theirBinding(target string, r *dns.SVCB) string {
	s := fmt.Sprint(r.Priority, target)
	var others int
	for _, v := range r.Value {
		switch v := v.(type) {
		case *dns.SVCBAlpn:
			s += fmt.Sprint(" ", v.Alpn)
		case *dns.SVCBPort:
			s += fmt.Sprint(" ", v.Port)
		case *dns.SVCBIPv4Hint:
			s += fmt.Sprint(" ", v.Hint)
		case *dns.SVCBECHConfig:
			s += " ech"
		case *dns.SVCBIPv6Hint:
			s += fmt.Sprint(" ", v.Hint)
		default:
			others++
		}
	}
	return s + fmt.Sprint(" ", others)
}

func ours(r *RR, m *Message) string {
	s := fmt.Sprint(string(r.Name), " ", r.TTL, " ")
	switch {
	case r.HasClass || r.HasType && r.RDLength == 0:
		return s + "?"
	case r.A.IP.IsValid():
		return s + r.A.IP.String()
	case r.AAAA.IP.IsValid():
		return s + r.AAAA.IP.String()
	case r.HasPreference:
		return s + fmt.Sprint(r.Preference, string(r.MX))
	case r.Zone != nil:
		z := r.Zone
		return s + fmt.Sprint(string(r.SOA), string(z.RName), z.Serial, z.Refresh, z.Retry, z.Expire, z.Minimum)
	case r.TXT != nil:
		for _, x := range r.TXT {
			s += strconv.Quote(string(x))
		}
		return s
	case r.SRV != nil:
		return s + fmt.Sprint(r.SRV.Priority, r.SRV.Weight, r.SRV.Port, string(r.SRV.Target))
	case r.HTTPS != nil:
		return s + ourBinding(r.HTTPS)
	case r.SVCB != nil:
		return s + ourBinding(r.SVCB)
	case r.HasType && (r.Type == typeDNSKEY || r.Type == typeRRSIG):
		return s + string(r.Data)
	case r.HasType && slices.Contains([]RRType{typeDS, typeNSEC, typeNSEC3, typeNSEC3PARAM, typeTLSA, typeSSHFP, typeNAPTR, typeHINFO, typeURI, typeCAA}, r.Type):
		return s + words(string(r.Data))
	case r.HasType:
		return s + "?"
	}
	return s + string(r.CNAME) + string(r.PTR) + string(r.NS) + string(r.DNAME)
}

func ourBinding(b *SVCB) string {
	s := fmt.Sprint(b.Priority, string(b.Target))
	if b.ALPN != nil {
		s += fmt.Sprintf(" %s", b.ALPN)
	}
	if b.HasPort {
		s += fmt.Sprint(" ", b.Port)
	}
	hints := func(list []feature.Addr) {
		var ips []string
		for _, a := range list {
			ips = append(ips, a.IP.String())
		}
		if len(list) > 0 {
			s += fmt.Sprint(" ", ips)
		}
	}
	hints(b.IPv4Hint)
	if b.ECH {
		s += " ech"
	}
	hints(b.IPv6Hint)
	return s + fmt.Sprint(" ", len(b.Keys))
}

func TestDifferentialOnMadeMessages(t *testing.T) {
	for _, s := range examined(t) {
		for i, c := range s.Chunks {
			for b := c.Bytes; len(b) > 0; {
				m := b
				if s.Over == feature.TCP {
					m = b[2 : 2+binary.BigEndian.Uint16(b)]
					b = b[2:]
				}
				b = b[len(m):]
				nodeStatus := s.Name == "netbios" && i == 4 // a SRV, for miekg/dns
				if !differ(t, fmt.Sprintf("%s %d", s.Name, i), m) && !nodeStatus {
					t.Errorf("%s %d is not read by miekg/dns", s.Name, i)
				}
			}
		}
	}
}

func TestDifferentialOnCorpus(t *testing.T) {
	n, read := 0, 0
	captures(t, func(path string) {
		for _, s := range sessions(t, path) {
			if s.Over != feature.UDP || !recognized(&s) {
				continue
			}
			for i, c := range s.Chunks {
				if n++; differ(t, fmt.Sprintf("%s %d %d", path, s.Ports, i), c.Bytes) {
					read++
				}
			}
		}
	})
	t.Logf("miekg/dns reads %d of %d messages", read, n)
	if read < 900 {
		t.Errorf("only %d messages were compared", read)
	}
}

// Names of types are those that miekg/dns has.
func TestTypeNames(t *testing.T) {
	for number, name := range dns.TypeToString {
		if got := typeName(number); got != name && name != "None" && name != "Reserved" && name != "NIMLOC" && name != "ISDN" && name != "RT" {
			t.Errorf("type %d is %q, not %q", number, got, name)
		}
	}
	for _, c := range []struct {
		v    any
		want string
	}{{QType(4660), `"TYPE4660"`}, {QType(typeNBSTAT), `"NBSTAT"`}, {QType(32769), `"DLV"`}, {QClass(258), `"CLASS258"`}, {RRType(4660), `"1234"`}, {RRClass(1), `"1"`}, {RRClass(3), `"CH"`}, {Option(65001), `"OPT65001"`}, {SVCKey(9), `"key9"`}} {
		if got := featuretest.JSON(t, c.v); got != c.want {
			t.Errorf("%v is %s, not %s", c.v, got, c.want)
		}
	}
}
