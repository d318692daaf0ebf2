package parquet

import (
	"bufio"
	"bytes"
	"os"
	"testing"
	"time"
	"strconv"
	"runtime"

	"joy/query/value"
)

func TestProbe(t *testing.T) {
	in := os.Getenv("PROBE")
	if in == "" {
		t.Skip()
	}
	f, _ := os.Open(in)
	lines := value.NewLines(f)
	m, err := newMaker()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := os.Create(in + ".parquet")
	w := bufio.NewWriter(out)
	d, err := begin(w, m.tree, "joy")
	if err != nil { t.Fatal(err) }
	var b batch
	n := int64(0)
	var spent time.Duration
	flush := func() {
		s := time.Now()
		if err := m.group(d, &b); err != nil { t.Fatal(err) }
		spent += time.Since(s)
		var held int
		for _, l := range m.leaves { held += cap(l.reps)+cap(l.defs)+8*cap(l.ints)+4*cap(l.shorts)+8*cap(l.floats)+cap(l.text)+4*cap(l.ends)+cap(l.chunk.pages) }
		var ms runtime.MemStats
		runtime.ReadMemStats(&ms)
		t.Log("rows", len(b.rows), "held by leaves", held>>20, "heap", ms.HeapAlloc>>20, "sys", ms.Sys>>20)
		b.reset()
	}
	total := 0
	for {
		line, err := lines.Next()
		if err != nil { break }
		total += len(line)+1
		i := bytes.Index(line, []byte(`"time_start":`))
		if i < 0 { continue }
		x, _ := strconv.ParseFloat(string(line[i+13:i+13+17]), 64)
		b.add(line, int64(x*1e6), n)
		n++
		if len(b.text) > 64<<20 { flush() }
	}
	flush()
	if err := d.end(nil, nil); err != nil { t.Fatal(err) }
	w.Flush()
	t.Log(n, "rows", total, "bytes JSON", d.offset, "bytes", float64(d.offset)/float64(total), spent, d.count)
}
