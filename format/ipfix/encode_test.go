package ipfix

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"joy/feature"
	"joy/record"
	"joy/telemetry/element"
)

// messages makes a message of each record, and one with its template before it.
func messages(t testing.TB, c Config, all ...*record.Record) (list [][]byte, cuts int) {
	t.Helper()
	c.Network, c.RemoteHost, c.RemotePort, c.Clock = "udp", "localhost", 1, clock
	c, err := c.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	enc, sequence := newEncoder(&c), uint32(0)
	for _, r := range all {
		v, b, n, ok := enc.encode(r)
		if !ok {
			t.Fatal("a record does not fit")
		}
		cuts += n
		tmpl := append(make([]byte, headerSize), 0, templateSet, 0, 0)
		tmpl = appendTemplate(tmpl, v, c.Enterprise)
		tmpl[headerSize+2], tmpl[headerSize+3] = byte((len(tmpl)-headerSize)>>8), byte(len(tmpl)-headerSize)
		putHeader(tmpl, sequence, 7)
		var m message
		m.reset()
		if !m.fits(v, len(b), c.MTU) {
			t.Fatalf("a record of %d bytes in a message of %d", len(b), c.MTU)
		}
		m.add(v, b)
		m.seal(sequence, 7)
		list = append(list, tmpl, m.b)
		sequence++
	}
	return list, cuts
}

func roundTrip(t testing.TB, c Config, r *record.Record) row {
	t.Helper()
	list, _ := messages(t, c, r)
	col := newCollector(t)
	for _, m := range list {
		col.read(m)
	}
	if len(col.rows) != 1 {
		t.Fatalf("%d rows", len(col.rows))
	}
	return col.rows[0]
}

var templates = map[string]Template{"simple": Simple, "idp": IDP, "full": Full}

func TestParseTemplate(t *testing.T) {
	for name, want := range templates {
		if got, err := ParseTemplate(name); err != nil || got != want {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	if _, err := ParseTemplate("Full"); err == nil || !strings.Contains(err.Error(), `"Full"`) {
		t.Errorf("error %v", err)
	}
}

// Every element that a template has arrives with the value of the record.
func TestRoundTrip(t *testing.T) {
	anonymous, cryptoPAn, without := everything(), everything(), bi()
	anonymous.SA = record.Addr{Token: "a7c45f"}
	cryptoPAn.SA, cryptoPAn.DA = record.Addr{Token: "10.9.8.7"}, record.Addr{Token: "10.9.8.6"}
	without.Stats = nil
	mixed, ping := bi(), v6(uni())
	mixed.DA.IP = v6(bi()).DA.IP
	ping.Pr, ping.SP, ping.DP = 58, -1, -1
	long := everything()
	long.Packets[1] = record.Length{B: 70000, Dir: '<', IPT: 70000}
	long.TLS.SRLT[2].IPT = 65536
	long.TLS.CS[0] = 0x010080
	for what, r := range map[string]*record.Record{
		"one way": uni(), "both ways": bi(), "one way, IPv6": v6(uni()), "both ways, IPv6": v6(bi()),
		"everything": everything(), "everything, IPv6": v6(everything()), "a token": anonymous, "an address for a token": cryptoPAn,
		"no statistics": without, "one address of each kind": mixed, "no ports": ping, "more than 16 bits": long, "nothing": {},
	} {
		for name, tmpl := range templates {
			t.Run(what+"/"+name, func(t *testing.T) {
				compare(t, roundTrip(t, Config{Template: tmpl, MTU: 8000}, r), wanted(tmpl, r))
			})
		}
	}
}

func TestRandomRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		r := random(rnd)
		// NTP's seconds wrap in 2036, and the test's clock does not know.
		r.TimeStart, r.TimeEnd = r.TimeStart%2e18, r.TimeEnd%2e18
		for _, tmpl := range templates {
			compare(t, roundTrip(t, Config{Template: tmpl, MTU: maxMTU}, r), wanted(tmpl, r))
		}
		if t.Failed() {
			t.Fatalf("%+v", r)
		}
	}
}

