//go:build !linux

// Command live finds the highest rate of packets at which a program loses none
// of them on a virtual interface. It needs Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "live: needs Linux")
	os.Exit(1)
}
