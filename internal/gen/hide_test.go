package main

import (
	"fmt"
	"strings"
	"testing"
)

// A record that can hold an address in every way, and a main that hides it.
var hideouts = map[string]string{
	"record/record.go": `package record
import ("joy/feature"; "joy/proto/a")
type Record struct {
	// A.
	A *a.Info ` + "`json:\"a,omitempty\"`" + `
	// B.
	List []a.Info ` + "`json:\"list,omitempty\"`" + `
	// By hand.
	SA feature.Addr ` + "`json:\"sa\" anon:\"stage\"`" + `
	// N.
	N int ` + "`json:\"n\"`" + `
}
`,
	"proto/a/a.go": `package a
import "joy/feature"
type Texts []feature.Text
// Own writes itself.
type Own struct{ s string }
// AppendJSON appends a JSON string.
func (o Own) AppendJSON(b []byte) []byte { return feature.AppendString(b, o.s) }
// Hide hides.
func (o *Own) Hide(h feature.Hider) { o.s = string(h.Text(feature.Text(o.s))) }
// NewOwn makes one.
func NewOwn(s string) Own { return Own{s} }
// Pair is only numbers.
type Pair struct{ A, B uint8 }
// AppendJSON appends a JSON number.
func (p Pair) AppendJSON(b []byte) []byte { return append(b, '1') }
type Info struct {
	// A.
	Addr feature.Addr ` + "`json:\"addr\"`" + `
	// A.
	Addrs [2]feature.Addr ` + "`json:\"addrs\"`" + `
	// A.
	Other *feature.Addr ` + "`json:\"other\"`" + `
	// T.
	Text feature.Text ` + "`json:\"text\"`" + `
	// T.
	Texts Texts ` + "`json:\"texts\"`" + `
	// T.
	Shared Texts ` + "`json:\"shared\" anon:\"copy\"`" + `
	// T.
	Grid [][]feature.Text ` + "`json:\"grid\"`" + `
	// H.
	Hex feature.Hex ` + "`json:\"hex\"`" + `
	// H.
	Random feature.Hex ` + "`json:\"random\" anon:\"text\"`" + `
	// H.
	Kept feature.Hex ` + "`json:\"kept\" anon:\"keep\"`" + `
	// B.
	Bytes []byte ` + "`json:\"bytes\" encode:\"numbers\"`" + `
	// O.
	Own Own ` + "`json:\"own\"`" + `
	// O.
	Owns []*Own ` + "`json:\"owns\"`" + `
	// P.
	Pair Pair ` + "`json:\"pair\"`" + `
	// I.
	Inner *Info ` + "`json:\"inner,omitempty\"`" + `
	// S.
	Name string ` + "`json:\"name,omitempty\"`" + `
}
`,
	"main.go": `package main
import ("bytes"; "fmt"; "net/netip"; "joy/feature"; "joy/record"; "joy/proto/a")
type hider struct{}
func (hider) Addr(a *feature.Addr) { *a = feature.Addr{Token: "-"} }
func (hider) Text(t feature.Text) feature.Text { return bytes.ReplaceAll(t, []byte("x"), []byte("-")) }
func (hider) Hex(b feature.Hex) feature.Hex { if bytes.IndexByte(b, 255) >= 0 { return nil }; return b }
func info(shared a.Texts, inner *a.Info) a.Info {
	ip := feature.Addr{IP: netip.MustParseAddr("10.0.0.1")}
	own := a.NewOwn("x")
	return a.Info{Addr: ip, Addrs: [2]feature.Addr{ip, ip}, Other: &ip, Text: []byte("axa"), Texts: a.Texts{[]byte("x"), []byte("y")}, Shared: shared,
		Grid: [][]feature.Text{nil, {[]byte("x")}}, Hex: []byte{255}, Random: []byte{255}, Kept: []byte("\xffx"), Bytes: []byte{255},
		Own: own, Owns: []*a.Own{nil, &own}, Inner: inner}
}
func main() {
	shared := a.Texts{[]byte("x")}
	inner := info(shared, nil)
	inner.Random = []byte("x")
	i := info(shared, &inner)
	r := record.Record{A: &i, SA: i.Addr}
	r.Hide(hider{})
	fmt.Printf("%s\n%s\n", r.AppendJSON(nil), shared[0])
	r = record.Record{List: []a.Info{{}, info(shared, nil)}}
	r.Hide(hider{})
	fmt.Printf("%v %s\n", r.List[1].Addr.Token, r.List[1].Text)
}
`,
}

const (
	hideoutEnd = `"kept":"ff78","bytes":[],"own":"-","owns":[null,"-"],"pair":1`
	hideoutTop = `"addr":"-","addrs":["-","-"],"other":"-","text":"a-a","texts":["-","y"],"shared":["-"],"grid":[[],["-"]],"hex":"",`
	hidWant    = `{"a":{` + hideoutTop + `"random":"ff",` + hideoutEnd + `,"inner":{` + hideoutTop + `"random":"",` + hideoutEnd + `}},"sa":"10.0.0.1","n":0}` +
		"\nx\n- a-a\n"
)

// TestHide runs the walk over a record of another module.
func TestHide(t *testing.T) {
	if out, _ := runModule(t, hideouts); out != hidWant {
		t.Errorf("got\n%swant\n%s", out, hidWant)
	}
}

// TestForgotten has fields for which nobody said how addresses are hidden in
// them, and tags that mean nothing.
func TestForgotten(t *testing.T) {
	tests := []struct{ name, field, want string }{
		{"writes itself", "A S `json:\"a\"`", "give it a method Hide"},
		{"writes itself, in a list", "A []*S `json:\"a\"`", "give it a method Hide"},
		{"writes itself, of a string", "A T `json:\"a\"`", "give it a method Hide"},
		{"writes itself, of bytes", "A M `json:\"a\"`", "give it a method Hide"},
		{"Hide of another kind", "A W `json:\"a\"`", "give it a method Hide"},
		{"address of netip", "A netip.Addr `json:\"a\"`", "the type feature.Addr"},
		{"array of bytes", "A [4]byte `json:\"a\" encode:\"hex\"`", "the type feature.Hex or the tag"},
		{"in a struct", "A *I `json:\"a\"`", "the type feature.Addr"},
		{"unknown tag", "A feature.Hex `json:\"a\" anon:\"skip\"`", `anon:"skip" is not known`},
		{"nothing to keep", "A int `json:\"a\" anon:\"keep\"`", "can hold no address"},
		{"text of no bytes", "A feature.Text `json:\"a\" anon:\"text\"`", "is for feature.Hex"},
		{"copy of no list", "A feature.Addr `json:\"a\" anon:\"copy\"`", "is for lists"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"record/record.go": fmt.Sprintf(`package record
import ("joy/feature"; "net/netip")
type Record struct {
	// A.
	%s
	ip netip.Addr
	b feature.Hex
}
type I struct {
	// A.
	A netip.Addr %s
}
type S []uint16
// AppendJSON appends a JSON string.
func (S) AppendJSON(b []byte) []byte { return b }
type T struct { a int; b string }
// AppendJSON appends a JSON string.
func (T) AppendJSON(b []byte) []byte { return b }
type M [6]byte
// AppendJSON appends a JSON string.
func (M) AppendJSON(b []byte) []byte { return b }
type W []uint16
// AppendJSON appends a JSON string.
func (W) AppendJSON(b []byte) []byte { return b }
// Hide hides nothing.
func (W) Hide() {}
`, tt.field, "`json:\"a\"`")}
			runtimeParts(t, files)
			if _, err := generate(module(t, files)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
