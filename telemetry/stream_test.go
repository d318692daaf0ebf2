package telemetry

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDataBeforeItsTemplate(t *testing.T) {
	p := newPeer(Options{})
	early := v9Message(1, set(300, key(), be32(be32(nil, 50_000), 60_000)))
	if n := len(p.send(t, early)); n != 0 || p.d.Stats().Waiting != 1 {
		t.Fatalf("%d records, %d sets wait", n, p.d.Stats().Waiting)
	}
	p.now += 10 * second
	later := v9Message(2, set(0, tmpl(300, with(spec{22, 4, 0}, spec{21, 4, 0})...)), set(300, key(), be32(be32(nil, 90_000), 95_000)))
	copy(later[4:], be32(be32(nil, 110_000), t0+10))
	got := p.send(t, later)
	if len(got) != 2 {
		t.Fatalf("%d records", len(got))
	}
	has(t, got[0], `"time_start":1699999950.000000,"time_end":1699999960.000000`) // by the clock of its own message
	has(t, got[1], `"time_start":1699999990.000000,"time_end":1699999995.000000`)
	if s := p.d.Stats(); s.Late != 1 || s.Waiting != 0 || p.d.waiting.bytes != 0 {
		t.Errorf("%+v", s)
	}
	wantReasons(t, p.d)
}

func TestTemplateComesTooLate(t *testing.T) {
	p := newPeer(Options{Patience: 5 * second})
	p.send(t, ipfixMessage(0, set(300, key())))
	p.now += 6 * second
	if n := len(p.send(t, ipfixMessage(1, set(2, tmpl(300, keySpecs...))))); n != 0 {
		t.Errorf("%d records", n)
	}
	if s := p.d.Stats(); s.Exporters[0].NoTemplate != 1 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
	wantReasons(t, p.d, "no_template")
}

func TestBoundOfWaitingSets(t *testing.T) {
	p := newPeer(Options{Waiting: 3 * (setExtra + len(key()))})
	for id := 300; id < 305; id++ {
		p.send(t, ipfixMessage(0, set(id, key())))
	}
	if s := p.d.Stats(); s.Waiting != 3 {
		t.Errorf("%d wait", s.Waiting)
	}
	for id := 300; id < 305; id++ {
		want := 0
		if id >= 302 { // the oldest ones had to go
			want = 1
		}
		if n := len(p.send(t, ipfixMessage(0, set(2, tmpl(id, keySpecs...))))); n != want {
			t.Errorf("%d records of %d", n, id)
		}
	}
	wantReasons(t, p.d, "no_template 2")
}

// TestManyWaitingSets: small sets are bounded by their number, and those without
// data do not wait.
func TestManyWaitingSets(t *testing.T) {
	p := newPeer(Options{})
	for range 10 {
		var sets [][]byte
		for range 200 {
			sets = append(sets, set(300, []byte{1}), set(301))
		}
		p.send(t, ipfixMessage(0, sets...))
	}
	if n := p.d.Stats().Waiting; n != maxSets {
		t.Errorf("%d wait", n)
	}
	wantReasons(t, p.d, "no_template "+itoa(2000-maxSets))
	p = newPeer(Options{Waiting: 10})
	p.send(t, ipfixMessage(0, set(300, key())))
	wantReasons(t, p.d, "no_template")
}

