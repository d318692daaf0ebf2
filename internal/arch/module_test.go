package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A module is the parsed source of a Go module.
type module struct {
	path     string // its import path
	fset     *token.FileSet
	packages []*pkg // by directory
	root     fs.FS
}

// A pkg is one directory with Go files.
type pkg struct {
	dir   string // relative to the module, "." for its root
	files []*file
}

type file struct {
	name string // relative to the module
	test bool
	*ast.File
}

// load parses all Go files below root. Modules in it, testdata, and
// directories whose name begins with a dot or underscore are left out.
func load(root fs.FS) (*module, error) {
	data, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(data), "\n")
	m := &module{path: strings.TrimPrefix(first, "module "), fset: token.NewFileSet(), root: root}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(root, name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		return m.add(name)
	})
	return m, err
}

func skip(root fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	if base == "testdata" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	if _, err := fs.Stat(root, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func (m *module) add(name string) error {
	text, err := fs.ReadFile(m.root, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(m.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	i := slices.IndexFunc(m.packages, func(p *pkg) bool { return p.dir == dir })
	if i < 0 {
		i = len(m.packages)
		m.packages = append(m.packages, &pkg{dir: dir})
	}
	p := m.packages[i]
	p.files = append(p.files, &file{name: name, test: strings.HasSuffix(name, "_test.go"), File: f})
	return nil
}

// at is a complaint about a place in the source.
func (m *module) at(pos token.Pos, text string, args ...any) string {
	p := m.fset.Position(pos)
	return fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, fmt.Sprintf(text, args...))
}

// code calls f for all files but tests.
func (m *module) code(f func(*pkg, *file)) {
	for _, p := range m.packages {
		for _, file := range p.files {
			if !file.test {
				f(p, file)
			}
		}
	}
}

// importPath is the path of an import.
func importPath(i *ast.ImportSpec) string {
	s, _ := strconv.Unquote(i.Path.Value) // the parser has seen that it is quoted
	return s
}

// below reports whether a directory is one of dirs or in one.
func below(dir string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool {
		return dir == d || strings.HasPrefix(dir, d+"/")
	})
}
