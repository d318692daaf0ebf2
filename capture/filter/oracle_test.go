package filter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"
)

// The oracle of these tests is tcpdump, where it is installed.

func needTcpdump(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed; nothing to compare with")
	}
}

// A packet of a capture.
type packet struct {
	data []byte
	wire int
}

type reader struct {
	read func() ([]byte, int, error)
	typ  uint16
}

// readCapture reads a pcap or pcapng file; what it cannot read is an error.
func readCapture(b []byte) (packets []packet, link uint16, err error) {
	var r reader
	if n, e := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions); e == nil {
		r.typ = uint16(n.LinkType())
		r.read = func() ([]byte, int, error) {
			d, ci, err := n.ReadPacketData()
			return d, ci.Length, err
		}
	} else {
		p, e := pcapgo.NewReader(bytes.NewReader(b))
		if e != nil {
			return nil, 0, e
		}
		r.typ = uint16(p.LinkType())
		r.read = func() ([]byte, int, error) {
			d, ci, err := p.ReadPacketData()
			return d, ci.Length, err
		}
	}
	for {
		d, wire, err := r.read()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return packets, r.typ, nil
		}
		if err != nil {
			return packets, r.typ, err
		}
		packets = append(packets, packet{d, wire})
	}
}

// tcpdump runs it on a file; what it says when it refuses is the error.
func tcpdump(args ...string) ([]byte, error) {
	cmd := exec.Command("tcpdump", args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		return out.Bytes(), errors.New(lines[len(lines)-1])
	}
	return out.Bytes(), nil
}

// compiledByTcpdump is the program of libpcap for a file's link type.
func compiledByTcpdump(file, option, expr string) ([]Instruction, error) {
	out, err := tcpdump("-r", file, option, "-ddd", " "+expr) // a sign first would be an option
	if err != nil {
		return nil, err
	}
	var code []Instruction
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n")[1:] {
		var ins Instruction
		if _, err := fmt.Sscan(line, &ins.Op, &ins.JT, &ins.JF, &ins.K); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		code = append(code, ins)
	}
	return code, nil
}

// selectedByTcpdump is what "tcpdump -r FILE EXPR" gives, as one verdict for
// each packet of the file. It is nil when tcpdump does not read the file to its
// end, as when a second interface has another link type.
func selectedByTcpdump(file, expr string, packets []packet) ([]bool, error) {
	verdicts := make([]bool, len(packets))
	out, err := tcpdump("-r", file, "-w", "-", " "+expr)
	if err != nil && strings.Contains(err.Error(), "rejects all packets") {
		return verdicts, nil
	}
	if err != nil {
		return nil, nil //nolint:nilerr // as the comment says
	}
	selected, _, err := readCapture(out)
	if err != nil {
		return nil, err
	}
	i := 0
	for _, s := range selected { // cut off at the snapshot length of the file
		for i < len(packets) && (packets[i].wire != s.wire || !bytes.HasPrefix(packets[i].data, s.data)) {
			i++
		}
		if i == len(packets) {
			return nil, fmt.Errorf("tcpdump gave a packet that is not in %s", file)
		}
		verdicts[i] = true
		i++
	}
	return verdicts, nil
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
