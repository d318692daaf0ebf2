package pcapfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

type oddity struct {
	data   []byte
	frames []string
	damage string // how the warning ends; "": there is none
}

func TestPcap(t *testing.T) {
	h := header(little, magicMicro, 65535, 1)
	version := func(major, minor uint16, captured, wire int) []byte {
		return words(little, uint32(magicMicro), major, minor, 0, 0, 65535, 1, 1, 0, captured, wire, "abcd")
	}
	abcd := []string{`1.000000000 link 1: "abcd" of 9`}
	check(t, map[string]oddity{
		"no packets":               {data: h},
		"microseconds":             {join(h, record(little, 1, 2, "a")), []string{`1.000002000 link 1: "a"`}, ""},
		"nanoseconds":              {join(header(big, magicNano, 65535, 1), record(big, 1, 2, "a")), []string{`1.000000002 link 1: "a"`}, ""},
		"big endian":               {join(header(big, magicMicro, 65535, 101), record(big, 1, 2, "a")), []string{`1.000002000 link 101: "a"`}, ""},
		"modified":                 {join(header(big, magicModified, 65535, 1), words(big, 1, 2, 1, 3, 7, 8, "a")), []string{`1.000002000 link 1: "a" of 3`}, ""},
		"after 2038":               {join(h, record(little, 4294967295, 0, "a")), []string{`4294967295.000000000 link 1: "a"`}, ""},
		"more than a second":       {join(h, record(little, 1, 1500000, "a")), []string{`2.500000000 link 1: "a"`}, ""},
		"fraction of all bits":     {join(h, record(little, 4294967295, 4294967295, "a")), []string{`4294971589.967295000 link 1: "a"`}, ""},
		"wire shorter":             {join(h, words(little, 1, 0, 4, 2, "abcd")), []string{`1.000000000 link 1: "abcd"`}, ""},
		"wire of all bits":         {join(h, words(little, 1, 0, 1, uint32(0xffffffff), "a")), []string{`1.000000000 link 1: "a" of 2147483647`}, ""},
		"version 2.4, cut":         {version(2, 4, 4, 9), abcd, ""},
		"version 2.3, in order":    {version(2, 3, 4, 9), abcd, ""},
		"version 2.3, swapped":     {version(2, 3, 9, 4), abcd, ""},
		"version 2.2, swapped":     {version(2, 2, 9, 4), abcd, ""},
		"version 2.0, swapped":     {version(2, 0, 9, 4), abcd, ""},
		"version of DG/UX":         {version(543, 0, 9, 4), abcd, ""},
		"version 2.5":              {version(2, 5, 4, 9), nil, "damaged at offset 0: pcap version 2.5 is not known"},
		"version 1.0":              {version(1, 0, 4, 9), nil, "damaged at offset 0: pcap version 1.0 is not known"},
		"version big endian":       {words(big, uint32(magicMicro), uint16(2), uint16(1), 0, 0, 9, 1, 1, 0, 9, 4, "abcd"), abcd, ""},
		"header cut":               {h[:23], nil, "damaged at offset 0: the file header ends early"},
		"packet header cut":        {join(h, make([]byte, 15)), nil, "damaged at offset 24: a packet record ends early"},
		"packet cut":               {join(h, record(little, 1, 0, "a"), words(little, 1, 0, 4, 4, "abc")), []string{`1.000000000 link 1: "a"`}, "damaged at offset 41: a packet record ends early"},
		"garbage":                  {join(h, record(little, 1, 0, "a"), []byte(strings.Repeat("garbage", 50))), []string{`1.000000000 link 1: "a"`}, "damaged at offset 41: a packet record of 1633841761 bytes"},
		"a byte too much":          {join(h, words(little, 1, 0, maxFrame+1, maxFrame+1), make([]byte, maxFrame+1)), nil, "damaged at offset 24: a packet record of 262145 bytes"},
		"above the greatest snap":  {join(header(little, magicMicro, 1<<31, 1), words(little, 1, 0, maxSnap+1, 0), make([]byte, maxSnap+1)), nil, "damaged at offset 24: a packet record of 1048577 bytes"},
		"link type above a byte":   {join(header(little, magicMicro, 65535, 276), record(little, 1, 0, "a")), []string{`1.000000000 link 276: "a"`}, ""},
		"reserved bits of network": {join(header(little, magicMicro, 65535, 0x03ff0001), record(little, 1, 0, "a")), []string{`1.000000000 link 1: "a"`}, ""},
	})
}