func TestSequenceNumbers(t *testing.T) {
	type message struct {
		seq, clock     int64
		lost           string // in the record
		total          uint64
		late, restarts uint64
	}
	for _, c := range []struct {
		name     string
		send     func(m message) []byte
		messages []message
	}{
		{"messages of NetFlow 9", func(m message) []byte {
			b := v9Message(m.seq, set(0, tmpl(256, keySpecs...)), set(256, key(), key()))
			copy(b[4:], be32(nil, m.clock))
			return b
		}, []message{
			{7, 100_000, "", 0, 0, 0},
			{8, 100_000, "", 0, 0, 0},
			{11, 101_000, `"lost":2`, 2, 0, 0},
			{9, 100_900, "", 1, 1, 0},
			{10, 100_950, "", 0, 2, 0},
			{12, 101_100, "", 0, 2, 0},
			{0, 1_000, "", 0, 2, 1},
			{1, 2_000, "", 0, 2, 1},         // the uptime goes back
			{5_000_000, 3_000, "", 0, 2, 2}, // no loss is that large
			{3, 4_000, "", 0, 2, 3},         // nor is anything that late
		}},
		{"records of IPFIX", func(m message) []byte {
			b := ipfixMessage(m.seq, set(2, tmpl(256, keySpecs...)), set(256, key(), key()))
			copy(b[4:], be32(nil, t0+m.clock))
			return b
		}, []message{
			{100, 0, "", 0, 0, 0}, // the template was not known, so it could not be counted
			{102, 0, "", 0, 0, 0},
			{104, 0, "", 0, 0, 0},
			{110, 0, `"lost":4`, 4, 0, 0},
			{106, 0, "", 2, 1, 0},
			{112, 1, "", 2, 1, 0},
			{0, 2, "", 2, 1, 1},
			{2, 2, "", 2, 1, 1}, // a later message with a smaller number
		}},
		{"flows of NetFlow 5", func(m message) []byte {
			b := join(raw("0005 0001"), be32(be32(nil, m.clock), t0), raw("00000000"), be32(nil, m.seq), make([]byte, 4))
			return join(b, key(), make([]byte, 48-13))
		}, []message{
			{1<<32 - 1, 1000, "", 0, 0, 0}, {0, 1000, "", 0, 0, 0}, {3, 2000, `"lost":2`, 2, 0, 0}, {1, 1500, "", 1, 1, 0}, {4, 3000, "", 1, 1, 0},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(Options{})
			for i, m := range c.messages {
				got := p.send(t, c.send(m))
				if m.lost != "" {
					has(t, got[0], m.lost)
				} else if strings.Contains(got[0], `"lost"`) {
					t.Errorf("message %d: %s", i, got[0])
				}
				if len(got) > 1 && strings.Contains(got[1], `"lost"`) {
					t.Errorf("message %d: told twice", i)
				}
				if s := p.d.Stats(); s.Lost != m.total || s.Reordered != m.late || s.Restarts != m.restarts || s.Exporters[0].Lost != m.total {
					t.Errorf("message %d: %d lost, %d late, %d restarts", i, s.Lost, s.Reordered, s.Restarts)
				}
			}
			if n := p.d.Stats().Exporters[0].Messages; n != uint64(len(c.messages)) {
				t.Errorf("%d messages of one stream", n)
			}
		})
	}
}

// TestUnknownCountIsNoLoss: a message whose template is missing has an unknown
// number of records.
func TestUnknownCountIsNoLoss(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0, set(2, tmpl(256, keySpecs...))), ipfixMessage(0, set(300, key(), key())), ipfixMessage(5, set(256, key())), ipfixMessage(6, set(256, key())))
	if s := p.d.Stats(); s.Lost != 0 || s.Reordered != 0 || s.Restarts != 0 {
		t.Errorf("%+v", s)
	}
}

func TestTemplatesSurviveARestart(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, v9Message(1000, set(0, tmpl(256, keySpecs...))))
	m := v9Message(0, set(256, key()))
	copy(m[4:], be32(nil, 100))
	if n := len(p.send(t, m)); n != 1 || p.d.Stats().Restarts != 1 {
		t.Errorf("%d records, %d restarts", n, p.d.Stats().Restarts)
	}
}

func TestSamplingOfTheExporter(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0,
		set(2, tmpl(256, keySpecs...), tmpl(257, with(spec{302, 8, 0})...), tmpl(259, with(spec{48, 1, 0}, spec{34, 4, 0})...)),
		set(3, optionsTmpl(258, 1, spec{302, 4, 0}, spec{305, 4, 0}, spec{306, 4, 0})), set(258, raw("00000007 00000001 00000063"))))
	plain, seven, eight := ipfixMessage(0, set(256, key())), ipfixMessage(0, set(257, key(), be64(nil, 7))), ipfixMessage(0, set(257, key(), be64(nil, 8)))
	has(t, p.send(t, plain)[0], `"sampling_rate":100`)
	has(t, p.send(t, seven)[0], `"sampling_rate":100`)
	if got := p.send(t, eight)[0]; strings.Contains(got, "sampling") {
		t.Errorf("an unknown selector: %s", got)
	}
	p.send(t, ipfixMessage(0, set(258, raw("00000008 00000001 00000009"))))
	has(t, p.send(t, eight)[0], `"sampling_rate":10`)
	if got := p.send(t, plain)[0]; strings.Contains(got, "sampling") {
		t.Errorf("one of two selectors: %s", got)
	}
	has(t, p.send(t, ipfixMessage(0, set(259, key(), raw("07 00000003"))))[0], `"sampling_rate":3}`)
	wantReasons(t, p.d, "options_data 2")
}

