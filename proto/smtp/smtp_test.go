package smtp

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzSMTP(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkSMTP(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"smtp"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "server", In: "220 mx.example.org ESMTP Postfix\r\n", Want: feature.Yes},
		{Name: "server that is busy", In: "554 no SMTP service here\r\n", Want: feature.Yes},
		{Name: "FTP", In: "220 ProFTPD Server\r\n", Want: feature.No},
		{Name: "any 220", In: "220 hello\r\n", Want: feature.Maybe},
		{Name: "any 220, then a hello is answered", In: "220 hello\r\n250-mx\r\n", Want: feature.Yes},
		{Name: "any 220, then a password is wanted", In: "220 hello\r\n331 password\r\n", Want: feature.No},
		{Name: "client", In: "EHLO me\r\n", Want: feature.Yes},
		{Name: "half a client", In: "ehl", Want: feature.Maybe},
		{Name: "another word", In: "ELEPHANT\r\n", Want: feature.No},
		{Name: "NNTP", In: "200 news server\r\n", Want: feature.No},
		{Name: "binary", In: "220\x00", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("mail", feature.TCP,
			"",
			"220-mx.example.org ESMTP Postfix (Debian)\r\n220 hello\r\n",
			"EHLO client.example\r\n",
			"250-mx.example.org at your service\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 PIPELINING\r\n",
			"MAIL FROM:<a@example.org> SIZE=9\r\nRCPT TO:<b@example.net>\r\nRCPT TO:<c@example.net>\r\nDATA\r\n",
			"250 ok\r\n250 ok\r\n550 no such user\r\n354 go on\r\n",
			"Subject: x\r\n\r\nQUIT\r\n..\r\nSTARTTLS\r\n.\r\nMAIL FROM:<>\r\n",
			"250 queued\r\n250 ok\r\n",
			"QUIT\r\n",
			"221 bye\r\n",
		),
		featuretest.Bytes("starttls", feature.TCP,
			"",
			"220 mx ESMTP Exim 4.97\r\n",
			"EHLO c\r\n",
			"250-mx\r\n250 STARTTLS\r\n",
			"STARTTLS\r\n",
			"220 ready\r\n",
			"\x16\x03\x01\x00\x05hello",
		),
		featuretest.Bytes("bdat", feature.TCP,
			"",
			"220 mx ESMTP\r\n",
			"EHLO c\r\n",
			"250 mx\r\n",
			"MAIL FROM:<a@b>\r\nBDAT 12\r\nQUIT\r\nEHLO xBDAT 0 LAST\r\n",
			"250 ok\r\n250 ok\r\n250 ok\r\n",
			"QUIT\r\n",
			"221 bye\r\n",
		),
		featuretest.Bytes("login", feature.TCP,
			"",
			"220 mx ESMTP\r\n",
			"EHLO c\r\n",
			"250 AUTH PLAIN LOGIN\r\n",
			"AUTH LOGIN\r\n",
			"334 VXNlcm5hbWU6\r\n",
			"YWxpY2U=\r\n",
			"334 UGFzc3dvcmQ6\r\n",
			"c2VzYW1l\r\n",
			"235 ok\r\n",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the user is reported, the password not",
			Messages: []string{"", "220 mx ESMTP\r\n", "AUTH PLAIN AGFsaWNlAHNlc2FtZQ==\r\n", "235 ok\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"password\":\"digest:", "\"login\":\"accepted\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "a password in its own line",
			Messages: []string{"", "220 mx ESMTP\r\n", "AUTH PLAIN\r\n", "334 \r\n", "AGFsaWNlAHNlc2FtZQ==\r\n", "535 no\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"login\":\"refused\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "an error that quotes the password",
			Messages: []string{"", "220 mx ESMTP\r\n", "AUTH LOGIN\r\n", "500 what\r\n", "c2VzYW1l\r\n", "500 'c2VzYW1l' not understood\r\n"},
			Want:     []string{"\"error\":500"},
			Not:      "c2VzYW1l",
			Verdict:  feature.More,
		},
		{
			Name:     "TLS is refused",
			Messages: []string{"", "220 mx ESMTP\r\n", "STARTTLS\r\n", "454 no\r\n", "EHLO me\r\n"},
			Want:     []string{"\"starttls\":true", "\"helo\":\"me\"", "\"error\":454"},
			Not:      "offers",
			Verdict:  feature.More,
		},
		{
			Name:     "a server that is not captured",
			Messages: []string{"EHLO me\r\nSTARTTLS\r\n", "", "\x16\x03\x01"},
			Want:     []string{"\"starttls\":true"},
			Not:      "srv",
			Verdict:  feature.Switch,
		},
		{
			Name:     "a client that is not captured",
			Messages: []string{"", "220 mx ESMTP\r\n250-mx\r\n250-SIZE\r\n250 STARTTLS\r\n220 go\r\n"},
			Want:     []string{`"capabilities":["SIZE","STARTTLS"]`, `"offers_starttls":true,"starttls":true`},
			Not:      "cli",
			Verdict:  feature.Switch,
		},
		{
			Name:     "a server that is seen decides",
			Messages: []string{"", "220 mx ESMTP\r\n", "STARTTLS\r\n", "", "\x16\x03\x01"},
			Want:     []string{"\"starttls\":true"},
			Verdict:  feature.More,
		},
		{
			Name:     "an empty mail",
			Messages: []string{"", "220 mx ESMTP\r\n", "DATA\r\n", "354 go\r\n", ".\r\nHELO me\r\n"},
			Want:     []string{"\"mails\":1", "\"helo\":\"me\""},
			Not:      "mail_bytes",
			Verdict:  feature.More,
		},
		{
			Name:     "DATA is refused",
			Messages: []string{"", "220 mx ESMTP\r\n", "DATA\r\n", "503 no\r\n", "HELO me\r\n"},
			Want:     []string{"\"helo\":\"me\""},
			Not:      "mails",
			Verdict:  feature.More,
		},
		{
			Name:     "a dot that begins a line",
			Messages: []string{"", "220 mx ESMTP\r\n", "DATA\r\n", "354 go\r\n", "a\r\n..\r\n\r\n.x\r\n.\r\n"},
			Want:     []string{"\"mails\":1", "\"mail_bytes\":13"},
			Verdict:  feature.More,
		},
		{
			Name:     "more recipients than are kept",
			Messages: []string{"", "220 mx ESMTP\r\n", "RCPT TO:<" + strings.Join(strings.Split("abcdefghijklmnopqrst", ""), ">\r\nRCPT TO:<") + ">\r\n"},
			Want:     []string{"\"truncated\":true", "\"p\"]"},
			Not:      "\"q\"",
			Verdict:  feature.More,
		},
		{
			Name:     "a line that is too long",
			Messages: []string{"", "220 mx ESMTP\r\n", "EHLO " + strings.Repeat("x", 5000) + "\r\nMAIL FROM:<a@b>\r\n"},
			Want:     []string{"\"truncated\":true", "\"from\":[\"a@b\"]"},
			Verdict:  feature.More,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "", "220 mx ESMTP\r\n", "EHLO c\r\n", "250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n", "220 2.0.0 go\r\n")
}

func TestGaps(t *testing.T) {
	for _, tt := range []struct {
		name     string
		at, lost int
		messages []string
		want     []string
	}{
		{"in a chunk", 2, 50, []string{"", "220 mx ESMTP\r\n", "BDAT 100 LAST\r\n" + strings.Repeat("x", 20), "", strings.Repeat("x", 30) + "HELO me\r\n"}, []string{`"mails":1`, `"mail_bytes":100`, `"helo":"me"`, `"lost":50`}},
		{"behind a chunk", 2, 150, []string{"", "220 mx ESMTP\r\n", "BDAT 100 LAST\r\n", "", "x me\r\nHELO me\r\n"}, []string{`"mails":1`, `"helo":"me"`}},
		{"in a mail", 4, 7, []string{"", "220 mx ESMTP\r\n", "DATA\r\n", "354 go\r\n", "a\r\n", "", "b\r\n.\r\nHELO me\r\n"}, []string{`"mails":1`, `"helo":"me"`, `"mail_bytes":13`}},
		{"at the end of a mail", 4, 7, []string{"", "220 mx ESMTP\r\n", "DATA\r\n", "354 go\r\n", "a\r\n", "", "b\r\n", "250 ok\r\n", "HELO me\r\n"}, []string{`"mails":1`, `"helo":"me"`}},
		{"over a whole command", 1, 50, []string{"", "220 mx ESMTP\r\n", "TA\r\n", "354 go\r\n", "MAIL FROM:<x@y>\r\n.\r\nHELO me\r\n"}, []string{`"mails":1`, `"mail_bytes":17`, `"helo":"me"`}},
		{"in an answer", 3, 7, []string{"", "220 mx ESMTP\r\n", "STARTTLS\r\n", "220 ", "\x16\x03\x01"}, []string{`"starttls":true`, `"lost":7`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plaintest.Check(t, plaintest.Gap(t, &Module, info, tt.at, tt.lost, tt.messages...), tt.want, "")
		})
	}
}

// TestAnswer: what is kept of the answer to EHLO, and when nothing is.
func TestAnswer(t *testing.T) {
	const hello = "220 mx ESMTP\r\n"
	long := strings.Repeat("250-X"+strings.Repeat("y", 500)+"\r\n", 9)
	for name, tt := range map[string]struct {
		answers []string
		want    string
	}{
		"whole":              {[]string{"250-mx\r\n250-SIZE 10\r\n250 HELP\r\n"}, "250-mx\n250-SIZE 10\n250 HELP\n"},
		"in pieces":          {[]string{"250-mx\r\n250-SI", "ZE 10\n250 HELP\r\n"}, "250-mx\n250-SIZE 10\n250 HELP\n"},
		"one line":           {[]string{"250 mx\r\n"}, ""},
		"not ended":          {[]string{"250-mx\r\n250-HELP\r\n"}, ""},
		"too long":           {[]string{"250-mx\r\n" + long + "250 HELP\r\n"}, ""},
		"a line is too long": {[]string{"250-mx\r\n250-" + strings.Repeat("y", 3000) + "\r\n250 HELP\r\n"}, ""},
		"other replies":      {[]string{"250-mx\r\n250 HELP\r\n", "250-more\r\n250 mails\r\n"}, "250-mx\n250 HELP\n"},
	} {
		p := Module.New(featuretest.Settings()).(*Parser)
		chunks := featuretest.Bytes("", feature.TCP, "", hello, "EHLO me\r\n", tt.answers[0]).Chunks
		for _, more := range tt.answers[1:] {
			chunks = append(chunks, feature.Chunk{Over: feature.TCP, Dir: feature.In, Bytes: []byte(more)})
		}
		featuretest.Feed(&Module, p, feature.TCP, chunks)
		if got := string(p.Info(feature.Both).Srv.Answer); got != tt.want {
			t.Errorf("%s: %.80q, want %q", name, got, tt.want)
		}
	}
}

// TestAnswerCut: a record that ends within the answer leaves none to the next.
func TestAnswerCut(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	s := featuretest.Bytes("", feature.TCP, "", "220 mx ESMTP\r\n", "EHLO me\r\n", "250-mx\r\n250-SIZE 10\r\n")
	featuretest.Feed(&Module, p, feature.TCP, s.Chunks)
	p.Cut()
	rest := []feature.Chunk{{Over: feature.TCP, Dir: feature.In, Bytes: []byte("250-PIPELINING\r\n250 HELP\r\n")}}
	featuretest.Feed(&Module, p, feature.TCP, rest)
	if got := p.Info(feature.Both).Srv.Answer; got != nil {
		t.Errorf("%q", got)
	}
}