func TestLongFrames(t *testing.T) {
	for _, size := range []int{slab - 41, slab - 40, slab - 16, slab, maxFrame, maxSnap} {
		data := strings.Repeat("z", size)
		stamp := fmt.Sprintf(`1.000000000 link 1: %q`, data)
		for name, content := range map[string][]byte{
			"pcap":   join(header(little, magicMicro, uint32(size), 1), record(little, 1, 0, "a"), record(little, 1, 0, data), record(little, 1, 0, data)),
			"pcapng": join(section(big), netInterface(big, 1, size), enhanced(big, 0, 1e6, "a"), enhanced(big, 0, 1e6, data), enhanced(big, 0, 1e6, data)),
		} {
			if got := readBytes(t, content); !slices.Equal(got.frames, []string{`1.000000000 link 1: "a"`, stamp, stamp}) || got.warnings != nil {
				t.Errorf("%s of %d bytes: %d frames, %q", name, size, len(got.frames), got.warnings)
			}
		}
	}
}

// A frame check sequence is at the end of what was on the wire.
func TestFCS(t *testing.T) {
	cut := func(captured, wire int) []byte { return words(little, 1, 0, captured, wire, "abcdefgh"[:captured]) }
	of := func(network uint32) []byte { return header(little, magicMicro, 65535, network) }
	ng := func(options ...any) []byte { return join(section(big), netInterface(big, 1, 0, options...)) }
	flags := option(big, 2, 2<<5|1)
	check(t, map[string]oddity{
		"none":              {join(of(1|4<<28), cut(4, 4)), []string{`1.000000000 link 1: "abcd"`}, ""},
		"four":              {join(of(1|1<<26|2<<28), cut(8, 8)), []string{`1.000000000 link 1: "abcdefgh", fcs 4`}, ""},
		"partly cut":        {join(of(1|1<<26|2<<28), cut(5, 8)), []string{`1.000000000 link 1: "abcde" of 8, fcs 1`}, ""},
		"cut":               {join(of(1|1<<26|2<<28), cut(4, 8)), []string{`1.000000000 link 1: "abcd" of 8`}, ""},
		"cut far before":    {join(of(1|1<<26|2<<28), cut(4, 1000)), []string{`1.000000000 link 1: "abcd" of 1000`}, ""},
		"more than a frame": {join(of(1|1<<26|15<<28), cut(4, 4)), []string{`1.000000000 link 1: "abcd", fcs 4`}, ""},
		"pcapng, bytes":     {join(ng(option(big, 13, uint8(4))), enhanced(big, 0, 1e6, "abcdefgh")), []string{`1.000000000 link 1: "abcdefgh", fcs 4`}, ""},
		"pcapng, bits":      {join(ng(option(big, 13, uint8(32))), enhanced(big, 0, 1e6, "abcdefgh")), []string{`1.000000000 link 1: "abcdefgh", fcs 4`}, ""},
		"flags":             {join(ng(), enhanced(big, 0, 1e6, "abcdefgh", option(big, 1, "a comment"), flags)), []string{`1.000000000 link 1: "abcdefgh", fcs 2`}, ""},
		"flags of nothing":  {join(ng(option(big, 13, uint8(4))), enhanced(big, 0, 1e6, "abcdefgh", option(big, 2, 1))), []string{`1.000000000 link 1: "abcdefgh", fcs 4`}, ""},
		"flags behind end":  {join(ng(), enhanced(big, 0, 1e6, "abcdefgh", option(big, 0), flags)), []string{`1.000000000 link 1: "abcdefgh"`}, ""},
	})
}

