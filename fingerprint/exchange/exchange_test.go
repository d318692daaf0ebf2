package exchange

import (
	"bytes"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func text(t testing.TB, d *database.Database) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sameText(t *testing.T, d *database.Database, want string) {
	t.Helper()
	if got := text(t, d); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// joySample has the shapes of Joy's database, of one that gen_tls_fingerprint.py
// made, and of sleuth's.
const joySample = `{"str_repr":"(0303)(0a0a1301)((0a0a0000)(0000)(002b0003020304))","md5_repr":"x","source":["Cisco"],"tls_features":{"version":"TLS 1.2"},"process_info":[
 {"process":"OUTLOOK.EXE","application_category":"email","prevalence":0.2,"sha256":"BABBCD42D4FBE163DF0DC72DD67EB62EB976092DFB859593D5512B4C48B44E1D","os_info":{"(WinNT)(Windows 10 Enterprise)(10.0.17134)":0.9,"(Mac OS X)(Unknown)(10.14.5)":0.1}},
 {"process":"rare","prevalence":0.0,"sha256":"","os_info":{"(None)(None)(None)":1.0}}]}
{"str_repr":"(0303)(1a1a1301)((3a3a)(0000)(002b0003020304))","source":["me"],"process_info":[{"process":"chrome","application_category":"Unknown","prevalence":1.0,"count":7,"sha256":"zz"},{"process":"Unknown","application_category":"Unknown","prevalence":"Unknown","sha256":"Unknown"}]}
junk
{"str_repr":"(0301)(002f)((000f))","tls_features":{}}
`

const joyWant = `{"joy_fingerprints":1,"name":"Joy"}
{"fingerprint":"tls/1/(0301)(002f)[(000f)]","count":0,"processes":[],"sources":["sleuth"]}
{"fingerprint":"tls/1/(0303)(0a0a1301)[(0000)(002b0003020304)(0a0a)]","count":107,"processes":[{"name":"*","count":79},{"name":"OUTLOOK.EXE","sha256":"babbcd42d4fbe163df0dc72dd67eb62eb976092dfb859593d5512b4c48b44e1d","os":"Windows 10 Enterprise 10.0.17134","category":"email","count":18},{"name":"chrome","count":7},{"name":"OUTLOOK.EXE","sha256":"babbcd42d4fbe163df0dc72dd67eb62eb976092dfb859593d5512b4c48b44e1d","os":"Mac OS X 10.14.5","category":"email","count":2},{"name":"rare","count":1}],"sources":["Cisco","me"]}
`

func TestJoy(t *testing.T) {
	sample := strings.ReplaceAll(joySample, "[\n", "[")
	sample = strings.ReplaceAll(sample, "}},\n", "}},")
	for name, data := range map[string][]byte{"plain": []byte(sample), "gzip": packed(t, sample)} {
		d, rep, err := Joy(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sameText(t, d, joyWant)
		if rep.Lines != 4 || rep.Merged != 1 || rep.Incomplete != 1 || rep.LeftOut != 1 || !strings.Contains(rep.Why.Error(), "line 3") {
			t.Errorf("%s: %+v", name, rep)
		}
	}
	for _, bad := range []string{"", "junk", "{}\n{}"} {
		if _, _, err := Joy(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is a database of Joy", bad)
		}
	}
}

const mercurySample = `{"str_repr":"tls/1/(0303)(1301)[(0000)]","fp_type":"tls","total_count":100,"process_info":[{"process":"firefox","count":80,"sha256":"","application_category":"browser","malware":false,"os_info":{"a:b":60,"c:d":15},"classes_port_port":{"443":79,"8443":1},"classes_hostname_domains":{"a.example":50,"b.example":30},"classes_hostname_sni":{"x.a.example":50,"None":3},"classes_ip_as":{"109":80},"classes_ip_ip":{"192.0.2.1":3,"192.0.2.2":4,"junk":1},"classes_user_agent":{"None":80}}]}
{"str_repr_array":["(0303)(1302)()","tls/randomized"],"fp_type":"tls","total_count":2,"process_info":[{"process":"evil","count":2,"malware":true}]}
{"str_repr":"http/(47)()()","fp_type":"tls","total_count":2,"process_info":[]}
`

const mercuryWant = `{"joy_fingerprints":1,"name":"mercury","note":"mercury's resources 2026.01.01; 2.0.full"}
{"fingerprint":"tls/(0303)(1302)()","count":2,"processes":[{"name":"evil","malware":true,"count":2}],"sources":["mercury"]}
{"fingerprint":"tls/1/(0303)(1301)[(0000)]","count":100,"processes":[{"name":"firefox","os":"a:b","category":"browser","count":60,"ports":{"443":79,"8443":1},"names":{"*.b.example":30,"x.a.example":50},"blocks":{"192.0.2.0/24":7}},{"name":"*","count":20},{"name":"firefox","os":"c:d","category":"browser","count":15},{"name":"firefox","category":"browser","count":5}],"sources":["mercury"]}
{"fingerprint":"tls/1/(0303)(1303)[]","count":0,"processes":[],"sources":["mercury"]}
{"fingerprint":"tls/randomized","count":2,"processes":[{"name":"evil","malware":true,"count":2}],"sources":["mercury"]}
`

func archive(t testing.TB, entries string) []byte {
	t.Helper()
	var b bytes.Buffer
	err := pack(&b, []file{
		{filePrevalence, []byte("tls/1/(0303)(1303)[]\ntls/1/(0303)(1301)[(0000)]\njunk\n")},
		{fileVersion, []byte("2026.01.01; 2.0.full\n")},
		{"./" + fileEntries, []byte(entries)},
		{"other", []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMercury(t *testing.T) {
	d, rep, err := Mercury(bytes.NewReader(archive(t, mercurySample)))
	if err != nil {
		t.Fatal(err)
	}
	sameText(t, d, mercuryWant)
	if rep.Lines != 3 || rep.Merged != 0 || rep.LeftOut != 1 {
		t.Errorf("%+v", rep)
	}
	data := archive(t, mercurySample)
	for _, bad := range [][]byte{nil, []byte("junk"), packed(t, "junk"), data[:len(data)/2], archive(t, "junk")} {
		if _, _, err := Mercury(bytes.NewReader(bad)); err == nil {
			t.Errorf("%.20q is an archive", bad)
		}
	}
}

// ours is a database with what an archive has no place for.
func ours(t *testing.T) *database.Database {
	t.Helper()
	d := database.New("ours")
	d.Header.Made = "2026-12-01"
	for _, e := range []fingerprint.Entry{
		{Fingerprint: "tls/(0303)(1301)((0015)(0000))", Processes: []fingerprint.Process{{Name: "curl", Version: "8", OS: "Debian", Count: 3, Names: map[string]uint64{"a.b.c": 2, "*.x.y": 1, "*": 5}}}},
		{Fingerprint: "tls/1/(0303)(1301)[(0000)(0015)]", Processes: []fingerprint.Process{{Name: "curl", Version: "9", Count: 4, Ports: map[string]uint64{"443": 4}}, {Name: "*", Count: 5}}},
		{Fingerprint: "tls/2/(0303)(1302)[(0000)]", Processes: []fingerprint.Process{{Name: "new", Count: 1}}},
		{Fingerprint: "tls/1/(0303)(1303)[(0000)]"},
		{Fingerprint: "quic/(00000001)(0303)(1301)[(0015)((0039)[(01)])]", Processes: []fingerprint.Process{{Name: "q", Count: 1}}},
		{Fingerprint: "http/(47)()()", Processes: []fingerprint.Process{{Name: "wget", Count: 1, Agents: map[string]uint64{"Wget/1": 1}}}},
		{Fingerprint: "http/1/(47)()()", Processes: []fingerprint.Process{{Name: "wget", Count: 1}}},
		{Fingerprint: "ja3/00", Processes: []fingerprint.Process{{Name: "x", Count: 1}}},
		{Fingerprint: "dtls/1/(fefd)(1301)[]", Processes: []fingerprint.Process{{Name: "x", Count: 1}}},
	} {
		if err := d.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestWriteMercury(t *testing.T) {
	for version, want := range map[string]struct {
		rep  Report
		text string
	}{
		"1": {Report{Lines: 9, Merged: 1, LeftOut: 4}, `{"joy_fingerprints":1,"name":"mercury","note":"mercury's resources 2026.12.01; 2.0.full"}
{"fingerprint":"http/(47)()()","count":1,"processes":[{"name":"wget","count":1,"agents":{"Wget/1":1}}],"sources":["mercury"]}
{"fingerprint":"quic/(00000001)(0303)(1301)[(0015)((0039)[(01)])]","count":1,"processes":[{"name":"q","count":1}],"sources":["mercury"]}
{"fingerprint":"tls/1/(0303)(1301)[(0000)(0015)]","count":12,"processes":[{"name":"*","count":5},{"name":"curl","count":4,"ports":{"443":4},"names":{"*.x.y":1,"a.b.c":2}},{"name":"curl","os":"Debian","count":3}],"sources":["mercury"]}
{"fingerprint":"tls/1/(0303)(1303)[(0000)]","count":0,"processes":[],"sources":["mercury"]}
`},
		"2": {Report{Lines: 9, Merged: 1, LeftOut: 3}, `{"joy_fingerprints":1,"name":"mercury","note":"mercury's resources 2026.12.01; 2.0.full"}
{"fingerprint":"http/(47)()()","count":1,"processes":[{"name":"wget","count":1,"agents":{"Wget/1":1}}],"sources":["mercury"]}
{"fingerprint":"quic/1/(00000001)(0303)(1301)[((0039)[(01)])]","count":1,"processes":[{"name":"q","count":1}],"sources":["mercury"]}
{"fingerprint":"tls/2/(0303)(1301)[(0000)]","count":12,"processes":[{"name":"*","count":5},{"name":"curl","count":4,"ports":{"443":4},"names":{"*.x.y":1,"a.b.c":2}},{"name":"curl","os":"Debian","count":3}],"sources":["mercury"]}
{"fingerprint":"tls/2/(0303)(1302)[(0000)]","count":1,"processes":[{"name":"new","count":1}],"sources":["mercury"]}
{"fingerprint":"tls/2/(0303)(1303)[(0000)]","count":0,"processes":[],"sources":["mercury"]}
`},
	} {
		var b bytes.Buffer
		rep, err := WriteMercury(&b, ours(t), Options{Version: version})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Why == nil {
			t.Error("nothing says why")
		}
		if rep.Why = nil; !reflect.DeepEqual(rep, want.rep) {
			t.Errorf("version %s: %+v", version, rep)
		}
		d, _, err := Mercury(&b)
		if err != nil {
			t.Fatal(err)
		}
		sameText(t, d, want.text)
	}
	if _, err := WriteMercury(&bytes.Buffer{}, ours(t), Options{Version: "3"}); err == nil {
		t.Error("there is a version 3")
	}
}

func TestDivide(t *testing.T) {
	for _, test := range []struct {
		count  uint64
		parts  []float64
		whole  float64
		shares []uint64
	}{
		{20, []float64{0.98, 0.01, 0.01}, 1, []uint64{20, 0, 0, 0}},
		{10, []float64{0.5, 0.2}, 1, []uint64{5, 2, 3}},
		{3, nil, 1, []uint64{3}},
		{1, []float64{0.5, 0.5}, 0, []uint64{1, 0, 0}},
		{7, []float64{2, 2, 2}, 6, []uint64{3, 2, 2, 0}},
	} {
		var parts []part
		for _, w := range test.parts {
			parts = append(parts, part{weight: w})
		}
		if got := divide(test.count, parts, test.whole); !reflect.DeepEqual(got, test.shares) {
			t.Errorf("%d by %v: %v", test.count, test.parts, got)
		}
	}
	total := uint64(0)
	for _, n := range divide(math.MaxUint64, []part{{weight: 0.3}, {weight: 0.3}}, 1) {
		total += n
	}
	if total != math.MaxUint64 {
		t.Errorf("%d of all are left", total)
	}
}

// realOne opens a file that an environment variable names.
func realOne(t *testing.T, variable string) *os.File {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skip("set " + variable + " to the file")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// The numbers are those of the specification, section 3.3.
func TestRealJoy(t *testing.T) {
	d, rep, err := Joy(realOne(t, "JOY_FINGERPRINT_DB"))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Lines != 4978 || rep.LeftOut != 2 || d.Len() != 4976-rep.Merged { // two have half an extension
		t.Errorf("%+v, %d fingerprints", rep, d.Len())
	}
	t.Logf("%d fingerprints, %+v", d.Len(), rep)
}

func TestRealSleuth(t *testing.T) {
	d, rep, err := Joy(realOne(t, "JOY_SLEUTH_DB"))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Lines != 1518 || rep.LeftOut != 0 {
		t.Errorf("%+v", rep)
	}
	t.Logf("%d fingerprints, %+v", d.Len(), rep)
}

func TestRealMercury(t *testing.T) {
	d, rep, err := Mercury(realOne(t, "JOY_MERCURY_RESOURCES"))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Lines == 0 || rep.LeftOut != 0 {
		t.Errorf("%+v", rep)
	}
	t.Logf("%d fingerprints, %+v", d.Len(), rep)
}

func FuzzJoy(f *testing.F) {
	for line := range strings.SplitSeq(strings.ReplaceAll(joySample, "\n ", ""), "\n") {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, _, err := Joy(bytes.NewReader(data)); err == nil {
			readAgain(t, d)
		}
	})
}

func FuzzMercury(f *testing.F) {
	for line := range strings.SplitSeq(mercurySample, "\n") {
		f.Add([]byte(line), []byte("tls/1/(0303)(1303)[]"), []byte(nil))
	}
	f.Add([]byte(nil), []byte(nil), archive(f, mercurySample))
	f.Fuzz(func(t *testing.T, entries, prevalence, whole []byte) {
		_, _, _ = Mercury(bytes.NewReader(whole))
		var b bytes.Buffer
		if err := pack(&b, []file{{filePrevalence, prevalence}, {fileEntries, entries}}); err != nil {
			t.Fatal(err)
		}
		d, _, err := Mercury(&b)
		if err != nil {
			return
		}
		readAgain(t, d)
		for _, version := range []string{"1", "2"} {
			b.Reset()
			if _, err := WriteMercury(&b, d, Options{Version: version}); err != nil {
				t.Fatal(err)
			}
			if _, rep, err := Mercury(&b); err != nil && rep.Lines > 0 || rep.LeftOut > 0 {
				t.Errorf("what was written cannot be read: %+v, %v", rep, err)
			}
		}
	})
}

func readAgain(t *testing.T, d *database.Database) {
	t.Helper()
	if _, err := database.Read(strings.NewReader(text(t, d))); err != nil {
		t.Error(err)
	}
}
