package pop3

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzPOP3(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkPOP3(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"pop"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "server", In: "+OK ready <1.2@x>\r\n", Want: feature.Yes},
		{Name: "Redis", In: "+OK\r\n", Want: feature.No},
		{Name: "half", In: "+O", Want: feature.Maybe},
		{Name: "client", In: "CAPA\r\n", Want: feature.Yes},
		{Name: "client of POP3 or FTP", In: "USER me\r\n", Want: feature.Maybe},
		{Name: "client of FTP", In: "USER me\r\nPASS x\r\nSYST\r\n", Want: feature.No},
		{Name: "client of FTP that wants TLS", In: "AUTH TLS\r\n", Want: feature.No},
		{Name: "client of POP3", In: "USER me\r\nPASS x\r\nSTAT\r\n", Want: feature.Yes},
		{Name: "a long word", In: "PASSWORD", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("stls", feature.TCP,
			"",
			"+OK ready\r\n",
			"CAPA\r\n",
			"+OK list\r\nTOP\r\nSTLS\r\nSASL PLAIN\r\n.\r\n",
			"STLS\r\n",
			"+OK begin\r\n",
			"\x16\x03\x01\x00\x05hello",
		),
		featuretest.Bytes("login", feature.TCP,
			"",
			"+OK ready <1896.697@mail.example>\r\n",
			"USER alice\r\n",
			"+OK\r\n",
			"PASS ses ame\r\n",
			"-ERR wrong\r\n",
			"USER bob\r\n",
			"+OK\r\n",
			"PASS x\r\n",
			"+OK 2 messages\r\n",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the password is not reported",
			Messages: []string{"", "+OK ready\r\n", "USER alice\r\nPASS sesame\r\n", "+OK\r\n", "", "-ERR no\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"password\":\"digest:g\"", "\"login\":\"refused\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "pipelined commands",
			Messages: []string{"", "+OK ready\r\n", "USER alice\r\nPASS sesame\r\nSTAT\r\n", "+OK\r\n+OK in\r\n+OK 1 2\r\n"},
			Want:     []string{"\"login\":\"accepted\"", "\"replies\":3"},
			Verdict:  feature.Done,
		},
		{
			Name:     "APOP",
			Messages: []string{"", "+OK ready <1@x>\r\n", "APOP alice c4c9334bac560ecc979e58001b3e22fb\r\n", "+OK in\r\n"},
			Want:     []string{"\"offers_apop\":true", "\"login_by\":\"APOP\"", "\"user\":\"alice\""},
			Not:      "c4c9",
			Verdict:  feature.Done,
		},
		{
			Name:     "a mechanism",
			Messages: []string{"", "+OK ready\r\n", "AUTH PLAIN\r\n", "+ \r\n", "AGFsaWNlAHNlc2FtZQ==\r\n", "+OK in\r\n"},
			Want:     []string{"\"mechanism\":\"PLAIN\"", "\"user\":\"alice\""},
			Not:      "sesame",
			Verdict:  feature.Done,
		},
		{
			Name:     "TLS is refused",
			Messages: []string{"", "+OK ready\r\n", "STLS\r\n", "-ERR no\r\n", "USER a\r\n"},
			Want:     []string{"\"starttls\":true", "\"user\":\"a\""},
			Not:      "offers_starttls",
			Verdict:  feature.More,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "", "+OK ready\r\n", "STLS\r\n", "+OK now\r\n")
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 2, 4, "", "+OK ready\r\n", "USER ali", "", "\r\nUSER bob\r\n")
	plaintest.Check(t, got, []string{`"user":"bob"`, `"lost":4`}, "ali")
	got = plaintest.Gap(t, &Module, info, 2, 9, "", "+OK ready\r\n", "STLS\r\n", "ow\r\n", "\x16\x03\x01")
	plaintest.Check(t, got, []string{`"starttls":true`}, "")
}