// TestOptionsOfNetFlow9: the numbers of its scopes are not those of elements.
func TestOptionsOfNetFlow9(t *testing.T) {
	p := newPeer(Options{})
	got := p.send(t, v9Message(1, set(0, tmpl(256, with(spec{48, 1, 0})...)),
		set(1, v9Options(257, 4, 8, spec{34, 4, 0}, spec{48, 1, 0}, spec{50, 4, 0})),
		set(257, raw("0000ffff 02 000003e8")), set(256, key(), []byte{2})))
	has(t, got[0], `"sampling_rate":1000`)
	wantReasons(t, p.d, "options_data")
}

func TestNamesOfApplications(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0, set(2, tmpl(256, with(spec{95, 4, 0})...)),
		set(3, optionsTmpl(257, 1, spec{95, 4, 0}, spec{96, 24, 0})), set(257, raw("0d0001bb"), append([]byte("webex"), make([]byte, 19)...))))
	has(t, p.send(t, ipfixMessage(0, set(256, key(), raw("0d0001bb"))))[0], `"app_id":"13:443","app_name":"webex"`)
	if got := p.send(t, ipfixMessage(0, set(256, key(), raw("0d0001bc"))))[0]; strings.Contains(got, "app_name") {
		t.Error(got)
	}
}

func TestBoundsOfOptions(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0, set(3, optionsTmpl(257, 1, spec{302, 4, 0}, spec{34, 1, 0}), optionsTmpl(258, 1, spec{95, 4, 0}, spec{96, 200, 0}))))
	for i := range int64(maxSelectors + 10) {
		p.send(t, ipfixMessage(0, set(257, be32(nil, i), []byte{2})))
	}
	name := []byte(strings.Repeat("x", 200))
	for i := range int64(maxApps + 5) {
		p.send(t, ipfixMessage(0, set(258, be32(nil, i), name)))
	}
	s := p.d.msg.stream
	if len(s.sampling) != maxSelectors || len(s.apps) != maxApps || len(s.apps[1]) != maxAppName {
		t.Errorf("%d rates, %d names", len(s.sampling), len(s.apps))
	}
	if n := reasons(p.d)["options_full"]; n != 15 {
		t.Errorf("%d are counted", n)
	}
}

func TestUptimeOfTheExporter(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0, set(2, tmpl(256, with(spec{22, 4, 0}, spec{21, 4, 0})...)),
		set(3, optionsTmpl(257, 1, spec{149, 4, 0}, spec{160, 8, 0})), set(257, be64(be32(nil, 9), 1_600_000_000_000))))
	has(t, p.send(t, ipfixMessage(1, set(256, key(), be32(be32(nil, 1000), 2000))))[0], `"time_start":1600000001.000000,"time_end":1600000002.000000`)
}

func TestReasonsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for r := range NumReasons {
		if name := r.String(); name == "" || name == "unknown" || seen[name] {
			t.Errorf("reason %d is called %q", r, name)
		}
		seen[r.String()] = true
	}
	if NumReasons.String() != "unknown" {
		t.Error("one too many")
	}
}

func TestStatsAsJSON(t *testing.T) {
	p := newPeer(Options{})
	for domain := range int64(maxListed + 2) {
		m := ipfixMessage(0, set(2, tmpl(256, keySpecs...)), set(256, key()), raw("0100 0000"))
		copy(m[12:], be32(nil, domain))
		p.send(t, m)
	}
	b, err := json.Marshal(p.d.Stats())
	if err != nil {
		t.Fatal(err)
	}
	has(t, string(b), `"messages":66,"records":66`, `"reasons":{"bad_set":66},"known":66,"exporters":[{"exporter":"192.0.2.1","protocol":"ipfix","domain":65,`)
	if n := strings.Count(string(b), `"protocol"`); n != maxListed {
		t.Errorf("%d exporters are listed", n)
	}
}
