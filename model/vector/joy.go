package vector

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"joy/model/sample"
	"joy/proto/tls"
)

// What the features of Cisco's Joy are joined of, in the order of its programs
// (analysis/data_parser.py).
const (
	JoyMetadata = "joy-metadata"
	JoyLengths  = "joy-lengths"
	JoyTimes    = "joy-times"
	JoyBytes    = "joy-bytes"
	JoyTLS      = "joy-tls"
)

// The sets that Joy's parameter files are of.
const (
	JoySPLT = JoyMetadata + "+" + JoyLengths + "+" + JoyTimes
	JoyBD   = JoySPLT + "+" + JoyBytes
)

// bins is the size of the matrices, lengthBin bytes and timeBin milliseconds what
// falls into one bin.
const (
	bins      = 10
	lengthBin = 150
	timeBin   = 50
)

func parts() []part {
	return []part{
		{
			name: JoyMetadata, columns: metadataColumns, fill: metadata, applies: hasPackets,
			about: "Ports, counts and duration.",
		},
		{
			name: JoyLengths, columns: func() []Column { return matrixColumns("len", "length of payload", lengthBin, "bytes") },
			fill: lengths, applies: hasPackets,
			about: "How lengths of packets follow each other: a Markov chain.",
		},
		{
			name: JoyTimes, columns: func() []Column {
				return matrixColumns("time", "time since the packet before", timeBin, "milliseconds")
			},
			fill: times, applies: hasPackets,
			about: "How times between packets follow each other: a Markov chain.",
		},
		{
			name: JoyBytes, columns: byteColumns, fill: bytes, applies: hasBytes, needs: []Option{{"dist", "1"}},
			about: "How often each byte value occurs.",
		},
		{
			name: JoyTLS, columns: tlsColumns, fill: hello, applies: hasHello,
			needs: []Option{{"tls", "1"}, {"dtls", "1"}, {"quic", "1"}}, // all that carry TLS of their own
			about: "What a TLS client offers: suites and extensions, and the length of its key.",
		},
	}
}

func hasPackets(f *sample.Flow) bool { return len(f.Packets) > 0 }

// hasBytes does not hold for flows that were made without dist=1.
func hasBytes(f *sample.Flow) bool { return f.HasDist && hasPackets(f) }

// hasHello holds for flows with a ClientHello; Joy's program leaves those
// without one out.
func hasHello(f *sample.Flow) bool { return f.Hello && len(f.Packets) > 0 }

func metadataColumns() []Column {
	return []Column{
		{"dp", "Destination port; 0 for none."},
		{"sp", "Source port; 0 for none."},
		{"num_pkts_in", "Packets that da sent; 0 for none."},
		{"num_pkts_out", "Packets that sa sent."},
		{"bytes_in", "Payload that da sent, in bytes; 0 for none."},
		{"bytes_out", "Payload that sa sent, in bytes."},
		{"ipt_sum", "Sum of ipt over packets, in milliseconds: the time from the start of the flow to the last packet that is listed."},
	}
}

func metadata(f *sample.Flow, x []float64) {
	sum := uint64(0)
	for i := range f.Packets {
		sum += uint64(f.Packets[i].Time)
	}
	x[0], x[1] = float64(f.DP), float64(f.SP)
	x[2], x[3] = float64(f.PktsIn), float64(f.PktsOut)
	x[4], x[5] = float64(f.BytesIn), float64(f.BytesOut)
	x[6] = float64(sum)
}

// matrixColumns names the cells of a transition matrix, row by row.
func matrixColumns(prefix, what string, bin int, unit string) []Column {
	columns := make([]Column, 0, bins*bins)
	for i := range bins {
		for j := range bins {
			columns = append(columns, Column{
				Name: prefix + "_" + strconv.Itoa(i) + "_" + strconv.Itoa(j),
				Definition: "Share of " + binText(j, bin, unit) + " among the packets that follow one of " + binText(i, bin, unit) +
					" (" + what + "); with a single packet 1 in its own bin.",
			})
		}
	}
	return columns
}

func binText(i, bin int, unit string) string {
	if i == bins-1 {
		return strconv.Itoa(i*bin) + " " + unit + " or more"
	}
	return strconv.Itoa(i*bin) + " to " + strconv.Itoa((i+1)*bin-1) + " " + unit
}

func lengths(f *sample.Flow, x []float64) { markov(f, x, false) }
func times(f *sample.Flow, x []float64)   { markov(f, x, true) }

// binOf is the bin of the length or of the time. It is inlined, where a function
// as an argument would not be.
func binOf(p *sample.Packet, byTime bool) int {
	if byTime {
		return int(min(p.Time/timeBin, bins-1))
	}
	return int(min(p.Bytes/lengthBin, bins-1))
}

// markov writes the shares of a row that its cells have. It goes by the packets
// twice, because most flows have fewer of them than the matrix has cells
// (BenchmarkFill).
func markov(f *sample.Flow, x []float64, byTime bool) {
	if len(f.Packets) == 0 {
		return
	}
	var cells [bins * bins]uint32
	var rows [bins]uint32
	first := binOf(&f.Packets[0], byTime)
	before := first
	for i := range f.Packets[1:] {
		bin := binOf(&f.Packets[1+i], byTime)
		cells[before*bins+bin]++
		rows[before]++
		before = bin
	}
	if len(f.Packets) == 1 {
		x[first*bins+first] = 1
	}
	before = first
	for i := range f.Packets[1:] {
		bin := binOf(&f.Packets[1+i], byTime)
		x[before*bins+bin] = float64(cells[before*bins+bin]) / float64(rows[before])
		before = bin
	}
}

