package dhcp

import (
	"encoding/json"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// build makes a message: its operation, then options with their codes and
// lengths, and what lies in sname and file.
func build(op byte, options, sname, file string) string {
	b := make([]byte, atCookie)
	copy(b, []byte{op, 1, 6, 0, 0x39, 3, 0xf3, 0x26, 0, 4, 0x80, 0})
	copy(b[atYiaddr:], []byte{192, 0, 2, 7})
	copy(b[atChaddr:], []byte{0, 0x0b, 0x82, 1, 0xfc, 0x42})
	copy(b[atSname:atFile], sname)
	copy(b[atFile:], file)
	if options == "" {
		return string(b) + strings.Repeat("\x00", 64)
	}
	return string(b) + "\x63\x82\x53\x63" + options
}

// opt is an option.
func opt(code byte, data string) string { return string([]byte{code, byte(len(data))}) + data }

const (
	discover = "\x35\x01\x01"
	request  = "\x35\x01\x03"
	ack      = "\x35\x01\x05"
	end      = "\xff"
)

func sessions() []featuretest.Session {
	bytes := func(name string, messages ...string) featuretest.Session {
		return featuretest.Bytes(name, feature.UDP, messages...)
	}
	return []featuretest.Session{
		bytes("renewal",
			build(1, request+opt(61, "\x01\x00\x0b\x82\x01\xfc\x42")+opt(12, "pc7")+opt(50, "\xc0\x00\x02\x07")+opt(60, "MSFT 5.0")+
				opt(81, "\x00\x00\x00pc7.example.org.")+opt(55, "\x01\x03\x06\x0f\xfc")+end+"\x00\x00\x00", "", ""),
			build(2, ack+opt(54, "\xc0\x00\x02\x01")+opt(51, "\x00\x01\x51\x80")+opt(1, "\xff\xff\xff\x00")+opt(3, "\xc0\x00\x02\x01\xc0\x00\x02\x02")+
				opt(6, "\x08\x08\x08\x08")+opt(15, "example.org\x00")+end, "boot", "pxelinux.0")),
		bytes("overload", build(2, ack+opt(52, "\x03")+opt(43, "ab")+end, opt(43, "ef")+opt(12, "in-sname")+end, opt(43, "cd")+opt(200, "")+end)),
		bytes("overload-file", build(2, opt(52, "\x01")+ack+end, "server", opt(67, "boot.img")+end)),
		bytes("split", build(1, discover+opt(55, strings.Repeat("\x01", 255))+opt(12, "a")+opt(55, "\x02\x03")+end, "", "")),
		bytes("relay", build(1, discover+opt(82, opt(1, "eth0/1")+opt(2, "\x00\x04")+opt(5, "\x0a\x00\x00\x00")+opt(99, "x"))+end, "", "")),
		bytes("zero-length", build(1, opt(80, "")+opt(12, "")+discover+opt(53, "")+end, "", "")),
		bytes("unknown-type", build(1, opt(53, "\x00")+end, "", ""), "", build(1, opt(53, "\xc8")+end, "", "")),
		bytes("lease-query", build(1, opt(53, "\x0a")+end, "", ""), build(2, opt(53, "\x0d")+opt(91, "\x00\x00\x00\x05")+end, "", "")),
		bytes("bootp", build(1, "", "", ""), build(2, "", "server", "/boot/image")),
		bytes("cut-option", build(1, discover+"\x0c\x09abc", "", "")),
		bytes("cut-header", build(1, discover+end, "srv", "")[:100]),
		bytes("cut-relay", build(1, discover+opt(82, "\x01\x05ab")+end, "", "")),
		bytes("many", build(1, strings.Repeat(opt(224, "z")+opt(53, "\x01"), 300)+end, "", "")),
		bytes("authentication", build(1, discover+opt(90, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01secret")+end, "", ""),
			build(2, opt(53, "\x05")+opt(90, "\x03\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x010123456789abcdef")+end, "", "")),
		bytes("fqdn-wire-format", build(1, discover+opt(81, "\x04\x00\x00\x03pc7\x07example\x00")+end, "", "")),
		bytes("one-address-too-short", build(2, ack+opt(3, "\xc0\x00\x02")+opt(54, "\x01")+opt(51, "\x00")+end, "", "")),
		bytes("other-protocol-between", build(1, discover+end, "", ""), "", "hello", build(2, ack+end, "", "")),
	}
}

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func Test(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func Fuzz(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func run(t *testing.T, messages ...string) string {
	t.Helper()
	p := Module.New(featuretest.Settings())
	featuretest.Feed(&Module, p, feature.UDP, featuretest.Bytes("", feature.UDP, messages...).Chunks)
	return featuretest.JSON(t, info(p, feature.Both))
}

// TestJoysDefects has the messages of which Joy writes no JSON, nothing, or only
// a part (D41).
func TestJoysDefects(t *testing.T) {
	many := ""
	for i := byte(1); i <= 20; i++ {
		many += opt(i, "1234")
	}
	tests := []struct{ name, message, want string }{
		{"option without data", build(1, opt(80, "")+discover+end, "", ""), `"options":[{"rapid_commit":""},{"msg_type":"DHCPDISCOVER"}]`},
		{"unknown message type", build(1, opt(53, "\x63")+end, "", ""), `"options":[{"kind":53,"data":"63"}]`},
		{"message type 0", build(1, opt(53, "\x00")+end, "", ""), `"options":[{"kind":53,"data":"00"}]`},
		{"more than 16 options", build(1, many+end, "", ""), `{"hostname":"31323334"},{"boot_file_size":"31323334"},{"merit_dump_file":"31323334"},{"domain_name":"31323334"},{"swap_server":"31323334"},{"root_path":"31323334"},{"extension_file":"31323334"},{"forward_on_off":"31323334"},{"src_rte_on_off":"31323334"}]`},
		{"numbers", build(1, discover+end, "", ""), `[{"op":1,"htype":1,"hlen":6,"hops":0,"xid":956560166,"secs":4,"flags":32768,"ciaddr":"0.0.0.0","yiaddr":"192.0.2.7"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := run(t, tt.message); !strings.Contains(got, tt.want) || !json.Valid([]byte(got)) {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
		})
	}
	if got := run(t, build(1, request+end, "", ""), build(2, ack+end, "", "")); !strings.Contains(got, "DHCPREQUEST") || !strings.Contains(got, "DHCPACK") {
		t.Errorf("the reply is lost: %s", got)
	}
}

func TestMatch(t *testing.T) {
	whole := build(1, discover+end, "", "")
	tests := []struct {
		name, b string
		want    feature.Guess
	}{
		{"request", whole, feature.Yes},
		{"no operation", "\x03" + whole[1:], feature.No},
		{"cut before the cookie", whole[:239], feature.Yes},
		{"cut behind the hardware address", whole[:44], feature.Yes},
		{"cut before", whole[:43], feature.No},
		{"cut, not of Ethernet", "\x01\x20\x00" + whole[3:60], feature.No},
		{"BOOTP", build(2, "", "srv", ""), feature.Yes},
		{"BOOTP, name without end", build(2, "", strings.Repeat("a", 64), ""), feature.No},
		{"BOOTP, name with bytes behind its end", build(2, "", "a\x00b", ""), feature.No},
		{"text", strings.Repeat("\x01", 400), feature.No},
	}
	for _, tt := range tests {
		if got := Match(&feature.Chunk{Bytes: []byte(tt.b)}); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestBoundsAreSeen(t *testing.T) {
	m := build(1, discover+end, "", "")
	var all []string
	for range 64 + 3 {
		all = append(all, m, "")
	}
	if got := run(t, all...); strings.Count(got, "xid") != 64 || !strings.Contains(got, `"more":3}]`) {
		t.Errorf("%.200s … %s", got, got[len(got)-40:])
	}
	if got := run(t, build(1, discover+strings.Repeat(opt(43, strings.Repeat("a", 200)), 30), "", "")); !strings.Contains(got, `"truncated":true`) {
		t.Errorf("no mark of a message that is too long: %s", got)
	}
	if got := run(t, build(1, strings.Repeat(discover, 300), "", "")); !strings.Contains(got, `"more_options":45`) {
		t.Errorf("no count of options: %s", got)
	}
}

func TestSecretsInClear(t *testing.T) {
	s := featuretest.Settings()
	s.Secrets = true
	p := Module.New(s)
	p.Data(&feature.Chunk{Bytes: []byte(build(1, opt(90, strings.Repeat("\x00", 11)+"pass")+end, "", ""))})
	if got := featuretest.JSON(t, info(p, feature.Both)); !strings.Contains(got, `{"authentication":"000000000000000000000070617373"}`) {
		t.Error(got)
	}
}

// TestCut: nothing is reported twice, and what follows is.
func TestCut(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	c := feature.Chunk{Bytes: []byte(build(1, request+end, "", ""))}
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
		if len(p.Info(feature.Both)) != 2 {
			b.Fatal("not decoded")
		}
		p.Reset()
	}
}

func BenchmarkMatch(b *testing.B) {
	c := feature.Chunk{Bytes: []byte(strings.Repeat("\x01", 400))}
	for b.Loop() {
		Match(&c)
	}
}
