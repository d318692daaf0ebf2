package kerberos

import (
	"encoding/binary"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

func der(tag byte, parts ...string) string {
	v := strings.Join(parts, "")
	if len(v) < 0x80 {
		return string([]byte{tag, byte(len(v))}) + v
	}
	return string([]byte{tag, 0x82, byte(len(v) >> 8), byte(len(v))}) + v
}

func field(n byte, v ...string) string { return der(context+n, v...) }
func seq(v ...string) string           { return der(tagSequence, v...) }
func octets(v string) string           { return der(tagOctets, v) }

func number(n int32) string {
	if n >= -128 && n < 128 {
		return der(tagInteger, string([]byte{byte(n)}))
	}
	return der(tagInteger, string(binary.BigEndian.AppendUint32(nil, uint32(n))))
}

func text(s string) string { return der(0x1b, s) }

func principal(parts ...string) string {
	list := ""
	for _, p := range parts {
		list += text(p)
	}
	return seq(field(0, number(1)), field(1, seq(list)))
}

func padata(kinds ...int32) string {
	list := ""
	for _, k := range kinds {
		list += seq(field(1, number(k)), field(2, octets("secret")))
	}
	return seq(list)
}

func encrypt(etype int32, size int) string {
	return seq(field(0, number(etype)), field(1, number(2)), field(2, octets(strings.Repeat("c", size))))
}

func request(kind byte, pa string, client string) string {
	body := field(0, der(0x03, "\x00\x40\x81\x00\x10"))
	if client != "" {
		body += field(1, principal(client))
	}
	body += field(2, text("EXAMPLE.ORG")) + field(3, principal("krbtgt", "EXAMPLE.ORG")) +
		field(5, der(0x18, "20370913024805Z")) + field(7, number(0x12345678)) + field(8, seq(number(18), number(23), number(-133)))
	return der(application|kind, seq(field(1, number(5)), field(2, number(int32(kind))), field(3, pa), field(4, seq(body))))
}

func ticket() string {
	return der(application|1, seq(field(0, number(5)), field(1, text("EXAMPLE.ORG")), field(2, principal("cifs", "files.example.org")), field(3, encrypt(18, 300))))
}

func reply(kind byte) string {
	return der(application|kind, seq(field(0, number(5)), field(1, number(int32(kind))), field(2, padata(19)),
		field(3, text("EXAMPLE.ORG")), field(4, principal("anna")), field(5, ticket()), field(6, encrypt(23, 150))))
}

func failure(code int32) string {
	return der(application|krbErr, seq(field(0, number(5)), field(1, number(krbErr)), field(4, der(0x18, "20240101000000Z")), field(5, number(1)),
		field(6, number(code)), field(9, text("EXAMPLE.ORG")), field(10, principal("krbtgt", "EXAMPLE.ORG")), field(11, text("NEEDED_PREAUTH")), field(12, octets(padata(136, 19, 2)))))
}

func apRequest() string {
	return der(application|apReq, seq(field(0, number(5)), field(1, number(apReq)), field(2, der(0x03, "\x00\x20\x00\x00\x00")), field(3, ticket()), field(4, encrypt(18, 100))))
}

func framed(m string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(m)))) + m }

var sessions = []featuretest.Session{
	featuretest.Bytes("login-udp", feature.UDP, request(asReq, padata(128), "anna"), failure(25), request(asReq, padata(2, 128), "anna"), reply(asRep)),
	featuretest.Bytes("login-tcp", feature.TCP, framed(request(asReq, padata(128), "anna")), framed(failure(25)), framed(request(tgsReq, padata(1), "")), framed(reply(tgsRep))),
	featuretest.Bytes("ap", feature.TCP, framed(apRequest()), framed(der(application|apRep, seq(field(0, number(5)), field(1, number(apRep)), field(2, encrypt(18, 50)))))),
	featuretest.Bytes("too-long", feature.TCP, framed(request(asReq, padata(128), "anna")), framed(strings.Repeat("x", maxMessage+1)), framed(request(asReq, padata(128), "berta")), framed(failure(-7))),
}

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"kerberos"}) }

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions...) }

func FuzzKerberos(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions...) }

func run(over feature.Transport, messages ...string) (*Parser, string) {
	p := Module.New(featuretest.Settings()).(*Parser)
	featuretest.Feed(&Module, p, over, featuretest.Bytes("", over, messages...).Chunks)
	return p, ""
}