// The number of octets is told by their mean, and is exact.
func TestOctets(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		sum, n := rnd.Uint64()>>(13+rnd.IntN(40)), 1+rnd.Uint64()>>(24+rnd.IntN(40))
		s := record.StatsSide{Len: record.Moments{Mean: float64(sum) / float64(n)}}
		if got := octets(&s, n); got != sum {
			t.Fatalf("%d octets in %d packets are told as %d", sum, n, got)
		}
	}
}

// Whatever is too long is cut until the message has room for it, the longest
// element first, and what is cut is the end of it.
func TestCut(t *testing.T) {
	r := everything()
	r.IDPOut = make(record.Hex, 1500)
	for i := range r.IDPOut {
		r.IDPOut[i] = byte(i)
	}
	for range 200 {
		r.Packets = append(r.Packets, record.Length{B: 1000, Dir: '<', IPT: 1})
		r.TLS.SRLT = append(r.TLS.SRLT, tlsRecord)
	}
	list, cuts := messages(t, Config{Template: Full}, r)
	if cuts < 2 {
		t.Errorf("%d elements were cut", cuts)
	}
	c := newCollector(t)
	for _, m := range list {
		c.read(m)
	}
	got, want := c.rows[0], wanted(Full, r)
	short := 0
	for name, value := range want {
		g := got[name]
		switch {
		case g == value:
		case !strings.HasPrefix(value, strings.TrimSuffix(g, "]")):
			t.Errorf("%s is %q, want the beginning of %q", name, g, value)
		default:
			short++
		}
	}
	if short != cuts || len(got) != len(want) {
		t.Errorf("%d of %d elements are cut, and %d counted", short, len(got), cuts)
	}
	if n := len(list[1]); n > 1420 || n < 1400 {
		t.Errorf("the message has %d bytes", n)
	}
}

// Also when all there is too long at once, the record goes out.
func TestCutAll(t *testing.T) {
	r := everything()
	long := []byte(strings.Repeat("long ", 300))
	r.IDPOut, r.IDPIn, r.Payload = long, long, &record.Payload{Out: long, In: long}
	r.CommunityID, r.AppBy, r.TLS.JA3, r.TLS.JA3S, r.TLS.JA4, r.TLS.SALPN = long, string(long), long, long, long, long
	r.TLS.SNI, r.SALabels, r.DALabels = []feature.Text{long, long}, []string{string(long)}, []string{string(long)}
	r.SSH.Cli.Protocol, r.SSH.Srv.Protocol, r.DHCP[1].Hostname, r.QUIC.UserAgent = long, long, long, long
	r.DNS = manyNames(maxNames)
	for range 200 {
		r.Packets = append(r.Packets, record.Length{B: 100000, IPT: 100000})
		r.TLS.SRLT = append(r.TLS.SRLT, tlsRecord)
		r.TLS.CS = append(r.TLS.CS, 0x010080)
	}
	list, cuts := messages(t, Config{Template: Full, MTU: minMTU}, v6(r))
	c := newCollector(t)
	for _, m := range list {
		c.read(m)
	}
	if got := c.rows[0]; cuts < 15 || len(got) != len(wanted(Full, r)) || got["flowId"] != wanted(Full, r)["flowId"] || len(list[1]) > minMTU {
		t.Errorf("%d cuts, %d bytes: %v", cuts, len(list[1]), got)
	}
}

// A message takes what has room, with the header of a set where that is needed,
// and nothing else.
func TestRoom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		var m message
		m.reset()
		for most := minMTU + rnd.IntN(50); ; {
			v, b := variant(rnd.IntN(3)), make([]byte, 30+rnd.IntN(40))
			fits := m.fits(v, len(b), most)
			m.add(v, b)
			if fits != (len(m.b) <= most) {
				t.Fatalf("%d of %d bytes: %t", len(m.b), most, fits)
			}
			if !fits {
				break
			}
		}
	}
}

