package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUpToDate fails when a generated file is not what the generator makes.
func TestUpToDate(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range changed(root, files) {
		t.Errorf("%s is out of date: go run ./internal/gen", f.name)
	}
}

// TestFieldsAreDefined looks at all fields that the record has, nested ones
// too. That a field without comment or key is an error, TestErrors shows.
func TestFieldsAreDefined(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLoader(root)
	if err != nil {
		t.Fatal(err)
	}
	m, err := readModel(l, "record", "Record")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.objects) < 10 {
		t.Errorf("%d struct types; were they found?", len(m.objects))
	}
	for _, o := range m.objects {
		for _, f := range o.fields {
			meaning, source := split(f.doc)
			if !strings.HasSuffix(meaning, ".") {
				t.Errorf("%s.%s: no sentence: %q", o.name.Name(), f.v.Name(), meaning)
			}
			if source == "" && o == m.objects[0] {
				t.Errorf("%s.%s: no source", o.name.Name(), f.v.Name())
			}
		}
	}
}

// module writes a module with the given files and returns its directory.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module joy\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// runtimeParts are the hand-written files that generated code calls.
func runtimeParts(t *testing.T, files map[string]string) {
	t.Helper()
	for _, path := range []string{"feature/text.go", "feature/value.go", "feature/hide.go", "record/number.go"} {
		data, err := os.ReadFile(filepath.Join("..", "..", path))
		if err != nil {
			t.Fatal(err)
		}
		files[path] = string(data)
	}
	files["record/values.go"] = `package record
import "joy/feature"
type (
	Addr = feature.Addr
	Hex  = feature.Hex
)
// AppendString appends a JSON string.
func AppendString(b []byte, s string) []byte { return feature.AppendString(b, s) }
`
}

// A record with every shape that protocols may bring, and a main that encodes
// it once empty and once full.
var shapes = map[string]string{
	"record/record.go": `package record
import "joy/proto/tls"
type Record struct {
	// A.
	TLS *tls.Info ` + "`json:\"tls,omitempty\" opt:\"tls\"`" + `
	// B.
	More tls.Info ` + "`json:\"more\"`" + `
}
`,
	"proto/tls/tls.go": `package tls
import ("net/netip"; "time"; "joy/proto/x509")
// Version numbers itself.
type Version uint16
// Names are names.
type Names []string
type Info struct {
	// V.
	Version Version ` + "`json:\"version,omitempty\"`" + `
	// On.
	On bool ` + "`json:\"on\"`" + `
	// Yes.
	Yes bool ` + "`json:\"yes,omitempty\"`" + `
	// N.
	Names Names ` + "`json:\"names\"`" + `
	// S.
	Certs []x509.Cert ` + "`json:\"certs,omitempty\"`" + `
	// P.
	Chain []*x509.Cert ` + "`json:\"chain\"`" + `
	// R.
	Random [4]byte ` + "`json:\"random\" encode:\"hex\" anon:\"keep\"`" + `
	// T.
	Tickets [][]byte ` + "`json:\"tickets\" encode:\"hex\"`" + `
	// G.
	Grid [2][2]int8 ` + "`json:\"grid\"`" + `
	// D.
	Delay *float32 ` + "`json:\"delay\" format:\"%.2f\"`" + `
	// H.
	Hint *string ` + "`json:\"hint,omitempty\"`" + `
	// X.
	Addr netip.Addr ` + "`json:\"addr,omitempty\" anon:\"keep\"`" + `
	// Y.
	Took time.Duration ` + "`json:\"took\" when:\"HasTook\"`" + `
	HasTook bool ` + "`json:\"-\"`" + `
	hidden map[string]int
}
`,
	"proto/x509/x509.go": `package x509
import "strconv"
// A Serial writes itself.
type Serial int
// AppendJSON appends the serial as a JSON string.
func (s *Serial) AppendJSON(b []byte) []byte { return strconv.AppendQuote(b, "#"+strconv.Itoa(int(*s))) }
type Cert struct {
	// S.
	Serial Serial ` + "`json:\"serial\"`" + `
	// A pointer to one.
	Other *Serial ` + "`json:\"other\"`" + `
	// The issuer's.
	Issuer *Cert ` + "`json:\"issuer,omitempty\"`" + `
}
`,
	"main.go": `package main
import ("fmt"; "net/netip"; "joy/record"; "joy/proto/tls"; "joy/proto/x509")
func main() {
	var r record.Record
	fmt.Printf("%s\n", r.AppendJSON(nil))
	delay, hint, serial := float32(1.5), "h", x509.Serial(9)
	cert := x509.Cert{Serial: 7, Issuer: &x509.Cert{Serial: 8, Other: &serial}}
	r.TLS = &tls.Info{
		Version: 771, On: true, Yes: true, Names: tls.Names{"a", "b\xff"}, Certs: []x509.Cert{cert}, Chain: []*x509.Cert{nil, &cert},
		Random: [4]byte{1, 2, 3, 255}, Tickets: [][]byte{{1}, nil}, Grid: [2][2]int8{{-1, 2}, {3, 4}}, Delay: &delay, Hint: &hint,
		Addr: netip.MustParseAddr("10.0.0.1"), Took: -5, HasTook: true,
	}
	fmt.Printf("%s\n", r.AppendJSON([]byte("x"))[1:])
}
`,
}