func TestFacts(t *testing.T) {
	p, _ := run(feature.UDP, request(asReq, padata(2, 128), "anna"), reply(asRep))
	in := p.Info(feature.Both)
	req, rep := in.Messages[0], in.Messages[1]
	if string(req.Client) != "anna" || string(req.Service) != "krbtgt/EXAMPLE.ORG" || string(req.Till) != "20370913024805Z" || len(req.Etypes) != 3 || req.Etypes[2] != -133 {
		t.Errorf("request: %s", featuretest.JSON(t, req))
	}
	if string(rep.Service) != "cifs/files.example.org" || rep.TicketEtype != 18 || len(rep.Etypes) != 1 || rep.Etypes[0] != 23 || rep.Truncated {
		t.Errorf("reply: %s", featuretest.JSON(t, rep))
	}
}

func TestPreauthOfError(t *testing.T) {
	p, _ := run(feature.UDP, failure(preauthRequired))
	m := p.Info(feature.Both).Messages[0]
	if m.Error != preauthRequired || len(m.Preauth) != 3 || m.Preauth[2] != 2 || string(m.Text) != "NEEDED_PREAUTH" {
		t.Errorf("%s", featuretest.JSON(t, m))
	}
}

func TestCapturedInPart(t *testing.T) {
	whole := request(asReq, padata(2, 128), "anna")
	p, _ := run(feature.UDP, whole[:len(whole)-30])
	if m := p.Info(feature.Both).Messages[0]; !m.Truncated || string(m.Client) != "anna" {
		t.Errorf("%s", featuretest.JSON(t, m))
	}
}

func TestBounds(t *testing.T) {
	many := make([]string, 40)
	long := strings.Repeat("n", 3000)
	for i := range many {
		many[i] = request(asReq, padata(2), long)
	}
	p, _ := run(feature.UDP, many...)
	in := p.Info(feature.Both)
	if len(in.Messages) != maxMessages || in.More != 40-maxMessages || !in.Messages[15].Truncated || len(p.text) > maxText || len(in.Messages[0].Client) != maxName {
		t.Errorf("%d messages, %d more, %d bytes", len(in.Messages), in.More, len(p.text))
	}
}

func TestGap(t *testing.T) {
	m := framed(request(asReq, padata(2), "anna"))
	p := Module.New(featuretest.Settings()).(*Parser)
	v, _ := featuretest.Feed(&Module, p, feature.TCP, []feature.Chunk{{Bytes: []byte(m)}, {Bytes: []byte(m[40:]), Lost: 40}})
	if in := p.Info(feature.Both); v != feature.Done || !in.Gap || len(in.Messages) != 1 {
		t.Errorf("verdict %d, %s", v, featuretest.JSON(t, in))
	}
}

func TestCutReportsOnce(t *testing.T) {
	p, _ := run(feature.UDP, request(asReq, padata(2), "anna"))
	p.Cut()
	if p.Info(feature.Both) != nil {
		t.Error("reported twice")
	}
	p.Data(&feature.Chunk{Over: feature.UDP, Dir: feature.In, Bytes: []byte(reply(asRep))})
	if in := p.Info(feature.Both); len(in.Messages) != 1 || in.Messages[0].Kind != "AS-REP" || len(in.Messages[0].Etypes) != 1 {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
}

func TestMatchRefuses(t *testing.T) {
	version4 := strings.Replace(request(asReq, padata(2), "anna"), "\x02\x01\x05", "\x02\x01\x04", 1)
	for name, b := range map[string]string{
		"empty": "", "dns": "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", "ldap": "0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00", "version 4": version4,
		"other type": "\x6b" + request(asReq, padata(2), "anna")[1:], "endless length": "\x6a\x80\x30\x80\xa1\x03\x02\x01\x05\xa2\x03\x02\x01\x0a",
	} {
		if g := Match(&feature.Chunk{Over: feature.UDP, Bytes: []byte(b)}); g != feature.No {
			t.Errorf("%s: %d", name, g)
		}
	}
}

func TestReadTicket(t *testing.T) {
	whole := apRequest()
	got, ok := ReadTicket([]byte(whole[:200]))
	if !ok || string(got.Realm) != "EXAMPLE.ORG" || string(got.Service) != "cifs/files.example.org" || got.Etype != 18 {
		t.Errorf("%v %s", ok, featuretest.JSON(t, got))
	}
	if _, ok := ReadTicket([]byte(request(asReq, padata(2), "anna"))); ok {
		t.Error("an AS-REQ has no ticket")
	}
}

func BenchmarkKerberos(b *testing.B) {
	p := Module.New(featuretest.Settings())
	s := sessions[0]
	for i := range s.Chunks {
		s.Chunks[i].Over = feature.UDP
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range s.Chunks {
			p.Data(&s.Chunks[i])
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	other := feature.Chunk{Over: feature.TCP, Bytes: []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")}
	for b.Loop() {
		Match(&other)
	}
}
