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
	"os"
	"slices"

	"joy/detect/letters"
)

func main() {
	seen := make(map[string]bool)
	var words [][]byte
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		for _, w := range bytes.FieldsFunc(bytes.ToLower(in.Bytes()), other) {
			if len(w) > 1 && !seen[string(w)] {
				seen[string(w)] = true
				words = append(words, slices.Clone(w))
			}
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
	if _, err := os.Stdout.Write(letters.Train(words)); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func other(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