// Texts are bounded, and end at the border of a character.
func TestTextBound(t *testing.T) {
	for what, c := range map[string]struct {
		unit string
		n    int // units that fit
		size int // of the unit as it is sent
	}{
		"ASCII": {"a", 1024, 1}, "two bytes": {"ü", 512, 2}, "three bytes": {"€", 341, 3}, "four bytes": {"😀", 256, 4},
		"bytes that are no text": {"\xff", 341, 3}, "what stands for them": {"\uf7ff", 113, 9},
	} {
		text := strings.Repeat(c.unit, 1100)
		b, whole := appendText(nil, text, maxText)
		if whole || !utf8.Valid(b) || len(b) != c.n*c.size || string(feature.OriginalBytes(string(b))) != strings.Repeat(c.unit, c.n) {
			t.Errorf("%s: %d bytes, want %d; whole: %t", what, len(b), c.n*c.size, whole)
		}
		if b, whole := appendText(nil, text, len(text)*c.size); !whole || len(b) != 1100*c.size {
			t.Errorf("%s: not whole with room", what)
		}
	}
	r := bi()
	r.App = []string{strings.Repeat("x", 1020), "abcdef", "ghi"}
	r.AppBy = strings.Repeat("y", 1024)
	list, cuts := messages(t, Config{Template: Full, MTU: 8000}, r)
	c := newCollector(t)
	c.read(list[0])
	c.read(list[1])
	if got := c.rows[0]; got["applicationName"] != r.App[0]+"/abc" || got["joyApplicationBy"] != r.AppBy || cuts != 1 {
		t.Errorf("%q and %q, %d cuts", got["applicationName"], got["joyApplicationBy"], cuts)
	}
}

// Names and addresses of DNS are bounded by number, too.
func TestListBound(t *testing.T) {
	r := bi()
	r.DNS = manyNames(maxNames + 1)
	list, cuts := messages(t, Config{Template: Full, MTU: 8000}, r)
	c := newCollector(t)
	c.read(list[0])
	c.read(list[1])
	names, addrs := c.rows[0]["[joyDnsName]"], c.rows[0]["[joyDnsAddress]"]
	if strings.Count(names, "name") != maxNames || strings.Count(addrs, "192.0.2") != maxAnswers || cuts != 2 {
		t.Errorf("%s and %s, %d cuts", names, addrs, cuts)
	}
}

// All elements are in the table, and the smallest message has room for the
// longest template and for the longest record without what can be cut.
func TestLayouts(t *testing.T) {
	all := variant(1<<15 - 1)
	for _, v := range []variant{0, ipv6, text, all &^ family, all &^ text, all &^ ipv6} {
		fixed := headerSize + setHeaderSize
		for _, f := range fieldsOf(v) {
			e, ok := element.Lookup(f.id)
			switch {
			case !ok:
				t.Errorf("no element %d", f.id)
			case f.size == element.Variable && e.Type == element.BasicList:
				fixed += 1 + 9
			case f.size == element.Variable:
				fixed++
			case f.size > e.Type.Size():
				t.Errorf("%s has %d bytes", e.Name, f.size)
			default:
				fixed += int(f.size)
			}
		}
		if n := headerSize + setHeaderSize + len(appendTemplate(nil, v, element.Own)); n > minMTU || fixed > minMTU {
			t.Errorf("the template needs %d bytes, and a record at least %d", n, fixed)
		}
		if int(v.id()) > 65535 {
			t.Errorf("template %d", v.id())
		}
	}
}

// A site sends our elements under a number of its own.
func TestEnterprise(t *testing.T) {
	list, _ := messages(t, Config{Template: Full, Enterprise: 54321, MTU: 8000}, everything())
	for i, m := range list {
		if strings.Contains(string(m), "\x00\x00\x7e\xd9") || !strings.Contains(string(m), "\x00\x00\xd4\x31") {
			t.Errorf("message %d does not have the number, or still has ours", i)
		}
	}
}
