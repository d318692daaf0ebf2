package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// A loader type-checks packages from their source, without bodies of
// functions, so that neither compiled packages nor a C compiler are needed.
type loader struct {
	ctx    build.Context
	fset   *token.FileSet
	root   string // directory of the module
	module string // its path
	pkgs   map[string]*types.Package
	docs   map[token.Pos]string // comments of types, fields and methods, by the place of the name
}

func newLoader(root string) (*loader, error) {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(data), "\n")
	module, ok := strings.CutPrefix(strings.TrimSpace(first), "module ")
	if !ok {
		return nil, errors.New("go.mod does not begin with the module's path")
	}
	l := &loader{
		ctx: build.Default, fset: token.NewFileSet(), root: root, module: module,
		pkgs: map[string]*types.Package{"unsafe": types.Unsafe}, docs: map[token.Pos]string{},
	}
	l.ctx.CgoEnabled = false
	return l, nil
}

// ours reports whether a package is of this module, and where.
func (l *loader) ours(path string) (dir string, ok bool) {
	rel, ok := strings.CutPrefix(path, l.module+"/")
	return filepath.Join(l.root, filepath.FromSlash(rel)), ok
}

// Import implements types.Importer.
func (l *loader) Import(path string) (*types.Package, error) { return l.ImportFrom(path, l.root, 0) }

// ImportFrom implements types.ImporterFrom.
func (l *loader) ImportFrom(path, from string, _ types.ImportMode) (*types.Package, error) {
	var found *build.Package
	var err error
	dir, ours := l.ours(path)
	if ours {
		found, err = l.ctx.ImportDir(dir, 0)
	} else {
		found, err = l.ctx.Import(path, from, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", path, err)
	}
	if !ours {
		path = found.ImportPath // the standard library has vendored packages
	}
	if p, ok := l.pkgs[path]; ok {
		if p == nil {
			return nil, fmt.Errorf("package %s imports itself", path)
		}
		return p, nil
	}
	l.pkgs[path] = nil
	p, err := l.check(path, found, ours)
	if err != nil {
		return nil, err
	}
	l.pkgs[path] = p
	return p, nil
}

// check parses and type-checks a package. Generated code is left out: it may be
// out of date, and nothing that is read here needs it.
func (l *loader) check(path string, found *build.Package, ours bool) (*types.Package, error) {
	var files []*ast.File
	for _, name := range found.GoFiles {
		if at := strings.TrimPrefix(path, l.module+"/") + "/" + name; ours && (at == encoderFile || at == hideFile || at == placesFile) {
			continue
		}
		mode := parser.SkipObjectResolution
		if ours {
			mode |= parser.ParseComments
		}
		f, err := parser.ParseFile(l.fset, filepath.Join(found.Dir, name), nil, mode)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		if ours {
			l.readDocs(f)
		}
	}
	conf := types.Config{
		Importer: l, IgnoreFuncBodies: true,
		Sizes: types.SizesFor("gc", runtime.GOARCH),
	}
	return conf.Check(path, l.fset, files, nil)
}

// readDocs notes the comments of a file.
func (l *loader) readDocs(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			if len(n.Specs) != 1 {
				return true
			}
			if spec, ok := n.Specs[0].(*ast.TypeSpec); ok {
				l.docs[spec.Name.Pos()] = n.Doc.Text()
			}
		case *ast.TypeSpec:
			if n.Doc != nil {
				l.docs[n.Name.Pos()] = n.Doc.Text()
			}
		case *ast.Field:
			for _, name := range n.Names {
				l.docs[name.Pos()] = n.Doc.Text()
			}
		case *ast.FuncDecl:
			l.docs[n.Name.Pos()] = n.Doc.Text()
			return false
		}
		return true
	})
}