func byteColumns() []Column {
	columns := make([]Column, 256)
	for v := range columns {
		columns[v] = Column{"byte_" + strconv.Itoa(v), "Counter of byte value " + strconv.Itoa(v) + " in byte_dist, divided by the sum of all 256."}
	}
	return columns
}

// sumOf adds up eight counters at a time, in lanes of 16 bits that 64 of them
// cannot overflow.
func sumOf(dist *[256]uint8) uint64 {
	const lanes = 0x00ff00ff00ff00ff
	var sum uint64
	for i := 0; i < len(dist); i += 8 {
		v := binary.LittleEndian.Uint64(dist[i : i+8])
		sum += v&lanes + v>>8&lanes
	}
	return sum&0xffff + sum>>16&0xffff + sum>>32&0xffff + sum>>48
}

func bytes(f *sample.Flow, x []float64) {
	x = x[:len(f.Dist)]
	sum := sumOf(&f.Dist)
	if sum == 0 {
		return
	}
	// Of the counters many are equal, and a division takes as long as ten additions
	// (BenchmarkFill).
	var shares [256]float64
	for v, n := range &f.Dist {
		if n != 0 && shares[n] == 0 {
			shares[n] = float64(n) / float64(sum)
		}
		x[v] = shares[n]
	}
}

// suites are those of Joy's list, in its order: up to TLS 1.2 only.
var suites = [...]tls.Code{
	0xc005, 0xc004, 0xc007, 0x0039, 0x0038, 0xc003, 0xc002, 0x0035, 0x0034, 0x0037, 0x0036,
	0xc009, 0xc008, 0x0033, 0x0032, 0xc07a, 0xc07b, 0xc07c, 0xc07d, 0x0065, 0xc048, 0xc087,
	0xc086, 0xc081, 0xc080, 0xc072, 0xc073, 0xc076, 0xc077, 0x0040, 0x0041, 0x0042, 0xfeff,
	0x0044, 0x0045, 0x0046, 0x0030, 0xc00e, 0xc00d, 0xc00f, 0xc00a, 0xc00c, 0x003e, 0x003d,
	0x003f, 0x003a, 0x003c, 0x003b, 0x00be, 0x00ff, 0x00fd, 0x00fb, 0x00fc, 0xc08a, 0xc08b,
	0x5600, 0xc05d, 0xc05c, 0x00af, 0x00ae, 0x00a7, 0x00a6, 0x00a5, 0x00a4, 0x00a3, 0x00a2,
	0x00a1, 0x00a0, 0xcc13, 0xcc15, 0xcc14, 0xc049, 0xcca9, 0xcca8, 0x000d, 0x000f, 0x000a,
	0x000c, 0x00b0, 0x0066, 0x0067, 0x0064, 0x00b1, 0x0062, 0x0063, 0x0060, 0x0061, 0x0068,
	0x0069, 0x0004, 0x0005, 0x0006, 0x0007, 0x0001, 0x0002, 0x0003, 0x0008, 0x0009, 0x0031,
	0xc01d, 0xc01e, 0xc030, 0xc031, 0xc032, 0x006d, 0x00ba, 0x006b, 0x006c, 0x00bd, 0x006a,
	0x00c4, 0x00c0, 0x00c3, 0x0017, 0x0016, 0x0015, 0x0014, 0x0013, 0x0012, 0x0011, 0x0010,
	0xc01b, 0xc01c, 0xc01a, 0xc01f, 0x0019, 0x0018, 0x002c, 0x002f, 0xc029, 0xc028, 0xc027,
	0xc026, 0xc025, 0xc024, 0xc023, 0xc022, 0xc021, 0xc020, 0x009f, 0x009e, 0x009d, 0x009c,
	0x009b, 0x009a, 0x0088, 0x0089, 0x0084, 0x0085, 0x0086, 0x0087, 0x0043, 0xc02f, 0xc02e,
	0xc02d, 0xc02c, 0xc02b, 0xc02a, 0xc018, 0xc019, 0x001b, 0x001a, 0xc012, 0xc013, 0xc011,
	0xc016, 0xc017, 0xc014, 0x008d, 0x008a, 0x008b, 0x008c, 0x0099, 0x0098, 0x0097, 0x0096,
}

// extensions are those of Joy's list, in its order.
var extensions = [...]uint16{0x0000, 0x0017, 0xff01, 0x000a, 0x000b, 0x0023, 0x0010, 0x0005, 0x000d}

// suiteAt says where a suite is in the list, from 1; 0 for one that is not
// there.
var suiteAt = placesOfSuites()

func placesOfSuites() (at [1 << 16]uint8) {
	for i, code := range suites {
		at[code] = uint8(i + 1)
	}
	return at
}

func tlsColumns() []Column {
	columns := make([]Column, 0, len(suites)+len(extensions)+1)
	for _, code := range suites {
		digits := fmt.Sprintf("%04x", uint32(code))
		columns = append(columns, Column{"suite_" + digits, "1 if the client offers suite " + digits + " (" + code.Name() + "), else 0."})
	}
	for _, code := range extensions {
		name := tls.Extension{Type: code}.Name()
		columns = append(columns, Column{"ext_" + name, "1 if the client sends extension " + name + ", else 0."})
	}
	return append(columns, Column{"c_key_length", "Length of the body of the ClientKeyExchange in bits; 0 for none, as in TLS 1.3."})
}

func hello(f *sample.Flow, x []float64) {
	for _, code := range f.Suites {
		if code > 0xffff {
			continue
		}
		if at := suiteAt[code]; at > 0 {
			x[at-1] = 1
		}
	}
	for _, code := range f.Extensions {
		for i, e := range &extensions {
			if e == code {
				x[len(suites)+i] = 1
			}
		}
	}
	x[len(suites)+len(extensions)] = float64(f.ClientKey)
}
