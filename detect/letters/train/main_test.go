package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	words, err := read(strings.NewReader("Foo's\nlib-foo2\nfoo\nx\n"))
	if err != nil || string(bytes.Join(words, []byte(" "))) != "foo lib foo2" {
		t.Errorf("%s, %v", bytes.Join(words, []byte(" ")), err)
	}
}
