package arch

import (
	"errors"
	"go/ast"
	"go/types"
	"path"
	"slices"
	"strings"
)

// checkInit wants no init functions: what happens, happens in main.
func checkInit(m *module) (bad []string) {
	for _, p := range m.packages {
		for _, f := range p.files {
			for _, d := range f.Decls {
				if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
					bad = append(bad, m.at(d.Pos(), "func init"))
				}
			}
		}
	}
	return bad
}

// wallClock lists where the clock of the machine may be read: everywhere else
// time is that of the packets.
var wallClock = []string{"cmd", "bench", "capture/afpacket", "capture/libpcap", "enrich/process", "service", "telemetry/listen"}

func checkTime(m *module) (bad []string) {
	m.code(func(p *pkg, f *file) {
		if below(p.dir, wallClock...) {
			return
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick"}, s.Sel.Name) {
				bad = append(bad, m.at(s.Pos(), "time.%s", s.Sel.Name))
			}
			return true
		})
	})
	return bad
}

// checkNames wants names that say what a package is about.
func checkNames(m *module) (bad []string) {
	for _, p := range m.packages {
		name := strings.TrimSuffix(p.files[0].Name.Name, "_test")
		for _, n := range []string{name, path.Base(p.dir)} {
			if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base"}, n) {
				bad = append(bad, p.dir+": a package name that says nothing: "+n)
			}
		}
	}
	return bad
}

// untyped are the exported functions that may take any or return it, as
// directory.Function or directory.Type.Method.
var untyped = []string{"feature/featuretest.JSON"}

// checkAny wants types at the seams.
func checkAny(m *module) (bad []string) {
	m.code(func(p *pkg, f *file) {
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || !exported(d) || f.Name.Name == "main" || slices.Contains(untyped, p.dir+"."+funcName(d)) {
				continue
			}
			for _, list := range []*ast.FieldList{d.Type.Params, d.Type.Results} {
				if list != nil && hasAny(list) {
					bad = append(bad, m.at(d.Pos(), "%s takes or returns any", funcName(d)))
				}
			}
		}
	})
	return bad
}

func hasAny(list *ast.FieldList) (found bool) {
	for _, field := range list.List {
		ast.Inspect(field.Type, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				found = found || n.Name == "any"
			case *ast.InterfaceType:
				found = found || len(n.Methods.List) == 0
			}
			return true
		})
	}
	return found
}

func exported(d *ast.FuncDecl) bool {
	return d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d)))
}

func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	return receiver(d) + "." + d.Name.Name
}

// receiver is the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) (name string) {
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return true
	})
	return name
}

// readers are the packages that read bytes from outside; those of the
// protocols come by themselves.
var readers = []string{
	".", "wire", "packet", "measure", "record",
	"audit/facts", "audit/policy", "enrich/anon", "enrich/label", "enrich/process",
	"fingerprint/database", "fingerprint/exchange", "fingerprint/explain", "fingerprint/index", "fingerprint/labels", "fingerprint/match", "fingerprint/npf", "fingerprint/observe",
	"convert/anonymize", "convert/csv", "convert/ecs", "convert/merge", "convert/present", "convert/zeek", "dataset/manifest", "dataset/traits", "dataset/truth", "dataset/written", "detect", "detect/domain",
	"enrich/fingerprints", "feature", "format/ipfix", "format/jsonl", "format/parquet", "model/file", "model/lightgbm", "model/params",
	"model/sample", "model/xgboost", "plot", "query/element", "query/flow", "query/sleuth", "query/stitch", "query/value", "query/where",
	"report", "service/metrics", "service/upload", "telemetry", "telemetry/listen", "unpack", "web",
}

// checkFuzz wants a fuzz target for all that reads bytes from outside.
func checkFuzz(m *module) (bad []string) {
	missing := slices.Clone(readers)
	for _, p := range m.packages {
		missing = slices.DeleteFunc(missing, func(dir string) bool { return dir == p.dir })
		if !slices.Contains(readers, p.dir) && !matches("proto/*", p.dir) && !matches("capture/*", p.dir) || p.dir == "capture/libpcap" {
			continue // libpcap hands frames over as they are
		}
		if !slices.ContainsFunc(p.files, hasFuzz) {
			bad = append(bad, p.dir+": reads bytes from outside and has no fuzz target")
		}
	}
	for _, dir := range missing {
		bad = append(bad, dir+": is in the list of readers and does not exist")
	}
	return bad
}

