package imap

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzIMAP(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkIMAP(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"imap"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "server", In: "* OK ready\r\n", Want: feature.Yes},
		{Name: "server that knows the client", In: "* PREAUTH me\r\n", Want: feature.Yes},
		{Name: "half", In: "* O", Want: feature.Maybe},
		{Name: "client", In: "a1 CAPABILITY\r\n", Want: feature.Yes},
		{Name: "client that logs in", In: "A.1 login a b\r\n", Want: feature.Yes},
		{Name: "Redis", In: "*1\r\n$4\r\nPING\r\n", Want: feature.No},
		{Name: "HTTP", In: "GET / HTTP/1.1\r\n", Want: feature.No},
		{Name: "a star", In: "* whatever\r\n", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("starttls", feature.TCP,
			"",
			"* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n",
			"a CAPABILITY\r\n",
			"* CAPABILITY IMAP4rev1 STARTTLS ID\r\na OK done\r\n",
			"b STARTTLS\r\n",
			"b OK begin\r\n",
			"\x16\x03\x01\x00\x05hello",
		),
		featuretest.Bytes("login", feature.TCP,
			"",
			"* OK ready\r\n",
			"a ID (\"name\" \"Thunder \\\"bird\\\"\" \"version\" NIL)\r\n",
			"* ID (\"name\" \"Dovecot\")\r\na OK done\r\n",
			"b LOGIN alice \"open \\\"sesame\\\"\"\r\n",
			"b OK [CAPABILITY IMAP4rev1 IDLE] in\r\n",
			"c SELECT INBOX\r\n",
			"* 3 EXISTS\r\nc OK done\r\n",
			"d FETCH 1 BODY[]\r\n",
			"* 1 FETCH (BODY[] {14}\r\nd OK STARTTLS\r\n)\r\nd OK done\r\n",
		),
		featuretest.Bytes("literal", feature.TCP,
			"",
			"* OK ready\r\n",
			"a LOGIN {5}\r\n",
			"+ go on\r\n",
			"alice {6+}\r\nses\"me\r\n",
			"a NO wrong\r\n",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the password is not reported",
			Messages: []string{"", "* OK ready\r\n", "a LOGIN alice sesame\r\n", "a NO wrong\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"password\":\"digest:", "\"login\":\"refused\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "a literal password is not reported",
			Messages: []string{"", "* OK ready\r\n", "a LOGIN {5+}\r\nalice {6+}\r\nsesame\r\n", "a OK in\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"password\":\"digest:g\"", "\"login\":\"accepted\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "a mechanism",
			Messages: []string{"", "* OK ready\r\n", "a AUTHENTICATE PLAIN\r\n", "+ \r\n", "AGFsaWNlAHNlc2FtZQ==\r\n", "a OK in\r\n"},
			Want:     []string{"\"mechanism\":\"PLAIN\"", "\"user\":\"alice\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "TLS is refused",
			Messages: []string{"", "* OK ready\r\n", "a STARTTLS\r\n", "a BAD no\r\n", "b LOGIN a b\r\n"},
			Want:     []string{"\"user\":\"a\""},
			Not:      "offers",
			Verdict:  feature.More,
		},
		{
			Name:     "the answer to another command",
			Messages: []string{"", "* OK ready\r\n", "a NOOP\r\nb STARTTLS\r\n", "a OK done\r\n", "", "b OK now\r\n"},
			Want:     []string{"\"starttls\":true"},
			Verdict:  feature.Switch,
		},
		{
			Name:     "nothing behind the login matters",
			Messages: []string{"", "* OK ready\r\n", "a LOGIN a b\r\n", "a OK in\r\n", strings.Repeat("b NOOP\r\n", 9)},
			Want:     []string{"\"commands\":10"},
			Verdict:  feature.Done,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "", "* OK ready\r\n", "a1 STARTTLS\r\n", "a1 OK now\r\n")
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 3, 10, "", "* OK ready\r\n", "a FETCH 1 BODY[]\r\n", "* 1 FETCH (BODY[] {20}\r\nabcde", "", "fghij\r\n)\r\n* CAPABILITY STARTTLS\r\n")
	plaintest.Check(t, got, []string{`"offers_starttls":true`, `"lost":10`}, "")
	got = plaintest.Gap(t, &Module, info, 2, 10, "", "* OK ready\r\n", "a LOGIN alice sesa", "", "me\r\nb ID NIL\r\n")
	plaintest.Check(t, got, []string{`"commands":1`}, "sesa")
}
