package filter

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestCorpus compares with tcpdump, packet by packet, over the captures of the
// acceptance corpus: libpcap's program, run here, and for each tenth file what
// tcpdump selects. JOY_FILTER_EACH=1 takes every file for the latter.
func TestCorpus(t *testing.T) {
	needTcpdump(t)
	if testing.Short() {
		t.Skip("this takes half a minute")
	}
	list, err := os.ReadFile("../../../shared/corpus/filters.txt")
	if err != nil {
		t.Skip("the acceptance corpus is not here")
	}
	each, _ := strconv.Atoi(os.Getenv("JOY_FILTER_EACH"))
	if each <= 0 {
		each = 10
	}
	exprs := strings.Split(strings.TrimSpace(string(list)), "\n")
	c := corpus{programs: map[string]oracle{}, differ: map[string]int{}}
	for i, file := range captures(t) {
		packets, link, err := readCapture(readFile(t, file))
		if err != nil {
			t.Logf("%s: %v; the %d packets before it are compared", file, err, len(packets))
		}
		for _, expr := range exprs {
			c.compare(t, file, expr, link, packets, err == nil && i%each == 0)
		}
	}
	t.Logf("%d expressions, %d verdicts compared, %d runs of tcpdump not; %d expressions differ: %v",
		len(exprs), c.compared, c.unread, len(c.differ), c.differ)
}

// A corpus keeps the programs of libpcap, which depend on the link type and
// the byte order of a file only.
type corpus struct {
	programs map[string]oracle
	compared int
	unread   int // runs of tcpdump that did not end well
	differ   map[string]int
}

// An oracle is libpcap's program or why there is none.
type oracle struct {
	program *Program
	refusal string
}

func (c *corpus) oracle(t *testing.T, file, expr string, link uint16) oracle {
	t.Helper()
	key := fmt.Sprintf("%d %x %s", link, readFile(t, file)[:4], expr)
	o, ok := c.programs[key]
	if !ok {
		code, err := compiledByTcpdump(file, "-p", expr)
		if err == nil {
			o.program, err = Load(code) // protochain has loops
		}
		if err != nil {
			o.refusal = err.Error()
		}
		c.programs[key] = o
	}
	return o
}

func (c *corpus) compare(t *testing.T, file, expr string, link uint16, packets []packet, run bool) {
	t.Helper()
	theirs := c.oracle(t, file, expr, link)
	refused := theirs.program == nil && !strings.Contains(theirs.refusal, "rejects all packets") && !strings.HasPrefix(theirs.refusal, "filter:")
	ours, err := Compile(expr, link, Options{})
	if (err != nil) != refused {
		t.Errorf("%s: %q for link type %d: we say %v, tcpdump %q", file, expr, link, err, theirs.refusal)
	}
	if err != nil {
		return
	}
	if theirs.program != nil {
		c.compared += len(packets)
		if i := differs(ours, theirs.program, packets); i >= 0 {
			if c.differ[expr]++; c.differ[expr] <= 3 {
				t.Errorf("%s: packet %d, %q: we differ\n%s%s", file, i+1, expr, ours, theirs.program)
			}
		}
	}
	if run || theirs.program == nil {
		c.compareSelected(t, file, expr, packets, ours)
	}
}

func (c *corpus) compareSelected(t *testing.T, file, expr string, packets []packet, ours *Program) {
	t.Helper()
	want, err := selectedByTcpdump(file, expr, packets)
	if err != nil {
		t.Errorf("%s: %q: %v", file, expr, err)
	}
	if want == nil {
		c.unread++
		return
	}
	for i, p := range packets {
		c.compared++
		if ours.Match(p.data, p.wire) != want[i] {
			c.differ[expr]++
			t.Errorf("%s: packet %d, %q: tcpdump says %v", file, i+1, expr, want[i])
			return
		}
	}
}

func captures(t *testing.T) (files []string) {
	t.Helper()
	for _, dir := range []string{"../../../shared/corpus/pcaps", "../../../shared/spec/joy-collector-pcaps"} {
		err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.Contains(filepath.Ext(file), "cap") {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}