func hasFuzz(f *file) bool {
	return f.test && slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && strings.HasPrefix(fn.Name.Name, "Fuzz")
	})
}

// maxLines bounds the files that people read.
const maxLines = 800

func checkLength(m *module) (bad []string) {
	for _, p := range m.packages {
		for _, f := range p.files {
			n := m.fset.File(f.Pos()).LineCount()
			if n > maxLines && !generated(f) {
				bad = append(bad, m.at(f.Pos(), "%d lines", n))
			}
		}
	}
	return bad
}

func generated(f *file) bool {
	return strings.HasPrefix(path.Base(f.name), "z") && ast.IsGenerated(f.File)
}

// checkPackage wants a comment for every package, and a test where there is
// something that runs. Helpers of tests are tested by those.
func checkPackage(m *module) (bad []string) {
	for _, p := range m.packages {
		if !slices.ContainsFunc(p.files, func(f *file) bool { return !f.test && f.Doc != nil }) {
			bad = append(bad, p.dir+": no package comment")
		}
		if !strings.HasSuffix(p.dir, "test") && slices.ContainsFunc(p.files, hasFunc) && !slices.ContainsFunc(p.files, func(f *file) bool { return f.test }) {
			bad = append(bad, p.dir+": no test")
		}
	}
	return bad
}

func hasFunc(f *file) bool {
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		_, ok := d.(*ast.FuncDecl)
		return ok
	})
}

// checkVars wants package variables to be tables that nobody writes to. Names
// are resolved by the type checker, which needs no imports for that.
func checkVars(m *module) (bad []string) {
	for _, p := range m.packages {
		if !below(p.dir, "bench") {
			bad = append(bad, m.mutable(p)...)
		}
	}
	return bad
}

func (m *module) mutable(p *pkg) (bad []string) {
	var files []*ast.File
	for _, f := range p.files {
		if !f.test {
			files = append(files, f.File)
		}
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	checked, _ := conf.Check(p.dir, m.fset, files, info) // errors are all of imports
	global := func(e ast.Expr) bool {
		v, ok := info.Uses[root(e)].(*types.Var)
		return ok && v.Parent() == checked.Scope()
	}
	for _, f := range files {
		bad = append(bad, m.unset(f)...)
		ast.Inspect(f, func(n ast.Node) bool {
			for _, e := range written(n) {
				if global(e) {
					bad = append(bad, m.at(e.Pos(), "writes to the package variable %s", root(e).Name))
				}
			}
			return true
		})
	}
	return bad
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

// written are the expressions that a statement assigns to.
func written(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return n.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		return slices.DeleteFunc([]ast.Expr{n.Key, n.Value}, func(e ast.Expr) bool { return e == nil })
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && slices.Contains([]string{"delete", "clear", "copy"}, f.Name) && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// root is the variable that an expression such as a.b[i] is a part of; nil if
// there is none.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// unset are the package variables that begin without a value, which is to say
// that somebody writes to them later: by a method, as with sync.Pool, or by
// address.
func (m *module) unset(f *ast.File) (bad []string) {
	for _, d := range f.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range d.Specs {
			v, ok := s.(*ast.ValueSpec)
			embedded := ok && strings.Contains(directives(d.Doc)+directives(v.Doc), "//go:embed ")
			if !ok || len(v.Values) > 0 || d.Tok.String() != "var" || embedded {
				continue
			}
			bad = append(bad, m.at(v.Pos(), "the package variable %s has no value", v.Names[0].Name))
		}
	}
	return bad
}

func directives(g *ast.CommentGroup) (text string) {
	if g != nil {
		for _, c := range g.List {
			text += c.Text + "\n"
		}
	}
	return text
}