func TestPcapng(t *testing.T) {
	s, i := section(little), netInterface(little, 1, 0)
	a := enhanced(little, 0, 1e6, "a")
	first := []string{`1.000000000 link 1: "a"`}
	at := func(damage string) oddity { return oddity{frames: first, damage: "damaged at offset 84: " + damage} }
	then := func(o oddity, parts ...[]byte) oddity {
		o.data = join(append([][]byte{s, i, a}, parts...)...)
		return o
	}
	long := append(words(little, enhancedBlock, 1<<24), make([]byte, 1<<24-12)...)
	wrong := block(little, 99, "body")
	wrong[len(wrong)-4]++
	bigger := words(little, 77, 3<<20, make([]byte, 3<<20-12), 3<<20)
	check(t, map[string]oddity{
		"a section alone":        {data: s},
		"a section with length":  {join(block(little, sectionBlock, uint32(byteOrder), uint16(1), uint16(2), uint64(52)), i, a), first, ""},
		"unknown block":          then(oddity{frames: append(first, first...)}, block(little, 0x80000001, "x"), a),
		"unknown block, long":    then(oddity{frames: append(first, first...)}, bigger, a),
		"unknown block, cut":     then(at("a block ends early"), bigger[:2<<20]),
		"length at end wrong":    then(at("the length of a block is wrong"), wrong, a),
		"length not of words":    then(at("the length of a block is wrong"), words(little, 99, 13, "x", 13)),
		"length of nothing":      then(at("the length of a block is wrong"), words(little, 99, 0, 0)),
		"interface unknown":      then(at("a packet of an unknown interface"), enhanced(little, 1, 0, "b")),
		"interface of before":    {join(s, i, s, a), nil, "damaged at offset 76: a packet of an unknown interface"},
		"packet beyond block":    then(at("a packet is longer than its block"), block(little, enhancedBlock, 0, 0, 0, 5, 5, "four")),
		"packet block too short": then(at("a block is too short for what it is"), block(little, enhancedBlock, 0, 0, 0, 5)),
		"packet block too long":  then(at("a block of 16777216 bytes"), long),
		"packet too long":        then(at("a packet of 262145 bytes"), enhanced(little, 0, 0, strings.Repeat("x", maxFrame+1))),
		"interface too short":    then(at("a block is too short for what it is"), block(little, interfaceBlock, 0)),
		"interface options cut":  {join(s, block(little, interfaceBlock, uint16(1), uint16(0), 0, uint16(9), uint16(8), 0), a), first, ""},
		"section too short":      then(at("a block is too short for what it is"), words(little, sectionBlock, 16, byteOrder, 16)),
		"section in no order":    then(at("a section is in no byte order"), words(little, sectionBlock, 28, 1, make([]byte, 12), 28)),
		"section of 2.0":         then(at("pcapng version 2.0 is not known"), words(little, sectionBlock, 28, byteOrder, uint16(2), uint16(0), 0, 0, 28)),
		"simple":                 then(oddity{frames: append(first, `1.000000000 link 1: "b"`)}, block(little, simpleBlock, 1, "b")),
		"simple before any time": {join(s, i, block(little, simpleBlock, 1, "b")), []string{`0.000000000 link 1: "b"`}, ""},
		"simple, cut":            {join(s, netInterface(little, 1, 2), block(little, simpleBlock, 9, "bc")), []string{`0.000000000 link 1: "bc" of 9`}, ""},
		"simple beyond block":    then(at("a packet is longer than its block"), block(little, simpleBlock, 9, "b")),
		"simple without any":     {join(s, block(little, simpleBlock, 1, "b")), nil, "damaged at offset 28: a packet of an unknown interface"},
		"obsolete packet":        then(oddity{frames: append(first, `2.000000000 link 1: "b" of 7`)}, block(little, packetBlock, uint16(0), uint16(7), 0, 2000000, 1, 7, "b")),
		"two byte orders": {
			join(s, i, a, section(big), netInterface(big, 113, 0), enhanced(big, 0, 2e6, "b"), s, i, a), append(first, `2.000000000 link 113: "b"`, first[0]), "",
		},
		"two interfaces": {
			join(s, i, netInterface(little, 101, 0, option(little, 9, uint8(9))), enhanced(little, 1, 1e9, "b"), a),
			[]string{`1.000000000 link 101: "b"`, first[0]},
			"",
		},
		"too many interfaces": {join(s, bytes.Repeat(i, maxInterfaces+1)), nil, "damaged at offset 1310748: too many interfaces"},
	})
}

// check reads each of the captures.
func check(t *testing.T, oddities map[string]oddity) {
	for name, o := range oddities {
		t.Run(name, func(t *testing.T) {
			got := readBytes(t, o.data)
			if !slices.Equal(got.frames, o.frames) {
				t.Errorf("frames %q, want %q", got.frames, o.frames)
			}
			var want []string
			if o.damage != "" {
				want = []string{"standard input: " + o.damage}
			}
			if !slices.Equal(got.warnings, want) || got.stats.Damaged != len(want) {
				t.Errorf("warnings %q (%d counted), want %q", got.warnings, got.stats.Damaged, want)
			}
		})
	}
}