const (
	shapeEmpty = `{"on":false,"names":[],"chain":[],"random":"00000000","tickets":[],"grid":[[0,0],[0,0]],"delay":null}`
	shapeCert  = `{"serial":"#7","other":null,"issuer":{"serial":"#8","other":"#9"}}`
	shapeFull  = `{"version":771,"on":true,"yes":true,"names":["a","b\uf7ff"],"certs":[` + shapeCert + `],"chain":[null,` + shapeCert +
		`],"random":"010203ff","tickets":["01",""],"grid":[[-1,2],[3,4]],"delay":1.50,"hint":"h","addr":"10.0.0.1","took":-5}`
	shapesWant = `{"more":` + shapeEmpty + "}\n" + `{"tls":` + shapeFull + `,"more":` + shapeEmpty + "}\n"
)

// TestShapes builds the encoder of a record of another module and runs it.
func TestShapes(t *testing.T) {
	out, made := runModule(t, shapes)
	if out != shapesWant {
		t.Errorf("got\n%swant\n%s", out, shapesWant)
	}
	for _, want := range []string{
		"<br>`more.chain[].issuer` | [object](#tlscerts-tlschain-morecerts-morechain) |",
		"| `tls.random`<br>`more.random` | string (hexadecimal) |",
		"| `tls.grid`<br>`more.grid` | array of array of numbers |",
		"| `tls.delay`<br>`more.delay` | number, 2 decimals |",
	} {
		if !bytes.Contains(made[1].data, []byte(want)) {
			t.Errorf("the reference lacks %s", want)
		}
	}
	for _, want := range []string{
		`{Name: "tls", Kind: Struct, Fields: ofTlsInfo},`,
		`{Name: "version", Kind: Uint, Bits: 16},`,
		`{Name: "on", Kind: Bool, Always: true},`,
		`{Name: "chain", Kind: List, Elem: &Column{Kind: Struct, Fields: ofX509Cert, Null: true}, Always: true},`,
		`{Name: "random", Kind: Hex, Always: true},`,
		`{Name: "grid", Kind: List, Elem: &Column{Kind: List, Elem: &Column{Kind: Int, Bits: 8}}, Always: true},`,
		`{Name: "delay", Kind: Float, Format: Format{Digits: 2}, Null: true, Always: true},`,
		`{Name: "hint", Kind: Text},`,
		`{Name: "issuer", Kind: JSON},`,
	} {
		if !bytes.Contains(made[3].data, []byte(want)) {
			t.Errorf("the schema lacks %s", want)
		}
	}
}

