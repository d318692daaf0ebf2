package filter

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"testing"

	"joy/capture"
)

var update = flag.Bool("update", false, "write testdata/verdicts.txt; compare with tcpdump before")

// TestVerdicts compares the verdicts of every expression on the built frames
// of every link type with those kept, which were those of tcpdump
// (TestTcpdump). A line is an expression and its verdicts on each link type:
// bits for Ethernet, count and checksum for others, - where it is refused.
func TestVerdicts(t *testing.T) {
	links := tcpdumpLinks()
	packets := map[uint16][]packet{}
	for _, link := range links {
		packets[link] = frames(link)
	}
	var got bytes.Buffer
	fmt.Fprintln(&got, links)
	for _, expr := range expressions() {
		fmt.Fprint(&got, expr)
		for _, link := range links {
			fmt.Fprint(&got, "\t", verdicts(expr, link, packets[link]))
		}
		fmt.Fprintln(&got)
	}
	const file = "testdata/verdicts.txt"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := bytes.Split(readFile(t, file), []byte("\n"))
	lines := bytes.Split(got.Bytes(), []byte("\n"))
	if len(lines) != len(want) {
		t.Fatalf("%d lines, %d are kept", len(lines), len(want))
	}
	for i := range lines {
		if !bytes.Equal(lines[i], want[i]) {
			t.Errorf("got  %s\nkept %s", lines[i], want[i])
		}
	}
}

func verdicts(expr string, link uint16, packets []packet) string {
	p, err := Compile(expr, link, Options{})
	if err != nil {
		return "-"
	}
	count, bits := 0, make([]byte, (len(packets)+7)/8)
	for i, f := range packets {
		if p.Match(f.data, f.wire) {
			bits[i/8] |= 0x80 >> (i % 8)
			count++
		}
	}
	if link == capture.LinkEthernet {
		return hex.EncodeToString(bits)
	}
	return fmt.Sprintf("%d/%08x", count, crc32.ChecksumIEEE(bits))
}
