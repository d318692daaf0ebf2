package telemetry

import (
	"strings"
	"testing"

	"joy/record"
)

// basic is a basicList of elements of Cisco, as a value of variable length.
func basic(id, size int, content string) []byte {
	c := raw(content)
	list := join([]byte{3}, be32(be16(be16(nil, id|0x8000), size), 9), c)
	return append(be16([]byte{255}, len(list)), list...)
}

func v9Flow(t *testing.T, fields []spec, values ...[]byte) string {
	t.Helper()
	p := newPeer(Options{Modules: record.Modules})
	got := p.send(t, v9Message(1, set(0, tmpl(256, with(fields...)...)), set(256, append([][]byte{key()}, values...)...)))
	if len(got) != 1 {
		t.Fatalf("%d records; %v", len(got), reasons(p.d))
	}
	return got[0]
}

func TestLengthsAndTimes(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"with padding", "0064 00c8 8000 8000 0000 0005 0000 0000", `"packets":[{"b":100,"dir":">","ipt":0},{"b":200,"dir":">","ipt":5}]`},
		{"a run", "0064 fffe 000a 8000 0001 0002 0003 0004", `"packets":[{"b":100,"dir":">","ipt":1},{"b":100,"dir":">","ipt":2},{"b":100,"dir":">","ipt":3},{"b":10,"dir":">","ipt":4}]`},
		{"a run of nothing", "ffff 8000 0001 0000", `"packets":[{"b":0,"dir":">","ipt":1}]`},
		{"odd", "0064 0005 77", `"packets":[{"b":100,"dir":">","ipt":5}]`},
		{"a byte", "00", `"packets":[]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := raw(c.value)
			has(t, v9Flow(t, []spec{{44941, len(v), 0}}, v), c.want)
		})
	}
	long := v9Flow(t, []spec{{44941, 400, 0}}, []byte(strings.Repeat("\x81\x00", 200)))
	if n := strings.Count(long, `"dir"`); n != maxList {
		t.Errorf("%d packets of hostile runs", n)
	}
}

func TestLengthsInLists(t *testing.T) {
	got := flowOf(t, newPeer(Options{}), []spec{{291, 65535, 0}, {291, 65535, 0}}, basic(12184, 2, "0064 ffff 012c"), basic(12185, 2, "0000 0005"))
	has(t, got, `"packets":[{"b":100,"dir":">","ipt":0},{"b":65535,"dir":">","ipt":5},{"b":300,"dir":">","ipt":0}]`)
}

func TestByteCounts(t *testing.T) {
	counts := make([]byte, 512)
	copy(counts[2*'a':], raw("0200 0100"))
	has(t, v9Flow(t, []spec{{44944, 512, 0}}, counts), `"byte_dist":[0,`, `,128,64,0,`, `"byte_dist_mean":97.333333,"byte_dist_std":0.471712`)
	has(t, v9Flow(t, []spec{{44944, 256, 0}}, make([]byte, 256)), `"byte_dist":[0,0,`)
	for _, n := range []int{255, 300, 256 * 9} {
		if got := v9Flow(t, []spec{{44944, n, 0}}, make([]byte, n)); strings.Contains(got, "byte_dist") {
			t.Errorf("%d bytes: %s", n, got)
		}
	}
	huge := []byte(strings.Repeat("\xff", 2048))
	has(t, v9Flow(t, []spec{{44944, 2048, 0}}, huge), `"byte_dist":[255,255,`, `"byte_dist_mean":127.5`)
}

func TestTLSElementsOfNetFlow9(t *testing.T) {
	records := make([]byte, 120)
	copy(records, raw("012c 0042"))
	copy(records[40:], raw("0000 0002"))
	copy(records[80:], raw("16 17"))
	copy(records[100:], raw("01 02"))
	suites := append(raw("1301 c02f"), strings.Repeat("\xff", 246)...)
	extensions := make([]byte, 140)
	copy(extensions, raw("0005"))
	copy(extensions[70:], raw("000a"))
	got := v9Flow(
		t, []spec{{44945, 120, 0}, {44946, 250, 0}, {44947, 140, 0}, {44948, 1, 0}, {44949, 2, 0}, {44950, 34, 0}, {44951, 32, 0}},
		records, suites, extensions, raw("05 0800 0004"), []byte("abcd"), make([]byte, 28), []byte(strings.Repeat("R", 32)),
	)
	has(t, got, `"tls":{"c_version":5,"c_key_length":2048,"c_random":"`+strings.Repeat("52", 32)+`","c_sid":"61626364","cs":["1301","c02f"],`+
		`"c_extensions":[{"supported_groups":""}],"srlt":[{"b":300,"dir":">","ipt":0,"tp":22,"hs_types":[1]},{"b":66,"dir":">","ipt":2,"tp":23}]}`)
}

func TestTLSElementsOfIPFIX(t *testing.T) {
	got := flowOf(
		t, newPeer(Options{}), []spec{{12180, 2, 9}, {12182, 65535, 9}, {291, 65535, 0}, {291, 65535, 0}, {291, 65535, 0}, {291, 65535, 0}, {291, 65535, 0}, {291, 65535, 0}},
		raw("0304 04 00ff 6162"), basic(12178, 2, "1301 1302"), basic(12193, 2, "0000 0010"), basic(12188, 2, "0200 0000"),
		basic(12189, 2, "0000 0007"), basic(12190, 1, "16 14"), basic(12191, 1, "01 00"),
	)
	has(t, got, `"tls":{"c_version":6,"c_sid":"6162","cs":["1301","1302"],"c_extensions":[{"server_name":""},{"application_layer_protocol_negotiation":""}],`+
		`"srlt":[{"b":512,"dir":">","ipt":0,"tp":22,"hs_types":[1]},{"b":0,"dir":">","ipt":7,"tp":20}]}`)
}

// firstUDP is an IP packet with a DNS query for example.com.
func firstUDP() []byte {
	query := raw("1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001")
	p := raw("4500 0000 0000 0000 40 11 0000 0a000001 0a000002 0400 0035")
	p = append(be16(be16(p, 8+len(query)), 0), query...)
	copy(p[2:], be16(nil, len(p)))
	return p
}

func TestFirstPacket(t *testing.T) {
	p := firstUDP()
	got := v9Flow(t, []spec{{44940, 100, 0}}, p, make([]byte, 100-len(p)))
	has(t, got, `"dns":[{"qn":"example.com"`, `"idp_len_out":57`, `"app":["dns"],"app_by":"content"`)
	if again := flowOf(t, newPeer(Options{Modules: record.Modules}), []spec{{12172, 65535, 9}}, []byte{byte(len(p))}, p); !strings.Contains(again, `"qn":"example.com"`) {
		t.Error(again)
	}
	for name, b := range map[string][]byte{
		"no packet": []byte("no packet"), "cut in its headers": p[:22], "another protocol": append([]byte{0x46}, p[1:]...), "a fragment": append(raw("4500 0039 0000 2000"), p[8:]...),
	} {
		got := flowOf(t, newPeer(Options{Modules: record.Modules}), []spec{{12172, 65535, 9}}, []byte{byte(len(b))}, b)
		if !strings.Contains(got, `"idp_len_out":`+itoa(uint64(len(b)))) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestNothingIsLeftOfTheRecordBefore: all room is used again.
func TestNothingIsLeftOfTheRecordBefore(t *testing.T) {
	p := newPeer(Options{Modules: record.Modules})
	plain := ipfixMessage(0, set(2, tmpl(256, keySpecs...)), set(256, key()))
	want := p.send(t, plain)[0]
	q := firstUDP()
	p.send(t, ipfixMessage(0, set(2, tmpl(257, with(spec{12172, 65535, 9}, spec{1, 1, 0}, spec{1, 1, 29305}, spec{225, 4, 0}, spec{56, 6, 0},
		spec{58, 2, 0}, spec{12180, 1, 9}, spec{12176, 256, 9}, spec{371, 1, 0}, spec{54, 2, 0}, spec{12173, 4, 9}, spec{291, 65535, 0})...)),
		set(257, key(), []byte{byte(len(q))}, q, []byte(strings.Repeat("\x01", 1+1+4+6+2+1+256+1+2+4)), basic(12184, 2, "0001"))))
	if got := p.send(t, plain)[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestNoAllocations: a record of the usual elements needs no memory.
func TestNoAllocations(t *testing.T) {
	p := newPeer(Options{})
	m := v9Message(1, set(0, tmpl(256, with(spec{1, 4, 0}, spec{2, 4, 0}, spec{21, 4, 0}, spec{22, 4, 0}, spec{6, 1, 0}, spec{10, 4, 0})...)))
	p.send(t, m)
	data := v9Message(2, set(256, key(), make([]byte, 21)))
	pk := datagram(p.dec, p.addr, port, p.now, data)
	emit := func(*record.Record) {}
	if n := testing.AllocsPerRun(100, func() { p.d.Packet(&pk, emit) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