// runModule runs a module with the code that is generated for it.
func runModule(t *testing.T, source map[string]string) (out string, made []file) {
	t.Helper()
	files := maps.Clone(source)
	runtimeParts(t, files)
	root := module(t, files)
	made, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range made {
		if !strings.HasSuffix(f.name, ".go") {
			continue
		}
		path := filepath.Join(root, f.name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = root
	b, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return string(b), made
}

func TestErrors(t *testing.T) {
	tests := []struct{ name, field, want string }{
		{"no tag", "// A.\n\tA int", "A: no json tag"},
		{"no comment", "A int `json:\"a\"`", "A: no comment"},
		{"key with a quote", "// A.\n\tA int `json:\"a'b\"`", "key \"a'b\""},
		{"same key twice", "// A.\n\tA int `json:\"a\"`\n\t// B.\n\tB int `json:\"a\"`", `B: key "a" twice`},
		{"option of encoding/json", "// A.\n\tA int `json:\"a,string\"`", `"string" is not known`},
		{"float without format", "// A.\n\tA float64 `json:\"a\"`", "needs the tag format"},
		{"format of something else", "// A.\n\tA float64 `json:\"a\" format:\"%d\"`", `format:"%d"`},
		{"more digits than the encoder has", "// A.\n\tA float64 `json:\"a\" format:\"%.12f\"`", `format:"%.12f"`},
		{"bytes without encode", "// A.\n\tA []byte `json:\"a\"`", "bytes need"},
		{"unknown encode", "// A.\n\tA []byte `json:\"a\" encode:\"base64\"`", "is not known"},
		{"when names nothing", "// A.\n\tA int `json:\"a\" when:\"HasA\"`", "no bool field"},
		{"when and omitempty", "// A.\n\tA int `json:\"a,omitempty\" when:\"On\"`", "either"},
		{"map", "// A.\n\tA map[string]int `json:\"a\"`", "cannot be written"},
		{"interface", "// A.\n\tA any `json:\"a\"`", "cannot be written"},
		{"foreign struct", "// A.\n\tA []*unicode.RangeTable `json:\"a\"`", "cannot be written"},
		{"complex", "// A.\n\tA complex128 `json:\"a\"`", "cannot be written"},
		{"struct without an empty value", "// A.\n\tA T `json:\"a,omitempty\"`", "no empty value"},
		{"embedded", "// A.\n\tT `json:\"t\"`", "embedded"},
		{"comment of AppendJSON", "// A.\n\tA S `json:\"a\"`", "has to say what it appends"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := module(t, map[string]string{"record/record.go": fmt.Sprintf(`package record
import "unicode"
type Record struct {
	%s
	On bool `+"`json:\"-\"`"+`
	table unicode.RangeTable
}
type T struct{}
type S int
// AppendJSON is silent.
func (S) AppendJSON(b []byte) []byte { return b }
`, tt.field)})
			_, err := generate(root)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestCheckNamesTheFile(t *testing.T) {
	files := map[string]string{"record/record.go": "package record\n\ntype Record struct {\n\t// A.\n\tA string `json:\"a\"`\n}\n"}
	t.Chdir(module(t, files))
	if err := os.Mkdir("docs", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := run(true); err == nil || !strings.Contains(err.Error(), "record/zjson.go, docs/fields.md, record/zhide.go") {
		t.Errorf("nothing there: %v", err)
	}
	if err := run(false); err != nil {
		t.Fatal(err)
	}
	if err := run(true); err != nil {
		t.Errorf("just written: %v", err)
	}
	if err := os.WriteFile(encoderFile, []byte("package record\n\nfunc broken("), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(true); err == nil || strings.Contains(err.Error(), referenceFile) || !strings.Contains(err.Error(), encoderFile) {
		t.Errorf("one changed: %v", err)
	}
}
