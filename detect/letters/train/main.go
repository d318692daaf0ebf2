// Command train makes letters.bin of words, one a line on its standard input:
//
//	{ cat /usr/share/dict/american-english; apt-cache pkgnames; } | go run ./detect/letters/train > detect/letters/letters.bin
//
// Words are taken apart at what is no letter and no digit, and count once each.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"joy/detect/letters"
)

func main() {
	words, err := read(os.Stdin)
	if err == nil {
		_, err = os.Stdout.Write(letters.Train(words))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// read returns the words of a text.
func read(r io.Reader) (words [][]byte, err error) {
	seen := make(map[string]bool)
	in := bufio.NewScanner(r)
	for in.Scan() {
		for _, w := range bytes.FieldsFunc(bytes.ToLower(in.Bytes()), other) {
			if len(w) > 1 && !seen[string(w)] {
				seen[string(w)] = true
				words = append(words, slices.Clone(w))
			}
		}
	}
	return words, in.Err()
}

func other(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
