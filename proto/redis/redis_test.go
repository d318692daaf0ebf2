package redis

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzRedis(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkRedis(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"resp"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "client", In: "*1\r\n$4\r\nPING\r\n", Want: feature.Yes},
		{Name: "half", In: "*1\r\n$4\r\n", Want: feature.Maybe},
		{Name: "a server", In: "+OK\r\n", Want: feature.No},
		{Name: "IMAP", In: "* OK ready\r\n", Want: feature.No},
		{Name: "no name", In: "*1\r\n$4\r\n1234\r\n", Want: feature.No},
		{Name: "a long number", In: "*123456789012\r\n", Want: feature.No},
		{Name: "no line ends", In: "*1\n$4\nPING", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("hello", feature.TCP,
			"*7\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$5\r\nalice\r\n$6\r\nsesame\r\n$7\r\nSETNAME\r\n$3\r\napp\r\n",
			"%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$7\r\nmodules\r\n*0\r\n",
			"*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n$8\r\nredis-py\r\n*2\r\n$6\r\nselect\r\n$1\r\n2\r\n",
			"+OK\r\n+OK\r\n",
			"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5000\r\n"+strings.Repeat("v", 5000)+"\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
			"+OK\r\n$600\r\n"+strings.Repeat("v", 600)+"\r\n",
			"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n",
			"$-1\r\n",
		),
		featuretest.Bytes("error", feature.TCP,
			"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
			"-NOAUTH Authentication required.\r\n",
			"*2\r\n$4\r\nAUTH\r\n$6\r\nsesame\r\n",
			"+OK\r\n",
			"ping\r\n",
			"+PONG\r\n",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the password is not reported",
			Messages: []string{"*2\r\n$4\r\nAUTH\r\n$6\r\nsesame\r\n"},
			Want:     []string{"\"commands\":[\"AUTH\"]", "\"password\":\"digest:g\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "user and password",
			Messages: []string{"*3\r\n$4\r\nAUTH\r\n$5\r\nalice\r\n$6\r\nsesame\r\n"},
			Want:     []string{"\"user\":\"alice\"", "\"password\":\"digest:g\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "a command that a person types",
			Messages: []string{"*1\r\n$4\r\nPING\r\nAUTH sesame\r\n"},
			Want:     []string{"\"commands\":[\"PING\",\"AUTH\"]", "\"password\":\"digest:g\""},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "values are passed over",
			Messages: []string{"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$3000\r\n" + strings.Repeat("x", 3000) + "\r\n*1\r\n$4\r\nPING\r\n"},
			Want:     []string{"\"commands\":[\"SET\",\"PING\"]", "\"count\":2"},
			Not:      "xx",
			Verdict:  feature.More,
		},
		{
			Name:     "nested replies",
			Messages: []string{"*1\r\n$1\r\nX\r\n", "*2\r\n*2\r\n:1\r\n$1\r\na\r\n*0\r\n-ERR x\r\n"},
			Want:     []string{"\"first\":\"array\"", "\"error\":\"ERR\"", "\"count\":2"},
			Verdict:  feature.More,
		},
		{
			Name:     "what is no RESP",
			Messages: []string{"*1\r\n$4\r\nPING\r\n", "hello\r\n"},
			Want:     []string{"\"truncated\":true"},
			Not:      "srv",
			Verdict:  feature.Done,
		},
		{
			Name:     "enough",
			Messages: []string{strings.Repeat("*1\r\n$4\r\nPING\r\n", 70)},
			Want:     []string{"\"count\":70", "\"truncated\":true"},
			Verdict:  feature.Done,
		},
	}...)
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 1, 3000, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000\r\nab", "", strings.Repeat("x", 998)+"\r\n"+"*1\r\n$4\r\nPING\r\n")
	plaintest.Check(t, got, []string{`"commands":["SET","PING"]`}, "lost")
	got = plaintest.Gap(t, &Module, info, 1, 5, "*1\r\n$4\r\nPING\r\n", "", "$4\r\nPING\r\n")
	plaintest.Check(t, got, []string{`"count":1`, `"lost":true`}, "")
}
