package ldap

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzLDAP(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkLDAP(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"ldap", "cldap"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "bind", In: "0\x11\x02\x01\x01`\x0c\x02\x01\x03\x04\x04cn=a\x80\x01x", Want: feature.Yes},
		{Name: "search", In: "0%\x02\x01\x01c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00", Want: feature.Yes},
		{Name: "answer", In: "0\x0c\x02\x01\x01a\x07\n\x01\x00\x04\x00\x04\x00", Want: feature.Yes},
		{Name: "StartTLS", In: "0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037", Want: feature.Yes},
		{Name: "unbind", In: "0\x05\x02\x01\x07B\x00", Want: feature.Yes},
		{Name: "half", In: "0\x11\x02\x01\x01`\x0c\x02\x01", Want: feature.Maybe},
		{Name: "SNMP", In: "0\x10\x02\x01\x01\x04\x06public\xa0\x03\x02\x01\x01", Want: feature.No},
		{Name: "a certificate", In: "0\x82\x03\x00\x02\x01\x010", Want: feature.No},
		{Name: "zeros", In: "0\x00\x00\x00", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("bind", feature.TCP,
			"0\x1f\x02\x01\x01`\x1a\x02\x01\x03\x04\rcn=admin,dc=x\x80\x06sesame",
			"0\x11\x02\x01\x01a\x0c\n\x011\x04\x00\x04\x05wrong",
			"0\x82\x0b\xd8\x02\x01\x02`\x82\x0b\xd1\x02\x01\x03\x04\x00\xa3\x82\x0b\xc8\x04\nGSS-SPNEGO\x04\x82\x0b\xb8"+strings.Repeat("t", 3000)+"",
			"0\x0c\x02\x01\x02a\x07\n\x01\x00\x04\x00\x04\x00",
			"0)\x02\x01\x03c$\x04\x04dc=x\n\x01\x02\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00",
			"0\x82\x07\xe1\x02\x01\x03d\x82\x07\xda\x04\x04dc=x0\x82\x07\xd0"+strings.Repeat("z", 2000)+"0\x0c\x02\x01\x03e\x07\n\x01\x00\x04\x00\x04\x00",
			"0%\x02\x01\x04c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00",
			"0\x0c\x02\x01\x04e\x07\n\x01 \x04\x00\x04\x00",
			"0\x05\x02\x01\x07B\x00",
		),
		featuretest.Bytes("starttls", feature.TCP,
			"0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037",
			"0\x0c\x02\x01\x01x\x07\n\x01\x00\x04\x00\x04\x00",
			"\x16\x03\x01\x00\x05hello",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the password is not reported",
			Messages: []string{"0\x16\x02\x01\x01`\x11\x02\x01\x03\x04\x04cn=a\x80\x06sesame"},
			Want:     []string{"\"name\":\"cn=a\"", "\"method\":\"simple\"", "\"password\":\"digest:g\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "a bind that proves nothing",
			Messages: []string{"0\x10\x02\x01\x01`\x0b\x02\x01\x03\x04\x04cn=a\x80\x00"},
			Want:     []string{"\"method\":\"simple\""},
			Not:      "password",
			Verdict:  feature.More,
		},
		{
			Name:     "a mechanism with a password",
			Messages: []string{"0 \x02\x01\x01`\x1b\x02\x01\x03\x04\x00\xa3\x14\x04\x05PLAIN\x04\x0b\x00bob\x00sesame"},
			Want:     []string{"\"mechanism\":\"PLAIN\"", "\"name\":\"bob\"", "\"password\":\"digest:g\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "NTLM as Windows has it",
			Messages: []string{"0\x18\x02\x01\x01`\x13\x02\x01\x03\x04\x04NTLM\x8a\x08NTLMSSP\x00"},
			Want:     []string{"\"method\":\"sicily\""},
			Verdict:  feature.More,
		},
		{
			Name:     "TLS is refused",
			Messages: []string{"0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037", "0\x0e\x02\x01\x01x\x09\n\x01\x02\x04\x00\x04\x02no", "0\x11\x02\x01\x02`\x0c\x02\x01\x03\x04\x04cn=a\x80\x01x"},
			Want:     []string{"\"starttls\":true", "\"name\":\"cn=a\""},
			Verdict:  feature.More,
		},
		{
			Name:     "TLS without its agreement",
			Messages: []string{"0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037", "", "\x16\x03\x01"},
			Want:     []string{"\"starttls\":true"},
			Not:      "srv",
			Verdict:  feature.Switch,
		},
		{
			Name:     "long forms of lengths",
			Messages: []string{"0\x84\x00\x00\x00\x10\x02\x01\x01`\x84\x00\x00\x00\x07\x02\x01\x03\x04\x00\x80\x00"},
			Want:     []string{"\"version\":3", "\"method\":\"simple\""},
			Verdict:  feature.More,
		},
		{
			Name:     "what is sealed is not read",
			Messages: []string{"0\x0e\x02\x01\x01`\x09\x02\x01\x03\x04\x01a\x80\x01x", "\x00\x00\x00\x10secret"},
			Want:     []string{"\"name\":\"a\""},
			Verdict:  feature.Done,
		},
		{
			Name:     "a search that is cut",
			Messages: []string{"0\x06\x02\x01\x01c\x01\x04"},
			Want:     []string{"\"scope\":\"unknown\""},
			Verdict:  feature.More,
		},
		{
			Name:     "more binds than are kept",
			Messages: []string{"0\x0f\x02\x01\x00`\n\x02\x01\x03\x04\x02n0\x80\x01x0\x0f\x02\x01\x01`\n\x02\x01\x03\x04\x02n1\x80\x01x0\x0f\x02\x01\x02`\n\x02\x01\x03\x04\x02n2\x80\x01x0\x0f\x02\x01\x03`\n\x02\x01\x03\x04\x02n3\x80\x01x0\x0f\x02\x01\x04`\n\x02\x01\x03\x04\x02n4\x80\x01x0\x0f\x02\x01\x05`\n\x02\x01\x03\x04\x02n5\x80\x01x"},
			Want:     []string{"\"truncated\":true", "\"messages\":6"},
			Not:      "\"n4\"",
			Verdict:  feature.More,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037", "0\x0c\x02\x01\x01x\x07\n\x01\x00\x04\x00\x04\x00")
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 1, 2000, "0\x82\x0b\xd3\x02\x01\x01`\x82\x0b\xcc\x02\x01\x03\x04\x00\xa3\x82\x0b\xc3\x04\x05PLAIN\x04\x82\x0b\xb8"+strings.Repeat("t", 993)+"", "", "ttttttt0%\x02\x01\x02c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00")
	plaintest.Check(t, got, []string{`"messages":2`}, "lost")
	got = plaintest.Gap(t, &Module, info, 1, 1, "0%\x02\x01\x01c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00", "", "0%\x02\x01\x02c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00")
	plaintest.Check(t, got, []string{`"messages":1`, `"lost":true`}, "")
}

// TestCLDAP: a datagram each way, and what is no whole message is none.
func TestCLDAP(t *testing.T) {
	question, answer := "0%\x02\x01\x01c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00", "0\x09\x02\x01\x01d\x04\x04\x000\x000\x0c\x02\x01\x01e\x07\n\x01\x00\x04\x00\x04\x00"
	s := featuretest.Bytes("cldap", feature.UDP, question, answer)
	featuretest.Run(t, &Module, info, s)
	plaintest.Match(t, &Module, feature.UDP, plaintest.Guess{Name: "question", In: question, Want: feature.Yes},
		plaintest.Guess{Name: "half", In: question[:20], Want: feature.No})
	p := Module.New(featuretest.Settings())
	if v, n := featuretest.Feed(&Module, p, feature.UDP, s.Chunks); v != feature.Done || n != 2 {
		t.Errorf("verdict %d behind %d datagrams", v, n)
	}
}
