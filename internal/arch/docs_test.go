package arch

import (
	"errors"
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// optionTable is the file with the rows of the command's options.
const optionTable = "table.go"

// checkOptions wants the opt tags of fields to name options that exist.
func checkOptions(m *module) (bad []string) {
	names := m.optionNames()
	m.code(func(p *pkg, f *file) {
		if !below(p.dir, "record", "measure", "proto") {
			return
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			tag, _ := strconv.Unquote(field.Tag.Value) // the parser has seen that it is quoted
			if opt := reflect.StructTag(tag).Get("opt"); opt != "" && !slices.Contains(names, opt) {
				bad = append(bad, m.at(field.Pos(), "there is no option %s", opt))
			}
			return true
		})
	})
	return bad
}

// optionNames are the names in the option table and the keys of protocols,
// which are options too.
func (m *module) optionNames() (names []string) {
	m.code(func(p *pkg, f *file) {
		field := "name"
		if below(p.dir, "proto") {
			field = "Key"
		} else if f.name != optionTable {
			return
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, _ := kv.Key.(*ast.Ident)
			value, _ := kv.Value.(*ast.BasicLit)
			if key != nil && key.Name == field && value != nil && value.Kind == token.STRING {
				name, _ := strconv.Unquote(value.Value)
				names = append(names, name)
			}
			return true
		})
	})
	return names
}

// architecture is the map of the module for people.
const architecture = "ARCHITECTURE.md"

var (
	quoted  = regexp.MustCompile("`([^`\n]+)`")
	dirName = regexp.MustCompile(`^[a-z0-9_.-]+(/[a-z0-9_.*-]+)*/?$`)
)

// checkArchitecture wants the directories that the map names to exist: what
// stands in `quotes` with a slash, and the trees in code blocks.
func checkArchitecture(m *module) (bad []string) {
	data, err := fs.ReadFile(m.root, architecture)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for i, part := range strings.Split(string(data), "```") {
		var named []string
		if i%2 == 1 {
			named = tree(part)
		} else {
			for _, q := range quoted.FindAllStringSubmatch(part, -1) {
				if strings.Contains(q[1], "/") && dirName.MatchString(q[1]) {
					named = append(named, q[1])
				}
			}
		}
		for _, name := range named {
			if found, _ := fs.Glob(m.root, path.Clean(name)); len(found) == 0 {
				bad = append(bad, architecture+": there is no "+name)
			}
		}
	}
	return bad
}

// tree reads directories out of a list in which deeper ones are indented; a
// line may begin with several. The first line can be the module itself.
func tree(text string) (dirs []string) {
	type node struct {
		indent int
		path   string
	}
	var around []node
	for line := range strings.Lines(text) {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		parent := "."
		for len(around) > 0 && around[len(around)-1].indent >= indent {
			around = around[:len(around)-1]
		}
		if len(around) > 0 {
			parent = around[len(around)-1].path
		}
		for i, word := range strings.Fields(line) {
			if !strings.HasSuffix(word, "/") || !dirName.MatchString(word) {
				break
			}
			dir := path.Join(parent, word)
			if word == "joy/" {
				dir = "."
			}
			dirs = append(dirs, dir)
			if i == 0 {
				around = append(around, node{indent, dir})
			}
		}
	}
	return dirs
}
