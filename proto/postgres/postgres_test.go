package postgres

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzPostgres(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkPostgres(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"pgsql"}) }

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "startup", In: "\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00", Want: feature.Yes},
		{Name: "TLS", In: "\x00\x00\x00\x08\x04\xd2\x16/", Want: feature.Yes},
		{Name: "cancel", In: "\x00\x00\x00\x10\x04\xd2\x16.12345678", Want: feature.Yes},
		{Name: "half", In: "\x00\x00\x00\x08\x04", Want: feature.Maybe},
		{Name: "server", In: "R\x00\x00\x00\x0c\x00\x00\x00\x05salt", Want: feature.Yes},
		{Name: "RTSP", In: "RECORD rtsp://", Want: feature.No},
		{Name: "zeros", In: "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", Want: feature.No},
		{Name: "DNS over TCP", In: "\x00\x1d\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", Want: feature.No},
		{Name: "a startup without names", In: "\x00\x00\x00\x14\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("login", feature.TCP,
			"\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00",
			"R\x00\x00\x00\x17\x00\x00\x00\nSCRAM-SHA-256\x00\x00",
			"p\x00\x00\x00\x1aSCRAM-SHA-256\x00\x00\x00\x00\x04n,,n",
			"R\x00\x00\x00\x0b\x00\x00\x00\x0br=x",
			"p\x00\x00\x00\x13c=biws,p=secret",
			"R\x00\x00\x00\x0b\x00\x00\x00\x0cv=yR\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x18server_version\x0016.1\x00K\x00\x00\x00\x0c12345678Z\x00\x00\x00\x05I",
		),
		featuretest.Bytes("tls", feature.TCP,
			"\x00\x00\x00\x08\x04\xd2\x160",
			"N",
			"\x00\x00\x00\x08\x04\xd2\x16/",
			"S",
			"\x16\x03\x01\x00\x05hello",
		),
		featuretest.Bytes("md5", feature.TCP,
			"\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00",
			"R\x00\x00\x00\x0c\x00\x00\x00\x05salt",
			"p\x00\x00\x00(md500000000000000000000000000000000\x00",
			"E\x00\x00\x003SFATAL\x00C28P01\x00Mpassword authentication failed\x00\x00",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the password is not reported",
			Messages: []string{"\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00", "R\x00\x00\x00\x08\x00\x00\x00\x03", "p\x00\x00\x00\x0bsesame\x00", "R\x00\x00\x00\x08\x00\x00\x00\x00"},
			Want:     []string{"\"user\":\"alice\"", "\"database\":\"shop\"", "\"application_name\":\"psql\"", "\"auth\":\"password\"", "\"password\":\"digest:g\"", "\"accepted\":true"},
			Not:      "sesame",
			Verdict:  feature.More,
		},
		{
			Name:     "no TLS",
			Messages: []string{"\x00\x00\x00\x08\x04\xd2\x16/", "N", "\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00"},
			Want:     []string{"\"encryption\":\"N\"", "\"user\":\"alice\""},
			Verdict:  feature.More,
		},
		{
			Name:     "an error instead of an answer about TLS",
			Messages: []string{"\x00\x00\x00\x08\x04\xd2\x16/", "E\x00\x00\x00\x0cC0A000\x00\x00"},
			Want:     []string{"\"error\":\"0A000\""},
			Not:      "encryption",
			Verdict:  feature.More,
		},
		{
			Name:     "GSS-API",
			Messages: []string{"\x00\x00\x00\x08\x04\xd2\x160", "G"},
			Want:     []string{"\"encryption\":\"G\""},
			Verdict:  feature.Done,
		},
		{
			Name:     "a server that is not captured",
			Messages: []string{"\x00\x00\x00\x08\x04\xd2\x16/", "", "\x16\x03\x01"},
			Want:     []string{"\"ssl_request\":true"},
			Not:      "srv",
			Verdict:  feature.Switch,
		},
		{
			Name:     "queries",
			Messages: []string{"\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00", "R\x00\x00\x00\x08\x00\x00\x00\x00", "Q\x00\x00\x00\rselect 1\x00"},
			Want:     []string{"\"auth\":\"none\""},
			Not:      "select",
			Verdict:  feature.Done,
		},
		{
			Name:     "a length that lies",
			Messages: []string{"\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00", "R\x00\x00\x00\x08\x00\x00\x00\x00", "p\xff\xff\xff\xff"},
			Want:     []string{"\"accepted\":true"},
			Verdict:  feature.Done,
		},
		{
			Name:     "cancel",
			Messages: []string{"\x00\x00\x00\x10\x04\xd2\x16.12345678"},
			Want:     []string{"\"cancel\":true"},
			Verdict:  feature.Done,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "\x00\x00\x00\x08\x04\xd2\x16/", "S")
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 1, 3, "\x00\x00\x008\x00\x03\x00\x00user\x00alice\x00database\x00shop\x00application_name\x00psql\x00\x00", "", "rest")
	plaintest.Check(t, got, []string{`"user":"alice"`, `"lost":true`}, "")
}
