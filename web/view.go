package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"joy/query/element"
	"joy/query/value"
	"joy/query/where"
)

// A question is what the list of flows is asked: the parameters of its address.
type question struct {
	Where string // a condition of sleuth
	Text  string // words, all of which a flow has
	Sort  string // a column, with - before it from large to small
	Page  int    // from 1
}

// Bounds of what may be asked.
const (
	maxWhere = 4096
	maxWords = 256
	maxPage  = 1 << 20
	perPage  = 50
)

// columns are those that flows can be sorted by.
var columns = []column{
	{"time", "Start", func(_ *table, a, b *row) int { return cmp.Compare(a.start, b.start) }},
	{"duration", "Duration", func(_ *table, a, b *row) int { return cmp.Compare(a.end-a.start, b.end-b.start) }},
	{"proto", "Protocol", func(_ *table, a, b *row) int { return cmp.Compare(a.pr, b.pr) }},
	{"src", "Source", func(_ *table, a, b *row) int { return cmp.Or(a.src.Compare(b.src), cmp.Compare(a.sp, b.sp)) }},
	{"dst", "Destination", func(_ *table, a, b *row) int { return cmp.Or(a.dst.Compare(b.dst), cmp.Compare(a.dp, b.dp)) }},
	{"app", "Application", func(t *table, a, b *row) int { return strings.Compare(t.apps.text(a.app), t.apps.text(b.app)) }},
	{"name", "Name", func(t *table, a, b *row) int { return strings.Compare(t.names.text(a.name), t.names.text(b.name)) }},
	{"bytes", "Bytes", func(_ *table, a, b *row) int { return cmp.Compare(a.bytes, b.bytes) }},
	{"packets", "Packets", func(_ *table, a, b *row) int { return cmp.Compare(a.packets, b.packets) }},
}

// A column is one of the list.
type column struct {
	Key, Title string
	compare    func(t *table, a, b *row) int
}

// parseQuestion reads the parameters. An error is of who asked.
func parseQuestion(v url.Values) (question, error) {
	q := question{Where: strings.TrimSpace(v.Get("where")), Text: strings.TrimSpace(v.Get("text")), Sort: v.Get("sort"), Page: 1}
	switch {
	case len(q.Where) > maxWhere:
		return question{Page: 1}, mistaken("The condition is too long.")
	case len(q.Text) > maxWords:
		return question{Page: 1}, mistaken("The search text is too long.")
	case !utf8.ValidString(q.Where + q.Text):
		return question{Page: 1}, mistaken("The question is not UTF-8.")
	}
	if q.Sort != "" && q.column() == nil {
		q.Sort = ""
		return q, mistaken("There is no such column to sort by.")
	}
	if p := v.Get("page"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > maxPage {
			return q, mistaken("There is no such page.")
		}
		q.Page = n
	}
	return q, nil
}

func mistaken(text string) error { return &problem{400, text, nil} }

// column is the one to sort by, nil for the order of the file.
func (q *question) column() *column {
	key := strings.TrimPrefix(q.Sort, "-")
	for i := range columns {
		if columns[i].Key == key {
			return &columns[i]
		}
	}
	return nil
}

// Values are the parameters again.
func (q question) Values() url.Values {
	v := url.Values{}
	for _, p := range [][2]string{{"where", q.Where}, {"text", q.Text}, {"sort", q.Sort}} {
		if p[1] != "" {
			v.Set(p[0], p[1])
		}
	}
	if q.Page > 1 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	return v
}

// with is the question with more in its condition.
func (q question) with(condition string) question {
	if q.Where == "" {
		q.Where = condition
	} else {
		// | binds tighter than the comma, so that no brackets are needed.
		q.Where += "," + condition
	}
	q.Page = 1
	return q
}

// A view is the answer: rows in their order, and what they add up to.
type view struct {
	rows           []uint32
	bytes, packets uint64
	apps           []count
	servers        []count
	names          []count
	timeline       timeline
}

// views keeps the last answers of a file.
type views struct {
	mu   sync.Mutex
	last []answered
}

type answered struct {
	key string
	*view
}

// maxViews bounds them; each takes four bytes for each of its rows.
const maxViews = 6

