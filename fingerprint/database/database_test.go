package database

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"joy/fingerprint"
)

const (
	fpA = "tls/1/(0303)(1301)[(0000)]"
	fpB = "tls/1/(0303)(1302)[(0000)]"
	fpC = "ja3/e7d705a3286e19ea42f587b344ee6865"
)

// sighting is what Add is told.
type sighting struct {
	fp      []string
	name    string
	version string
	host    string
	addr    string
	day     string
	source  string
}

func (s sighting) add(t *testing.T, d *Database) {
	t.Helper()
	obs := fingerprint.Observation{Fingerprints: s.fp, Context: fingerprint.Context{
		Name: s.host, Addr: netip.MustParseAddr(s.addr), Port: 443,
	}}
	if err := d.Add(obs, fingerprint.Process{Name: s.name, Version: s.version}, s.day, s.source); err != nil {
		t.Fatal(err)
	}
}

var sightings = []sighting{
	{[]string{fpA, fpC}, "curl", "8.14", "a.example", "192.0.2.1", "2026-11-02", "lab"},
	{[]string{fpA, fpC}, "curl", "8.14", "b.example", "192.0.2.9", "2026-11-01", "lab"},
	{[]string{fpA}, "curl", "8.15", "a.example", "2001:db8:1:2::3", "2026-11-03", "office"},
	{[]string{fpA}, "wget", "", "a.example", "::ffff:192.0.2.7", "", ""},
	{[]string{fpB}, "wget", "1.25", "", "198.51.100.4", "2026-11-04", "lab"},
}

const want = `{"joy_fingerprints":1,"name":"test","made":"2026-12-01"}
{"fingerprint":"ja3/e7d705a3286e19ea42f587b344ee6865","count":2,"first":"2026-11-01","last":"2026-11-02","processes":[{"name":"curl","version":"8.14","count":2,"ports":{"443":2},"names":{"a.example":1,"b.example":1},"blocks":{"192.0.2.0/24":2}}],"sources":["lab"]}
{"fingerprint":"tls/1/(0303)(1301)[(0000)]","count":4,"first":"2026-11-01","last":"2026-11-03","processes":[{"name":"curl","version":"8.14","count":2,"ports":{"443":2},"names":{"a.example":1,"b.example":1},"blocks":{"192.0.2.0/24":2}},{"name":"curl","version":"8.15","count":1,"ports":{"443":1},"names":{"a.example":1},"blocks":{"2001:db8:1::/48":1}},{"name":"wget","count":1,"ports":{"443":1},"names":{"a.example":1},"blocks":{"192.0.2.0/24":1}}],"sources":["lab","office"]}
{"fingerprint":"tls/1/(0303)(1302)[(0000)]","count":1,"first":"2026-11-04","last":"2026-11-04","processes":[{"name":"wget","version":"1.25","count":1,"ports":{"443":1},"blocks":{"198.51.100.0/24":1}}],"sources":["lab"]}
`

func build(t *testing.T, list []sighting) *Database {
	t.Helper()
	d := New("test")
	d.Header.Made = "2026-12-01"
	for _, s := range list {
		s.add(t, d)
	}
	return d
}

func written(t *testing.T, d *Database) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func reread(t *testing.T, text string) *Database {
	t.Helper()
	d, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWrittenInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		list := slices.Clone(sightings)
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if got := written(t, build(t, list)); got != want {
			t.Fatalf("got\n%swant\n%s", got, want)
		}
	}
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	if got := written(t, reread(t, want)); got != want {
		t.Errorf("got\n%s", got)
	}
	h := `{"joy_fingerprints":1,"note":"x","calibration":{"b":[1,2.50],"a":null}}` + "\n"
	if got := written(t, reread(t, h)); got != h {
		t.Errorf("the header became %s", got)
	}
}

func TestReadCompressed(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(want))
	z.Close()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"gzip": packed.Bytes(), "zstd": enc.EncodeAll([]byte(want), nil)} {
		d, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := written(t, d); got != want {
			t.Errorf("%s: got %s", name, got)
		}
		if _, err := Read(bytes.NewReader(data[:len(data)-9])); err == nil {
			t.Errorf("%s: cut, and no error", name)
		}
	}
}

func TestMergeIsAdding(t *testing.T) {
	a, b := build(t, sightings[:2]), build(t, sightings[2:])
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	if got := written(t, a); got != want {
		t.Errorf("got\n%s", got)
	}
	before := written(t, b)
	if err := a.Merge(a); err != nil {
		t.Fatal(err)
	}
	if e, _ := a.Find(fpA); e.Count != 8 {
		t.Errorf("twice itself counts %d", e.Count)
	}
	if written(t, b) != before {
		t.Error("merging changed what was merged")
	}
}

