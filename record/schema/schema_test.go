package schema

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/schema.txt")

// appendText writes a line for each column below a path.
func appendText(b *strings.Builder, path string, columns []Column) {
	for i := range columns {
		c := &columns[i]
		at := path + c.Name
		fmt.Fprintf(b, "%s %s\n", at, c.text())
		for c.Kind == List {
			c = c.Elem
			at += "[]"
		}
		appendText(b, at+".", c.Fields)
	}
}

func (c *Column) text() string {
	text := [...]string{Bool: "bool", Int: "int", Uint: "uint", Float: "float", Text: "text", Hex: "hex", Time: "time", JSON: "json", List: "list of ", Struct: "struct"}[c.Kind]
	switch c.Kind {
	case Int, Uint:
		text += fmt.Sprint(c.Bits)
	case Float:
		verb := "f"
		if c.Format.Significant {
			verb = "g"
		}
		text += fmt.Sprintf(" %%.%d%s", c.Format.Digits, verb)
	case List:
		text += c.Elem.text()
	}
	if c.Null {
		text += ", null"
	}
	if c.Always {
		text += ", always"
	}
	return text
}

// TestPinned has the schema change only on purpose: readers of files rely on it.
func TestPinned(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "version %d\n", Version)
	appendText(&b, "", Record())
	const file = "testdata/schema.txt"
	have, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if string(have) == b.String() {
		return
	}
	first, _, _ := strings.Cut(string(have), "\n")
	if first == fmt.Sprintf("version %d", Version) {
		t.Fatal("the schema is another one: give it another Version, say in docs/parquet.md what changed, and run this test with -update")
	}
	if !*update {
		t.Fatalf("%s has %s: run this test with -update", file, first)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestColumns looks for what a format could not write.
func TestColumns(t *testing.T) {
	seen := 0
	var look func(path string, columns []Column)
	look = func(path string, columns []Column) {
		names := map[string]bool{}
		for i := range columns {
			c := &columns[i]
			at := path + "." + c.Name
			if c.Name == "" || names[c.Name] {
				t.Errorf("%s: no name, or one that is there twice", at)
			}
			names[c.Name] = true
			if c.Null && !c.Always {
				t.Errorf("%s: null cannot be told from lacking", at)
			}
			for c.Kind == List {
				c = c.Elem
			}
			switch {
			case c.Kind == Struct && len(c.Fields) == 0:
				t.Errorf("%s: an object without members", at)
			case (c.Kind == Int || c.Kind == Uint) && c.Bits != 8 && c.Bits != 16 && c.Bits != 32 && c.Bits != 64:
				t.Errorf("%s: %d bits", at, c.Bits)
			case c.Kind < Bool || c.Kind > Struct || c.Kind == List:
				t.Errorf("%s: kind %d", at, c.Kind)
			}
			seen++
			look(at, c.Fields)
		}
	}
	look("", Record())
	if seen < 1000 {
		t.Errorf("%d columns", seen)
	}
}
