// Command gen writes what is made from the flow record: its JSON encoder
// (record/zjson.go), the walk that hides addresses in it (record/zhide.go), the
// tree of its columns (record/schema/zschema.go), and the reference of its fields
// (docs/fields.md). What the tags mean is written in the comment of package record.
//
//	go run ./internal/gen          write the files
//	go run ./internal/gen -check   exit with 1 if that would change one
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail if a file would change")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	files, err := generate(root)
	if err != nil {
		return err
	}
	stale := changed(root, files)
	if len(stale) == 0 {
		return nil
	}
	if check {
		names := make([]string, len(stale))
		for i, f := range stale {
			names[i] = f.name
		}
		return fmt.Errorf("out of date: %s; run go run ./internal/gen", strings.Join(names, ", "))
	}
	for _, f := range stale {
		path := filepath.Join(root, f.name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.data, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// A file is one that is generated; its name is relative to the module.
type file struct {
	name string
	data []byte
}

// generate makes all files of the module in directory root.
func generate(root string) ([]file, error) {
	l, err := newLoader(root)
	if err != nil {
		return nil, err
	}
	m, err := readModel(l, "record", "Record")
	if err != nil {
		return nil, err
	}
	code, err := writeJSON(m)
	if err != nil {
		return nil, err
	}
	hide, err := writeHide(m)
	if err != nil {
		return nil, err
	}
	reference, err := writeReference(m)
	if err != nil {
		return nil, err
	}
	schema, err := writeSchema(m)
	if err != nil {
		return nil, err
	}
	return []file{{encoderFile, code}, {referenceFile, reference}, {hideFile, hide}, {schemaFile, schema}}, nil
}

// changed returns the files that are not on disk as they should be.
func changed(root string, files []file) (out []file) {
	for _, f := range files {
		have, err := os.ReadFile(filepath.Join(root, f.name))
		if err != nil || !bytes.Equal(have, f.data) {
			out = append(out, f)
		}
	}
	return out
}

// findRoot is the directory of the module around the current directory.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod around the current directory")
		}
		dir = up
	}
}