// What is given out is not the database's.
func TestFindGivesACopy(t *testing.T) {
	d := build(t, sightings)
	e, ok := d.Find(fpA)
	if !ok || e.Count != 4 {
		t.Fatalf("%v %+v", ok, e)
	}
	e.Processes[0].Ports["443"] = 77
	e.Processes[0].Name = "x"
	e.Sources[0] = "x"
	if written(t, d) != want {
		t.Error("it was")
	}
	if _, ok := d.Find("tls/1/()"); ok {
		t.Error("found what is not there")
	}
}

func TestReadRefuses(t *testing.T) {
	header := `{"joy_fingerprints":1}` + "\n"
	entry := func(inner string) string {
		return header + "\n" + `{"fingerprint":"` + fpA + `","count":1,"sources":[],` + inner + "}\n"
	}
	many := strings.Repeat(`{"name":"a","count":1},`, 16*MaxProcesses) + `{"name":"a","count":1}`
	for text, want := range map[string]string{
		"":                                      "empty",
		"[]":                                    "line 1: no header",
		`{"x":1}`:                               "line 1: joy_fingerprints is 0",
		`{"joy_fingerprints":2}`:                "line 1: joy_fingerprints is 2",
		`{"joy_fingerprints":1,"made":"today"}`: "line 1: made",
		entry(`"processes":[],"what":1`):        `line 3: json: unknown field "what"`,
		entry(`"processes":[]} {"x":1`):         "line 3: more than one value",
		entry(`"processes":[{"count":1}]`):      "line 3: process 1: has no name",
		entry(`"processes":[{"name":"a"}]`):     "line 3: process 1: counts no flow",
		entry(`"processes":[{"name":"a\u0007","count":1}]`):                          "not to be printed",
		entry(`"processes":[{"name":"a","count":1,"sha256":"AA"}]`):                  "sha256",
		entry(`"processes":[{"name":"a","count":-1}]`):                               "line 3: json",
		entry(`"processes":[{"name":"a","count":1,"names":{"a\n":1}}]`):              "not to be printed",
		entry(`"processes":[` + many + `]`):                                          "4097 processes",
		entry(`"first":"2026-02-30","processes":[]`):                                 "2026-02-30",
		entry(`"first":"2026-02-03","last":"2026-01-01","processes":[]`):             "in order",
		entry(`"processes":[{"name":"` + strings.Repeat("a", 257) + `"}]`):           "no flow",
		entry(`"processes":[{"count":1,"name":"` + strings.Repeat("a", 257) + `"}]`): "257 bytes",
		header + `{"fingerprint":"` + strings.Repeat(" ", MaxLine) + `"}`:            "line 2: longer",
		header + `{"fingerprint":"tls/1/(03"}`:                                       "line 2: fingerprint: ",
	} {
		_, err := Read(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, want %q", text, err, want)
		}
	}
}

func TestSalvage(t *testing.T) {
	lines := strings.SplitAfter(want, "\n")
	text := lines[0] + "junk\n" + lines[1] + strings.Repeat("x", MaxLine+1) + "\n" + lines[2] + "{}\n" + strings.TrimSuffix(lines[3], "\n")
	d, skipped, err := Salvage(strings.NewReader(text))
	if err != nil || skipped != 3 {
		t.Fatalf("skipped %d, %v", skipped, err)
	}
	if got := written(t, d); got != want {
		t.Errorf("got\n%s", got)
	}
}

