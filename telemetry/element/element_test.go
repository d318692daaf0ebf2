package element

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

func TestKnownFacts(t *testing.T) {
	for _, want := range []Element{
		{1, "octetDeltaCount", Unsigned64, Octets},
		{6, "tcpControlBits", Unsigned16, None},
		{28, "destinationIPv6Address", IPv6Address, None},
		{56, "sourceMacAddress", MACAddress, None},
		{136, "flowEndReason", Unsigned8, None},
		{152, "flowStartMilliseconds", DateTimeMilliseconds, Milliseconds},
		{157, "flowEndNanoseconds", DateTimeNanoseconds, Nanoseconds},
		{239, "biflowDirection", Unsigned8, None},
		{291, "basicList", BasicList, None},
		{305, "samplingPacketInterval", Unsigned32, Packets},
		{311, "samplingProbability", Float64, None},
		{401, "transportOctetDeltaCount", Unsigned64, Octets},
		{461, "httpRequestTarget", String, None},
		{29305<<16 | 1, "reverseOctetDeltaCount", Unsigned64, Octets},
		{9<<16 | 12172, "initialDataPacket", OctetArray, None},
		{32473<<16 | 43, "joyTlsServerName", String, None},
	} {
		if got, ok := Lookup(want.ID); !ok || got != want {
			t.Errorf("%d/%d is %v, want %v", want.ID.Enterprise(), want.ID.Number(), got, want)
		}
		if got, ok := Named(want.Name); !ok || got != want {
			t.Errorf("%s is %v, want %v", want.Name, got, want)
		}
	}
}

func TestUnknown(t *testing.T) {
	for what, id := range map[string]ID{
		"number 0":                     0,
		"a number that nobody has":     65535,
		"IDP without its enterprise":   12172,
		"IDP with the bit left in":     Make(Cisco, 44940),
		"another enterprise":           Make(Cisco+1, 12172),
		"the reverse of a flow's name": FlowID.Reverse(),
		"the reverse of a list":        BasicListID.Reverse(),
		"the reverse of nothing":       Make(Reverse, 0),
	} {
		if e, ok := Lookup(id); ok {
			t.Errorf("%s is %v", what, e)
		}
	}
	if e, ok := Named("octetdeltacount"); ok {
		t.Errorf("names have capitals: %v", e)
	}
}

// Nothing is there twice: a number given to two elements would make one of them
// unreadable, and so would a name.
func TestUnique(t *testing.T) {
	ids, named := map[ID]bool{}, map[string]bool{}
	for _, list := range [][]Element{iana, cisco, own} {
		for _, e := range list {
			if ids[e.ID] || named[e.Name] {
				t.Errorf("%v is there twice", e)
			}
			ids[e.ID], named[e.Name] = true, true
			if e.ID.Number() == 0 || e.ID.Number() >= 0x8000 {
				t.Errorf("%v has a number that no template can carry", e)
			}
			if e.Type.String() == "unknown" || e.Unit.String() == "unknown" {
				t.Errorf("%v has no type or unit", e)
			}
		}
	}
	for id, e := range byID {
		if id != e.ID {
			t.Errorf("%v is under %d", e, id)
		}
	}
	if len(byName) != len(byID) {
		t.Errorf("%d names for %d elements", len(byName), len(byID))
	}
}

func TestSizes(t *testing.T) {
	for kind, want := range map[Type]uint16{
		Unsigned8: 1, Unsigned16: 2, Signed32: 4, Unsigned64: 8, Float32: 4, Float64: 8, Boolean: 1, MACAddress: 6,
		DateTimeSeconds: 4, DateTimeMilliseconds: 8, DateTimeNanoseconds: 8, IPv4Address: 4, IPv6Address: 16,
		String: Variable, OctetArray: Variable, BasicList: Variable, SubTemplateMultiList: Variable, SubTemplateMultiList + 1: Variable,
	} {
		if got := kind.Size(); got != want {
			t.Errorf("%v has %d bytes, want %d", kind, got, want)
		}
	}
	if Make(Reverse, 58) != VLANID.Reverse() || VLANID.Reverse().Enterprise() != Reverse || VLANID.Reverse().Number() != 58 {
		t.Error("the reverse of vlanId is not 29305/58")
	}
}

// The constants have the names of the elements that they stand for.
func TestConstants(t *testing.T) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range []string{"element.go", "constants.go", "own.go"} {
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	config := types.Config{Error: func(error) {}} // the tables are missing
	p, _ := config.Check("element", fset, files, nil)
	n := 0
	for _, name := range p.Scope().Names() {
		c, ok := p.Scope().Lookup(name).(*types.Const)
		if !ok || !strings.HasSuffix(c.Type().String(), "element.ID") {
			continue
		}
		n++
		v, _ := constant.Uint64Val(c.Val())
		e, ok := Lookup(ID(v))
		switch {
		case !ok:
			t.Errorf("%s: nothing has %d", name, v)
		case e.ID.Enterprise() == IANA && !strings.EqualFold(e.Name, strings.TrimSuffix(name, "ID")) && !strings.EqualFold(e.Name, name):
			t.Errorf("%s is called %s", name, e.Name)
		}
	}
	if n < 100 {
		t.Errorf("only %d constants were found", n)
	}
}
