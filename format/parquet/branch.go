package parquet

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"

	"joy/record/schema"
)

// A branch is a column of a file that is read: as the file has it, and as the
// record has it, where that knows it.
type branch struct {
	name   string
	key    []byte // the name and a colon, as JSON has them
	form   form
	def    uint8 // level at which it is there
	rep    uint8 // of a list: level of its elements; of a leaf: of the list around
	some   uint8 // of a list: level at which it has elements
	null   bool  // what is not there is written as null
	elem   *branch
	fields []*branch
	leaf   int // number of the column, of the first one below
	end    int // behind the last one
	*element
	digits schema.Format // of a float, if the record knows it
}

// A form is how a branch is written.
type form uint8

const (
	formObject form = iota
	formList
	formMap     // an object, whose members are the elements of a list
	formText    // a string
	formHex     // bytes that are no text
	formJSON    // text that is JSON
	formInteger // a number
	formBool
	formFloat  // with digits of the record's schema
	formNumber // in the shortest form
	formTime
	formDate
	formDecimal
)

const (
	// maxDepth bounds how deep columns are in each other.
	maxDepth = 64
	// maxLevel bounds levels.
	maxLevel = 200
)

var errSchema = errors.New("its schema makes no sense")

// A grower makes branches of a schema, element by element.
type grower struct {
	schema []element
	at     int
	leaves []*branch
	known  map[string]*schema.Column
}

// grow makes the tree of a file. The first element of a schema is the record.
func grow(elements []element) (root *branch, leaves []*branch, err error) {
	if len(elements) == 0 {
		return nil, nil, errSchema
	}
	g := grower{schema: elements, at: 1}
	root = &branch{element: &elements[0]}
	if err := g.children(root, schema.Record(), 0, 0, 1); err != nil {
		return nil, nil, err
	}
	if g.at != len(elements) {
		return nil, nil, errSchema
	}
	return root, g.leaves, nil
}

// children makes what is below an object.
func (g *grower) children(b *branch, known []schema.Column, rep, def uint8, depth int) error {
	if b.children < 0 || int(b.children) > len(g.schema)-g.at {
		return errSchema
	}
	b.leaf = len(g.leaves)
	for range b.children {
		f, err := g.branch(known, rep, def, depth)
		if err != nil {
			return err
		}
		b.fields = append(b.fields, f)
	}
	b.end = len(g.leaves)
	if b.end == b.leaf {
		return errSchema
	}
	return nil
}

// branch makes the next column.
func (g *grower) branch(known []schema.Column, rep, def uint8, depth int) (*branch, error) {
	if g.at >= len(g.schema) || depth > maxDepth || rep > maxLevel || def > maxLevel {
		return nil, errSchema
	}
	e := &g.schema[g.at]
	g.at++
	b := &branch{name: e.name, element: e}
	b.key = appendText(nil, []byte(e.name))
	b.key = append(b.key, ':')
	c := lookup(known, e.name)
	b.null = c == nil || c.Null
	if e.repetition == format.Repeated { // a list without the frame of one
		b.def, b.some, b.rep, b.form = def, def+1, rep+1, formList
		b.elem = &branch{element: e, def: def + 1}
		err := g.fill(b.elem, elemOf(c), rep+1, def+1, depth+1)
		b.leaf, b.end = b.elem.leaf, b.elem.end
		return b, err
	}
	if e.repetition == format.Optional {
		def++
	}
	b.def = def
	return b, g.fill(b, c, rep, def, depth)
}

func lookup(known []schema.Column, name string) *schema.Column {
	for i := range known {
		if known[i].Name == name {
			return &known[i]
		}
	}
	return nil
}

func elemOf(c *schema.Column) *schema.Column {
	if c == nil || c.Kind != schema.List {
		return c
	}
	return c.Elem
}

func fieldsOf(c *schema.Column) []schema.Column {
	if c == nil {
		return nil
	}
	return c.Fields
}

// fill makes what a column is, behind its levels.
func (g *grower) fill(b *branch, c *schema.Column, rep, def uint8, depth int) error {
	switch e := b.element; {
	case e.leaf:
		b.leaf, b.end, b.rep = len(g.leaves), len(g.leaves)+1, rep
		g.leaves = append(g.leaves, b)
		return b.setForm(c)
	case e.logical.id == logicalList && e.children == 1 && e.repetition != format.Repeated:
		return g.list(b, c, rep, def, depth)
	case e.logical.id == logicalMap && e.children == 1 && e.repetition != format.Repeated:
		return g.table(b, rep, def, depth)
	}
	return g.children(b, fieldsOf(c), rep, def, depth+1)
}

// list makes a list with its frame: a repeated group with one column.
func (g *grower) list(b *branch, c *schema.Column, rep, def uint8, depth int) error {
	if g.at >= len(g.schema) || g.schema[g.at].repetition != format.Repeated {
		return errSchema
	}
	inner := &g.schema[g.at]
	b.form, b.rep, b.some = formList, rep+1, def+1
	if inner.leaf || inner.children != 1 { // the form of old writers
		g.at++
		b.elem = &branch{element: inner, def: def + 1}
		if err := g.fill(b.elem, elemOf(c), rep+1, def+1, depth+1); err != nil {
			return err
		}
	} else {
		g.at++
		var known []schema.Column
		if e := elemOf(c); e != nil && g.at < len(g.schema) {
			named := *e
			named.Name = g.schema[g.at].name
			known = []schema.Column{named}
		}
		var err error
		if b.elem, err = g.branch(known, rep+1, def+1, depth+1); err != nil {
			return err
		}
	}
	b.leaf, b.end = b.elem.leaf, b.elem.end
	return nil
}

// table makes a map: a list of keys and values.
func (g *grower) table(b *branch, rep, def uint8, depth int) error {
	inner := &g.schema[min(g.at, len(g.schema)-1)]
	if g.at >= len(g.schema) || inner.repetition != format.Repeated || inner.leaf || inner.children != 2 {
		return errSchema
	}
	g.at++
	b.form, b.rep, b.some = formMap, rep+1, def+1
	b.elem = &branch{element: inner, def: def + 1}
	if err := g.children(b.elem, nil, rep+1, def+1, depth+1); err != nil {
		return err
	}
	if b.elem.fields[0].form != formText {
		b.form = formList
	}
	b.leaf, b.end = b.elem.leaf, b.elem.end
	return nil
}

// setForm decides how the values of a leaf are written.
func (b *branch) setForm(c *schema.Column) error {
	if c != nil && c.Kind == schema.Float {
		b.digits = c.Format
	}
	l := b.logical
	switch b.kind {
	case format.Boolean:
		b.form = formBool
	case format.Int32, format.Int64:
		b.form = formInteger
		switch l.id {
		case logicalTimestamp:
			b.form = formTime
		case logicalDate:
			b.form = formDate
		case logicalDecimal:
			b.form = formDecimal
			if b.scale < 0 || b.scale > 18 {
				return errSchema
			}
		}
	case format.Int96:
		b.form = formTime
	case format.Float, format.Double:
		b.form = formNumber
		if b.digits.Digits > 0 {
			b.form = formFloat
		}
	case format.ByteArray, format.FixedLenByteArray:
		b.form = formHex
		switch {
		case c != nil && c.Kind == schema.JSON || l.id == logicalJSON:
			b.form = formJSON
		case l.id == logicalString || l.id == logicalEnum || c != nil && (c.Kind == schema.Text || c.Kind == schema.Hex):
			b.form = formText
		}
	default:
		return fmt.Errorf("its column %s is of an unknown type", b.name)
	}
	return nil
}
