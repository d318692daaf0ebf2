package ftp

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzFTP(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkFTP(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"ftp"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "server", In: "220 (vsFTPd 3.0.5)\r\n", Want: feature.Yes},
		{Name: "server of several lines", In: "220-Welcome\r\nto the FTP server\r\n220 hi\r\n", Want: feature.Yes},
		{Name: "SMTP", In: "220 mx ESMTP\r\n", Want: feature.No},
		{Name: "any 220", In: "220 hello\r\n", Want: feature.Maybe},
		{Name: "any 220, then a password is wanted", In: "220 hello\r\n331 password\r\n", Want: feature.Yes},
		{Name: "any 220, then a hello is answered", In: "220 hello\r\n250-mx\r\n", Want: feature.No},
		{Name: "client that wants TLS", In: "AUTH TLS\r\n", Want: feature.Yes},
		{Name: "client", In: "USER me\r\nPASS x\r\nPWD\r\n", Want: feature.Yes},
		{Name: "client of POP3 or FTP", In: "USER me\r\n", Want: feature.Maybe},
		{Name: "HTTP", In: "GET / HTTP/1.1\r\n", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("session", feature.TCP,
			"",
			"220-FTP server (Version 6.4)\r\n220 ready\r\n",
			"USER alice\r\n",
			"331 password\r\n",
			"PASS sesame\r\n",
			"230-Welcome\r\n 230 is no number here\r\n230 in\r\n",
			"SYST\r\n",
			"215 UNIX Type: L8\r\n",
			"FEAT\r\n",
			"211-Features:\r\n MDTM\r\n UTF8\r\n211 End\r\n",
			"PASV\r\n",
			"227 Entering Passive Mode (192,0,2,1,4,1).\r\n",
			"RETR a b.txt\r\n",
			"150 here\r\n226 done\r\n",
			"EPSV\r\n",
			"229 Extended (|||2000|)\r\n",
			"PORT 198,51,100,7,0,20\r\n",
			"200 ok\r\n",
			"EPRT |2|2001:db8::1|5282|\r\n",
			"200 ok\r\n",
			"STOR c\r\n",
			"550 denied\r\n",
			"QUIT\r\n",
			"221 bye\r\n",
		),
		featuretest.Bytes("auth_tls", feature.TCP,
			"",
			"220 FileZilla Server\r\n",
			"AUTH TLS\r\n",
			"234 go\r\n",
			"\x16\x03\x01\x00\x05hello",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the password is not reported",
			Messages: []string{"", "220 FTP\r\n", "USER alice\r\nPASS sesame\r\n", "331 \r\n530 sesame is wrong\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"password\":\"digest:g\"", "\"login\":\"refused\"", "\"error\":530"},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "TLS is refused",
			Messages: []string{"", "220 FTP\r\n", "AUTH TLS\r\n", "504 no\r\n", "USER a\r\n"},
			Want:     []string{"\"auth_tls\":true", "\"user\":\"a\""},
			Verdict:  feature.More,
		},
		{
			Name:     "a client that is not captured",
			Messages: []string{"", "220 FTP\r\n234 go\r\n"},
			Want:     []string{`"auth_tls":true`},
			Not:      "cli",
			Verdict:  feature.Switch,
		},
		{
			Name:     "no address",
			Messages: []string{"", "220 FTP\r\n", "PASV\r\n", "227 (1,2,3,4,5)\r\n227 1,2,3,400,5,6\r\n229 (|||99999|)\r\n229 |\r\n"},
			Want:     []string{"\"replies\":5"},
			Not:      "data",
			Verdict:  feature.More,
		},
		{
			Name:     "numbers before the address",
			Messages: []string{"", "220 FTP\r\n", "PASV\r\n", "227 mode 1 is 10,0,0,9,1,0 now\r\n"},
			Want:     []string{"\"addr\":\"10.0.0.9\",\"port\":256"},
			Verdict:  feature.More,
		},
		{
			Name:     "telnet signals before a command",
			Messages: []string{"", "220 FTP\r\n", "\xff\xf4\xff\xf2SYST\r\nEPRT |1|132.235.1.2|6275|\r\n"},
			Want:     []string{"\"addr\":\"132.235.1.2\",\"port\":6275"},
			Verdict:  feature.More,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "", "220 FTP\r\n", "AUTH TLS\r\n", "234 now\r\n")
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 2, 4, "", "220 FTP\r\n", "USER ali", "", "\r\nUSER bob\r\n")
	plaintest.Check(t, got, []string{`"user":"bob"`, `"lost":4`}, "ali")
}
