package parquet

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"joy/record/schema"
)

// A node is a column of the file: a leaf, a list or an object. All can be null, so
// that a record that lacks something can be written, whoever made it.
type node struct {
	*schema.Column
	parent *node
	key    string // the name as JSON has it, with the colon
	def    uint8  // definition level of a value that is not null
	rep    uint8  // of a list: repetition level of its elements; else of the list around
	elem   *node
	fields []*node
	leaf   *leaf   // nil for lists and objects
	leaves []*leaf // itself, or all below

	absent int // of a member of the record: rows that lack it, not yet told to the leaves
}

const (
	maxFields = 256 // members of an object (shredder.members)
	maxRep    = 7   // lists in each other (shredder.index)
)

// A tree is the columns of a file: those of the record, and two of our own, which
// are no members of it.
type tree struct {
	root   *node
	extra  *node   // what the others cannot hold, as JSON
	seq    *node   // number of the record in the output that it was written to
	leaves []*leaf // of all columns, in the order of the file
}

// Names of our own columns.
const (
	extraName = "extra"
	seqName   = "seq"
)

func newTree(columns []schema.Column) *tree {
	root := &node{Column: &schema.Column{Kind: schema.Struct, Fields: columns}}
	root.addFields()
	t := &tree{
		root:  root,
		extra: newNode(&schema.Column{Name: extraName, Kind: schema.JSON}, root, 0, 0),
		seq:   newNode(&schema.Column{Name: seqName, Kind: schema.Int, Bits: 64}, root, 0, 0),
	}
	t.seq.leaf.sorted = true
	t.leaves = append(append(t.leaves, root.leaves...), t.extra.leaf, t.seq.leaf)
	return t
}

func newNode(c *schema.Column, parent *node, def, rep uint8) *node {
	n := &node{Column: c, parent: parent, def: def + 1, rep: rep, key: `"` + c.Name + `":`}
	switch c.Kind {
	case schema.Struct:
		n.addFields()
	case schema.List:
		n.rep++
		n.elem = newNode(c.Elem, n, n.def+1, n.rep)
		n.leaves = n.elem.leaves
	default:
		n.leaf = &leaf{node: n, physical: physical(c), sorted: c.Kind == schema.Time}
		n.leaf.names = n.path()
		n.leaves = []*leaf{n.leaf}
	}
	return n
}

func (n *node) addFields() {
	if len(n.Fields) > maxFields || n.rep > maxRep {
		panic("parquet: an object has too many members, or is too deep in lists")
	}
	for i := range n.Fields {
		f := newNode(&n.Fields[i], n, n.def, n.rep)
		n.fields = append(n.fields, f)
		n.leaves = append(n.leaves, f.leaves...)
	}
}

// physical is how the values of a column are stored. Numbers without a sign take
// the next larger type with one, so that differences in a query are right.
func physical(c *schema.Column) format.Type {
	switch {
	case c.Kind == schema.Bool:
		return format.Boolean
	case c.Kind == schema.Time, c.Kind == schema.Int && c.Bits > 32, c.Kind == schema.Uint && c.Bits > 16:
		return format.Int64
	case c.Kind == schema.Int, c.Kind == schema.Uint:
		return format.Int32
	case c.Kind == schema.Float:
		return format.Double
	}
	return format.ByteArray
}

// elements lists the tree as a file has it, depth first.
func (t *tree) elements() []format.SchemaElement {
	columns := len(t.root.fields) + 2
	list := []format.SchemaElement{{Name: "record", NumChildren: thrift.New(int32(columns))}}
	list = t.root.appendFields(list)
	return t.seq.appendElements(t.extra.appendElements(list, extraName), seqName)
}

func (n *node) appendFields(list []format.SchemaElement) []format.SchemaElement {
	for _, f := range n.fields {
		list = f.appendElements(list, f.Name)
	}
	return list
}

func (n *node) appendElements(list []format.SchemaElement, name string) []format.SchemaElement {
	e := format.SchemaElement{Name: name, RepetitionType: thrift.New(format.Optional)}
	switch n.Kind {
	case schema.Struct:
		e.NumChildren = thrift.New(int32(len(n.fields)))
		return n.appendFields(append(list, e))
	case schema.List:
		e.NumChildren = thrift.New(int32(1))
		e.ConvertedType = thrift.New(deprecated.List)
		e.LogicalType.Value = &format.ListType{}
		inner := format.SchemaElement{Name: "list", RepetitionType: thrift.New(format.Repeated), NumChildren: thrift.New(int32(1))}
		return n.elem.appendElements(append(list, e, inner), "element")
	case schema.Text, schema.Hex, schema.JSON:
		e.ConvertedType = thrift.New(deprecated.UTF8)
		e.LogicalType.Value = &format.StringType{}
	case schema.Time:
		e.ConvertedType = thrift.New(deprecated.TimestampMicros)
		e.LogicalType.Value = &format.TimestampType{IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: &format.MicroSeconds{}}}
	}
	e.Type = thrift.New(n.leaf.physical)
	return append(list, e)
}

// path is where a leaf stands in the tree, as a file has it.
func (n *node) path() []string {
	switch {
	case n.parent == nil:
		return nil
	case n.parent.Kind == schema.List:
		return append(n.parent.path(), "list", "element")
	}
	return append(n.parent.path(), n.Name)
}