// The frequent keys stay with their counts, the rest counts under Other, and
// nothing is lost.
func TestManyKeys(t *testing.T) {
	d := New("")
	p := fingerprint.Process{Name: "a"}
	obs := fingerprint.Observation{Fingerprints: []string{fpA}}
	for i := range 1000 {
		obs.Context.Name = fmt.Sprintf("n%04d", i)
		for range 1 + 9*(i%10/9) { // every tenth is frequent
			if err := d.Add(obs, p, "", ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	e, _ := d.Find(fpA)
	names := e.Processes[0].Names
	total := uint64(0)
	for _, n := range names {
		total += n
	}
	if len(names) != MaxKeys || total != 1900 || names["n0999"] != 10 || names[Other] != 1900-1000-(MaxKeys-1-100) {
		t.Errorf("%d names, %d in all, %d others", len(names), total, names[Other])
	}
}

func TestManyProcesses(t *testing.T) {
	d := New("")
	for i := range 17 * MaxProcesses {
		p := fingerprint.Process{Name: fmt.Sprint(i), Count: uint64(1 + i%2), Ports: map[string]uint64{"443": 1}}
		if err := d.Put(fingerprint.Entry{Fingerprint: fpA, Processes: []fingerprint.Process{p}, Sources: []string{fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := d.Find(fpA)
	if len(e.Processes) != MaxProcesses || e.Processes[0].Name != Other || e.Processes[1].Count != 2 || len(e.Sources) != MaxSources || e.Sources[0] != Other {
		t.Errorf("%d processes, first %+v; sources %q", len(e.Processes), e.Processes[0], e.Sources)
	}
	var total, ports uint64
	for _, p := range e.Processes {
		total, ports = total+p.Count, ports+p.Ports["443"]
	}
	if n := uint64(17 * MaxProcesses); total != n+n/2 || e.Count != total || ports != n {
		t.Errorf("counts %d, %d, ports %d", total, e.Count, ports)
	}
	if got := written(t, d); got != written(t, reread(t, got)) {
		t.Error("another reading changes it")
	}
}

// The longest entry that there can be has a line that can be read.
func TestLongestLine(t *testing.T) {
	text := func(i int) string { return fmt.Sprintf("%04d", i) + strings.Repeat(`"`, MaxText-4) }
	e := fingerprint.Entry{Fingerprint: "ssh/" + strings.Repeat("x", 8188)}
	for i := range MaxProcesses {
		p := fingerprint.Process{Name: text(i), Version: text(i), OS: text(i), Category: text(i), SHA256: strings.Repeat("f", 64), Count: math.MaxUint64}
		m := map[string]uint64{}
		for k := range MaxKeys / 8 { // 8 times too many as it is
			m[text(k)] = math.MaxUint64
		}
		p.Ports, p.Names, p.Blocks, p.Agents = m, m, m, m
		e.Processes = append(e.Processes, p)
		e.Sources = append(e.Sources, text(i))
	}
	line := AppendEntry(nil, e)
	if len(line) > MaxLine {
		t.Fatalf("%d bytes", len(line))
	}
	got, err := ParseEntry(line)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Processes) != MaxProcesses || got.Processes[9].Names[Other] != math.MaxUint64 {
		t.Errorf("%d processes, %d others", len(got.Processes), got.Processes[9].Names[Other])
	}
}

func TestSumsStop(t *testing.T) {
	d := New("")
	for range 2 {
		p := fingerprint.Process{Name: "a", Count: math.MaxUint64 - 1, Ports: map[string]uint64{"1": math.MaxUint64 - 1}}
		if err := d.Put(fingerprint.Entry{Fingerprint: fpA, Processes: []fingerprint.Process{p}}); err != nil {
			t.Fatal(err)
		}
	}
	if e, _ := d.Find(fpA); e.Count != math.MaxUint64 || e.Processes[0].Ports["1"] != math.MaxUint64 {
		t.Errorf("%+v", e)
	}
}

func TestAge(t *testing.T) {
	d := build(t, sightings)
	if err := d.Put(fingerprint.Entry{Fingerprint: "ja3/old", Processes: nil}); err != nil {
		t.Fatal(err)
	}
	if n := d.Age("2026-11-03"); n != 1 || d.Len() != 3 {
		t.Errorf("dropped %d of 4", n)
	}
	if _, ok := d.Find(fpC); ok {
		t.Error("the oldest is still there")
	}
}

func TestPrune(t *testing.T) {
	d := build(t, sightings)
	if n := d.Prune(2); n != 1 {
		t.Errorf("dropped %d", n)
	}
	e, _ := d.Find(fpA)
	if e.Count != 2 || len(e.Processes) != 1 || e.Processes[0].Version != "8.14" {
		t.Errorf("left %+v", e)
	}
}

func TestStrip(t *testing.T) {
	d := build(t, sightings)
	d.Strip(true, true)
	text := written(t, d)
	if strings.Contains(text, "example") || strings.Contains(text, "192.0.2") || !strings.Contains(text, `"443":2`) {
		t.Error(text)
	}
}

func TestConflicts(t *testing.T) {
	want := []Conflict{{fpA, 4, []Share{{"curl", 3, 0.75}, {"wget", 1, 0.25}}}}
	if got := build(t, sightings).Conflicts(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"firefox":                      "firefox",
		"a\x00b\xff":                   "a\ufffdb\ufffd",
		strings.Repeat("a", 255) + "ü": strings.Repeat("a", 255),
	} {
		if got := Clean(in); got != want || Clean(got) != got {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestTooLarge(t *testing.T) {
	b := &bounded{ReadCloser: nopCloser{strings.NewReader("abcdef")}, left: 4}
	p := make([]byte, 8)
	if n, err := b.Read(p); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := b.Read(p); err == nil {
		t.Error("no error")
	}
}

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }

func FuzzRead(f *testing.F) {
	f.Add([]byte(want))
	f.Add([]byte(`{"joy_fingerprints":1}` + "\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, _, err := Salvage(bytes.NewReader(data))
		if err != nil {
			return
		}
		// What was read is written so that it is read again, as it is.
		text := written(t, d)
		if again := written(t, reread(t, text)); again != text {
			t.Errorf("wrote\n%s, then\n%s", text, again)
		}
		d.Conflicts()
		d.Prune(2)
		d.Age("2026-01-01")
	})
}