// view answers a question, from memory if it was asked before.
func (f *file) view(ctx context.Context, q question) (*view, error) {
	q.Page = 1
	key := q.Values().Encode()
	f.views.mu.Lock()
	for i, a := range f.views.last {
		if a.key == key {
			copy(f.views.last[1:i+1], f.views.last[:i])
			f.views.last[0] = a
			f.views.mu.Unlock()
			return a.view, nil
		}
	}
	f.views.mu.Unlock()
	v, err := f.answer(ctx, q)
	if err != nil {
		return nil, err
	}
	f.views.mu.Lock()
	defer f.views.mu.Unlock()
	f.views.last = slices.Insert(f.views.last, 0, answered{key, v})
	f.views.last = f.views.last[:min(len(f.views.last), maxViews)]
	return v, nil
}

func (f *file) answer(ctx context.Context, q question) (*view, error) {
	rows, err := f.choose(ctx, q)
	if err != nil {
		return nil, err
	}
	v := &view{rows: rows}
	f.sum(v)
	if c := q.column(); c != nil {
		sign := 1
		if strings.HasPrefix(q.Sort, "-") {
			sign = -1
		}
		slices.SortStableFunc(v.rows, func(a, b uint32) int {
			return sign * c.compare(f.table, &f.rows[a], &f.rows[b])
		})
	}
	return v, nil
}

// choose finds the rows for which condition and text hold.
func (f *file) choose(ctx context.Context, q question) (rows []uint32, err error) {
	condition, err := where.Parse(q.Where)
	if err != nil {
		return nil, pointOut(q.Where, err)
	}
	words := bytes.Fields(lower(nil, []byte(q.Text)))
	if q.Where == "" && len(words) == 0 {
		rows = make([]uint32, len(f.rows))
		for i := range rows {
			rows[i] = uint32(i)
		}
		return rows, nil
	}
	var r value.Record
	var low []byte
	err = f.each(ctx, func(n int, line []byte) error {
		if len(words) > 0 {
			low = lower(low[:0], line)
			for _, w := range words {
				if !bytes.Contains(low, w) {
					return nil
				}
			}
		}
		if q.Where != "" {
			if err := r.Parse(line); err != nil || !condition.Holds(&r) {
				return nil //nolint:nilerr // a line that has changed since it was read holds nothing
			}
		}
		rows = append(rows, uint32(n))
		return nil
	})
	return rows, err
}

// pointOut says where a condition is wrong.
func pointOut(text string, err error) error {
	var e *element.Error
	if !errors.As(err, &e) {
		return &problem{400, "The condition is wrong.", err}
	}
	at := min(max(e.Column-1, 0), len(text))
	return &problem{400, fmt.Sprintf("The condition is wrong at character %d, before %s: %s.",
		utf8.RuneCountInString(text[:at])+1, quoteAround(text, at), e.Text), nil}
}

// quoteAround is what stands at a place of a text.
func quoteAround(text string, at int) string {
	if at == len(text) {
		return "its end"
	}
	rest := []rune(text[at:])
	return strconv.Quote(string(rest[:min(len(rest), 20)]))
}

// lower appends b with the letters A to Z as small ones.
func lower(dst, b []byte) []byte {
	n := len(dst)
	dst = append(dst, b...)
	for i, c := range dst[n:] {
		if 'A' <= c && c <= 'Z' {
			dst[n+i] = c + 'a' - 'A'
		}
	}
	return dst
}

// each reads all lines, in the order of the file; they are valid during the call.
func (t *table) each(ctx context.Context, use func(n int, line []byte) error) error {
	const block = 1 << 20
	var buf []byte
	var at int64 // of buf in the file
	for n := range t.rows {
		r := &t.rows[n]
		if r.offset < at || r.offset+int64(r.length) > at+int64(len(buf)) {
			if err := ctx.Err(); err != nil {
				return err
			}
			size := max(block, int(r.length))
			if cap(buf) < size {
				buf = make([]byte, size)
			}
			got, err := t.lines.ReadAt(buf[:size], r.offset)
			if got < int(r.length) {
				return fmt.Errorf("the file has changed: %w", err)
			}
			buf, at = buf[:got], r.offset
		}
		from := r.offset - at
		if err := use(n, buf[from:from+int64(r.length)]); err != nil {
			return err
		}
	}
	return nil
}

// A count is how many of the flows have something.
type count struct {
	Name  string
	Where string // the condition that chooses them
	Flows int
	Bytes uint64
}

// tops is how many of each list are shown.
const tops = 10

// maxCounted bounds the names that are counted apart.
const maxCounted = 100_000

