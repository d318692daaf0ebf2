package main

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A model is the record with all struct types below it.
type model struct {
	*loader
	pkg     *types.Package // that the encoder is written for
	objects []*object      // the record first, others in the order of their first use
	byType  map[*types.TypeName]*object
	errs    []error
}

// An object is a struct type that becomes a JSON object.
type object struct {
	name   *types.TypeName
	fields []*field
}

// A field is a member of an object.
type field struct {
	v      *types.Var
	key    string
	doc    string
	omit   bool
	when   string // bool field that says whether the key is written
	format floatForm
	encode string
	opt    string
	anon   string
}

// always reports whether the key is written whatever the value is.
func (f *field) always() bool { return !f.omit && f.when == "" }

// kept reports whether anonymization leaves the field alone, or does it by hand.
func (f *field) kept() bool { return f.anon == "keep" || f.anon == "stage" }

// A floatForm says how a float is written: %.<digits><verb>.
type floatForm struct {
	verb   byte // f, g, or 0 for none
	digits int
}

// maxDigits is what the encoder's fast paths are made for.
const maxDigits = 9

func readModel(l *loader, pkg, record string) (*model, error) {
	p, err := l.Import(l.module + "/" + pkg)
	if err != nil {
		return nil, err
	}
	name, ok := p.Scope().Lookup(record).(*types.TypeName)
	if !ok || l.structName(name.Type()) == nil {
		return nil, fmt.Errorf("package %s has no struct type %s", pkg, record)
	}
	m := &model{loader: l, pkg: p, byType: map[*types.TypeName]*object{}}
	m.add(name)
	return m, errors.Join(m.errs...)
}

// within are the struct types that one is in, at whatever depth, and itself.
func (m *model) within(inner *types.TypeName) (around []*types.TypeName) {
	around = append(around, inner)
	for i := 0; i < len(around); i++ { // the list grows on the way
		for _, o := range m.objects {
			holds := slices.ContainsFunc(o.fields, func(f *field) bool {
				t, _ := core(f.v.Type())
				return !appends(t) && m.structName(t) == around[i]
			})
			if holds && !slices.Contains(around, o.name) {
				around = append(around, o.name)
			}
		}
	}
	return around
}

// fail notes a complaint about o, once.
func (m *model) fail(o types.Object, text string, args ...any) {
	err := fmt.Errorf("%s: %s: %s", m.fset.Position(o.Pos()), o.Name(), fmt.Sprintf(text, args...))
	if !slices.ContainsFunc(m.errs, func(e error) bool { return e.Error() == err.Error() }) {
		m.errs = append(m.errs, err)
	}
}

// add reads a struct type, and those of its fields behind it.
func (m *model) add(name *types.TypeName) {
	if m.byType[name] != nil {
		return
	}
	o := &object{name: name}
	m.byType[name] = o
	m.objects = append(m.objects, o)
	s := name.Type().Underlying().(*types.Struct)
	keys := map[string]bool{}
	for i := range s.NumFields() {
		f := m.field(s, i)
		if f == nil {
			continue
		}
		if keys[f.key] {
			m.fail(f.v, "key %q twice in %s", f.key, name.Name())
		}
		keys[f.key] = true
		o.fields = append(o.fields, f)
	}
	for _, f := range o.fields {
		m.reach(f, f.v.Type())
	}
}

// reach looks for struct types in the type of a field, and complains of what
// the encoder cannot write.
func (m *model) reach(f *field, t types.Type) {
	if appends(t) || isAddr(t) {
		return
	}
	if name := m.structName(t); name != nil {
		m.add(name)
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		m.reach(f, u.Elem())
	case *types.Basic:
		m.reachBasic(f, u)
	default:
		elem := elemOf(t)
		switch {
		case elem == nil:
			m.fail(f.v, "%s cannot be written: give the type a method AppendJSON", t)
		case isByte(elem) && f.encode == "":
			m.fail(f.v, `bytes need the tag encode:"hex" or encode:"numbers"`)
		case !isByte(elem):
			m.reach(f, elem)
		}
	}
}

func (m *model) reachBasic(f *field, u *types.Basic) {
	const written = types.IsBoolean | types.IsInteger | types.IsFloat | types.IsString
	switch {
	case u.Info()&written == 0 || u.Kind() == types.UnsafePointer:
		m.fail(f.v, "%s cannot be written", u)
	case u.Info()&types.IsFloat != 0 && f.format.verb == 0:
		m.fail(f.v, `a float needs the tag format, such as format:"%%.3f"`)
	}
}

