package dhcpv6

import (
	"encoding/binary"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// opt is an option.
func opt(code uint16, data ...string) string {
	all := strings.Join(data, "")
	b := binary.BigEndian.AppendUint16(nil, code)
	return string(binary.BigEndian.AppendUint16(b, uint16(len(all)))) + all
}

func u32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

// message is one with transaction 0x0a0b0c.
func message(kind byte, options ...string) string {
	return string([]byte{kind, 0x0a, 0x0b, 0x0c}) + strings.Join(options, "")
}

func relay(kind, hops byte, options ...string) string {
	return string([]byte{kind, hops}) + host(1) + host(2) + strings.Join(options, "")
}

// host is 2001:db8::n.
func host(n byte) string { return "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + string(rune(n)) }

const (
	llt  = "\x00\x01\x00\x01\x1c\x39\xcf\x88\x08\x00\x27\xfe\x8f\x95"
	en   = "\x00\x02\x00\x00\x00\x09\x0c\xc0\x84"
	ll   = "\x00\x03\x00\x01\x08\x00\x27\xd4\x10\xbb"
	uuid = "\x00\x04" + "0123456789abcdef"
)

func sessions() []featuretest.Session {
	bytes := func(name string, messages ...string) featuretest.Session {
		return featuretest.Bytes(name, feature.UDP, messages...)
	}
	life := u32(3600) + u32(7200)
	deep := opt(24, "\x01a\x00")
	for range maxDepth + 3 {
		deep = opt(codeIATA, u32(1), deep)
	}
	nested := message(1, opt(1, llt))
	for i := range 9 {
		nested = relay(12, byte(8-i), opt(18, "eth"), opt(9, nested))
	}
	many := strings.Repeat(opt(8, "\x00\x00"), maxOptions+5)
	return []featuretest.Session{
		bytes("four-messages",
			message(1, opt(1, llt), opt(6, "\x00\x17\x00\x18\x00\x52"), opt(8, "\x00\x64"), opt(3, u32(7), u32(0), u32(0)), opt(14),
				opt(39, "\x01\x03pc7\x07example\x03org\x00"), opt(16, u32(311), "\x00\x08MSFT 5.0")),
			message(2, opt(1, llt), opt(2, ll), opt(3, u32(7), u32(1800), u32(2880), opt(5, host(9), life, opt(13, "\x00\x00ok"))), opt(7, "\xff"),
				opt(23, host(3), host(4)), opt(24, "\x07example\x03org\x00\x03lan\x00")),
			message(3, opt(1, llt), opt(2, ll), opt(25, u32(8), u32(0), u32(0), opt(26, life, "\x38", host(0)))),
			message(7, opt(1, llt), opt(2, ll), opt(25, u32(8), u32(0), u32(0), opt(13, "\x00\x06no prefixes")), opt(82, u32(86400)), opt(12, host(5)))),
		bytes("identifiers", message(1, opt(1, en)), message(2, opt(1, uuid), opt(2, "\x00\x09abc")), message(5, opt(1, "\x00"), opt(2, "\x00\x01\x00")), message(8, opt(1, ll))),
		bytes("relayed", relay(12, 1, opt(9, relay(12, 0, opt(37, u32(9), "port7"), opt(79, "\x00\x01\x08\x00\x27\xfe\x8f\x95"), opt(9, message(1, opt(1, llt)))))),
			relay(13, 0, opt(18, "eth0"), opt(9, message(2, opt(2, ll))))),
		bytes("deep-relays", nested),
		bytes("deep-options", message(1, opt(1, ll), deep)),
		bytes("many-options", message(1, opt(1, ll), many)),
		bytes("inform", message(11, opt(8, "\x00\x00"), opt(6, "\x00\x17")), message(7, opt(2, en), opt(32, u32(3600)), opt(59, "tftp://[::1]/boot"), opt(17, u32(9), opt(1, "x")), opt(15, "\x00\x02ab\x00\x01c"))),
		bytes("reconfigure-key", message(7, opt(2, ll), opt(11, "\x03\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x010123456789abcdef"))),
		bytes("cut", message(1, opt(1, ll), "\x00\x03\x00\x28abc"), message(2, opt(1, ll), "\x00\x03\x00")),
		bytes("lengths-that-lie", message(1, opt(1, ll), opt(6, "\x00"), opt(8, "abc"), opt(23, "short"), opt(3, "\x00"), opt(26, "x"), opt(24, "\x09ab"), opt(16, u32(1), "\x00\x09a"), opt(5, host(1)))),
		bytes("lease-query", message(14, opt(1, ll), opt(44, "\x01", host(3), opt(5, host(9), u32(0), u32(0)), opt(6, "\x00\x2f"))),
			message(15, opt(2, ll), opt(45, opt(1, llt), opt(5, host(9), life), opt(46, u32(60)), opt(47, host(4), relay(12, 0, opt(9, message(1, opt(1, llt)))))), opt(48, host(5), host(6))),
			message(14, opt(1, ll), opt(44, "\x01"), opt(46, "\x00"), opt(47, host(4), "\x63\x00\x00\x00"), opt(48, "ab"))),
		bytes("unknown", message(36, opt(1, ll), opt(150, "zz"))),
	}
}

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func Test(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func Fuzz(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func run(t *testing.T, s *feature.Settings, messages ...string) string {
	t.Helper()
	p := Module.New(s)
	featuretest.Feed(&Module, p, feature.UDP, featuretest.Bytes("", feature.UDP, messages...).Chunks)
	return featuretest.JSON(t, info(p, feature.Both))
}

// TestJoysDefects: options behind the first one, a MAC address that is not at
// the place where it is in a DUID-LLT, the reply (D42).
func TestJoysDefects(t *testing.T) {
	got := run(t, featuretest.Settings(), message(1, opt(8, "\x00\x01"), opt(1, ll)), message(2, opt(1, ll)))
	want := `[{"type":"SOLICIT","transid":"a0b0c","option":"ELAPSEDTIME","optlen":2,"macaddr":"08:00:27:d4:10:bb","options":[{"option":"ELAPSEDTIME","optlen":2,"value":1},{"option":"CLIENTID","optlen":10,`
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "ADVERTISE") {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name, b string
		want    feature.Guess
	}{
		{"solicit", message(1, opt(1, llt)), feature.Yes},
		{"relay", relay(12, 0, opt(9, message(1))), feature.Yes},
		{"relay with too many hops", relay(12, 33, opt(9, message(1))), feature.No},
		{"relay without message", relay(12, 0, opt(18, "e")), feature.No},
		{"cut behind the identifier", message(1, opt(1, llt), opt(8, "\x00\x00"))[:24], feature.Yes},
		{"cut within the identifier", message(1, opt(1, llt))[:20][:12], feature.No},
		{"no option", message(1), feature.No},
		{"other options only", message(1, opt(14), opt(14)), feature.No},
		{"option 0", message(1, opt(8, "\x00\x00"), opt(0)), feature.No},
		{"DNS", "\x0a\x0b\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01", feature.No},
	}
	for _, tt := range tests {
		if got := Match(&feature.Chunk{Bytes: []byte(tt.b)}); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestBoundsAreSeen(t *testing.T) {
	var all []string
	for range 64 + 3 {
		all = append(all, message(1, opt(1, ll)), "")
	}
	if got := run(t, featuretest.Settings(), all...); strings.Count(got, "transid") != 64 || !strings.HasSuffix(got, `"more":3}]`) {
		t.Errorf("… %s", got[len(got)-40:])
	}
	if got := run(t, featuretest.Settings(), message(1, opt(1, ll), opt(17, strings.Repeat("a", 4096)))); !strings.Contains(got, `"malformed":true,"truncated":true`) {
		t.Errorf("no mark of a message that is too long: %s", got)
	}
}

func TestSecretsInClear(t *testing.T) {
	s := featuretest.Settings()
	auth := message(7, opt(11, strings.Repeat("\x00", 11)+"pass"))
	if got := run(t, s, auth); strings.Contains(got, "70617373") || !strings.Contains(got, `"secret":"digest:`) {
		t.Error(got)
	}
	s.Secrets = true
	if got := run(t, s, auth); !strings.Contains(got, "70617373") {
		t.Error(got)
	}
}

// TestCut: nothing is reported twice, and what follows is.
func TestCut(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	c := feature.Chunk{Bytes: []byte(message(1, opt(1, ll)))}
	for range 2 {
		if p.Data(&c); len(p.Info(feature.Both)) != 1 {
			t.Fatal("not one message")
		}
		if p.Cut(); p.Info(feature.Both) != nil {
			t.Fatal("reported twice")
		}
	}
}

func BenchmarkExchange(b *testing.B) {
	s := sessions()[0]
	p := Module.New(featuretest.Settings()).(*Parser)
	b.ReportAllocs()
	for b.Loop() {
		for i := range s.Chunks {
			p.Data(&s.Chunks[i])
		}
		if len(p.Info(feature.Both)) != 4 {
			b.Fatal("not decoded")
		}
		p.Reset()
	}
}

func BenchmarkMatch(b *testing.B) {
	c := feature.Chunk{Bytes: []byte(message(1, opt(6, "\x00\x17"), opt(99, "abcd"), opt(0)))}
	for b.Loop() {
		Match(&c)
	}
}