// sum adds the rows of a view up.
func (f *file) sum(v *view) {
	apps, names := map[uint32]*count{}, map[uint32]*count{}
	servers := map[server]*count{}
	for _, n := range v.rows {
		r := &f.rows[n]
		v.bytes += r.bytes
		v.packets += r.packets
		tally(apps, r.app, r)
		if r.name != 0 {
			tally(names, r.name, r)
		}
		if r.ports && r.dst.IsValid() {
			tally(servers, server{r.dst, r.dp, r.pr}, r)
		}
	}
	v.apps = largest(apps, func(n uint32, c *count) {
		if c.Name, c.Where = f.apps.text(n), "app="+literal(f.apps.text(n)); n == 0 {
			c.Name, c.Where = "not recognised", "app!=*"
		}
	})
	v.names = largest(names, func(n uint32, c *count) {
		name := f.names.text(n)
		c.Name = name
		c.Where = "tls{sni}=" + literal(name) + "|dns{qn}=" + literal(name) + "|http{out{Host}}=" + literal(name)
	})
	v.servers = largest(servers, func(s server, c *count) {
		c.Name, c.Where = s.text(), fmt.Sprintf("da=%s,dp=%d,pr=%d", literal(s.addr.String()), s.port, s.pr)
	})
	v.timeline = f.overTime(v.rows)
}

// A server is an address with a port.
type server struct {
	addr netip.Addr
	port uint16
	pr   uint8
}

func (s server) text() string {
	return address(s.addr.String(), s.port, true) + " " + protocolName(s.pr)
}

// literal quotes a text for a condition.
func literal(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func tally[K comparable](m map[K]*count, k K, r *row) {
	c := m[k]
	if c == nil {
		if len(m) >= maxCounted {
			return
		}
		c = new(count)
		m[k] = c
	}
	c.Flows++
	c.Bytes += r.bytes
}

// largest are those with the most flows.
func largest[K comparable](m map[K]*count, name func(K, *count)) []count {
	var list []count
	for k, c := range m {
		name(k, c)
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b count) int {
		return cmp.Or(cmp.Compare(b.Flows, a.Flows), cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name))
	})
	return list[:min(len(list), tops)]
}

// A timeline is bytes over time, by application.
type timeline struct {
	start float64 // seconds since 1970
	step  float64
	names []string
	bytes [][]float64
}

// steps is how many a timeline has.
const steps = 120

// overTime spreads the bytes of flows evenly over their time.
func (f *file) overTime(rows []uint32) timeline {
	if len(rows) == 0 {
		return timeline{}
	}
	first, last := f.rows[rows[0]].start, f.rows[rows[0]].end
	sums := map[uint32]uint64{}
	for _, n := range rows {
		r := &f.rows[n]
		first, last = min(first, r.start), max(last, r.end)
		sums[r.app] += r.bytes
	}
	const most = 5 // a sixth is the rest
	apps := make([]uint32, 0, len(sums))
	for app := range sums {
		apps = append(apps, app)
	}
	slices.SortFunc(apps, func(a, b uint32) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	// The time between two hostile ones does not fit an int64.
	since := func(ns int64) float64 { return (float64(ns) - float64(first)) / 1e9 }
	t := timeline{start: float64(first) / 1e9, step: max(since(last)/steps, 1e-6)}
	place := map[uint32]int{}
	for i, app := range apps[:min(len(apps), most)] {
		place[app] = i
		t.names = append(t.names, cmp.Or(f.apps.text(app), "not recognised"))
		t.bytes = append(t.bytes, make([]float64, steps))
	}
	if len(apps) > most {
		t.names = append(t.names, "other")
		t.bytes = append(t.bytes, make([]float64, steps))
	}
	for _, n := range rows {
		r := &f.rows[n]
		i, ok := place[r.app]
		if !ok {
			i = most
		}
		spread(t.bytes[i], since(r.start)/t.step, since(r.end)/t.step, float64(r.bytes))
	}
	return t
}

// spread adds an amount to the steps from a to b.
func spread(to []float64, a, b, amount float64) {
	first, last := min(int(a), len(to)-1), min(int(b), len(to)-1)
	if first == last || b <= a {
		to[first] += amount
		return
	}
	for i := first; i <= last; i++ {
		part := min(b, float64(i+1)) - max(a, float64(i))
		to[i] += amount * max(part, 0) / (b - a)
	}
}

// clock writes a time for people, in UTC.
func clock(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02 15:04:05.000") }