// structName is the name of a struct type of this module, or nil.
func (l *loader) structName(t types.Type) *types.TypeName {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return nil
	}
	if _, ok := l.ours(n.Obj().Pkg().Path()); !ok {
		return nil
	}
	if _, ok := n.Underlying().(*types.Struct); !ok {
		return nil
	}
	return n.Obj()
}

var (
	keyForm    = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	formatForm = regexp.MustCompile(`^%(?:\.([0-9]))?([fg])$`)
)

// field reads a field and its tags, nil if it is not written.
func (m *model) field(s *types.Struct, i int) *field {
	v, tag := s.Field(i), reflect.StructTag(s.Tag(i))
	name, options, _ := strings.Cut(tag.Get("json"), ",")
	if !v.Exported() || name == "-" {
		return nil
	}
	f := &field{v: v, key: name, doc: m.docs[v.Pos()], when: tag.Get("when"), encode: tag.Get("encode"), opt: tag.Get("opt"), anon: tag.Get("anon")}
	f.omit = options == "omitempty"
	switch {
	case v.Embedded():
		m.fail(v, "embedded fields cannot be written")
	case name == "":
		m.fail(v, "no json tag")
	case !keyForm.MatchString(name):
		m.fail(v, "key %q: only letters, digits, - and _ are taken", name)
	case options != "" && !f.omit:
		m.fail(v, "json option %q is not known", options)
	case f.doc == "":
		m.fail(v, "no comment: it is the field's definition")
	case f.omit && f.when != "":
		m.fail(v, "either omitempty or when")
	case f.when != "" && !hasBool(s, f.when):
		m.fail(v, "when:%q is no bool field of the struct", f.when)
	case !slices.Contains([]string{"", "hex", "numbers"}, f.encode):
		m.fail(v, "encode:%q is not known", f.encode)
	case f.omit && nonEmpty("x", v.Type()) == "":
		m.fail(v, "%s has no empty value for omitempty", v.Type())
	}
	if text, ok := tag.Lookup("format"); ok {
		m.setFormat(f, text)
	}
	return f
}

func (m *model) setFormat(f *field, text string) {
	match := formatForm.FindStringSubmatch(text)
	if match == nil || match[1] == "0" && match[2] == "g" {
		m.fail(f.v, "format:%q: only %%f, %%.1f to %%.%df and the same with g are taken", text, maxDigits)
		return
	}
	f.format = floatForm{verb: match[2][0], digits: 6}
	if match[1] != "" {
		f.format.digits = int(match[1][0] - '0')
	}
}

func hasBool(s *types.Struct, name string) bool {
	for v := range s.Fields() {
		if v.Name() == name {
			return types.Identical(v.Type(), types.Typ[types.Bool])
		}
	}
	return false
}

// appends reports whether a type writes itself: by AppendJSON([]byte) []byte.
// A pointer to one does not count, because it can be nil.
func appends(t types.Type) bool { return !isPointer(t) && method(t, "AppendJSON") != nil }

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// method is a method of t or of a pointer to it, or nil.
func method(t types.Type, name string) *types.Func {
	for s := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		if s.Obj().Name() == name {
			return s.Obj().(*types.Func)
		}
	}
	return nil
}

// isAddr reports whether t is netip.Addr, which is written like an Addr.
func isAddr(t types.Type) bool { return types.TypeString(t, nil) == "net/netip.Addr" }

func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8 && !appends(t)
}

// elemOf is the type of the elements of a slice or an array, or nil.
func elemOf(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	}
	return nil
}

// nonEmpty is the Go expression for x being other than empty; "" if there is
// none for the type.
func nonEmpty(x string, t types.Type) string {
	switch {
	case isPointer(t):
		return x + " != nil"
	case isAddr(t):
		return x + ".IsValid()"
	case method(t, "IsZero") != nil:
		return "!" + x + ".IsZero()"
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return "len(" + x + ") > 0"
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return x + ` != ""`
		case u.Info()&types.IsNumeric != 0:
			return x + " != 0"
		case u.Info()&types.IsBoolean != 0:
			return x
		}
	}
	return ""
}
