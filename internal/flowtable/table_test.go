package flowtable

import (
	"math"
	"math/rand/v2"
	"testing"

	"joy/packet"
)

type value struct{ due, stamp int64 }

func key(n int) packet.Key {
	return packet.Key{ALo: 0xffff_0a00_0000 | uint64(n>>16), BLo: 0xffff_c0a8_0001, Ports: uint32(n) << 16, Meta: 17}
}

// whole is a Table with a single Part.
type whole struct {
	*Table[value]
	*Part[value]
}

func (w whole) Len() int { return w.Part.Len() }

func newTable() whole {
	seed := NewSeed()
	t := NewTable[value](&seed)
	w := whole{t, NewPart(t, 3)}
	w.Start(0)
	return w
}

// The table must agree with a map through any mixture of insertions and
// removals, among them those that move entries back over the end of the slots.
func TestTableAgreesWithMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tab, want := newTable(), map[int]uint32{}
	for range 200_000 {
		n := r.IntN(5000)
		k := key(n)
		h := tab.Hash(&k)
		got := tab.Find(&k, h)
		if got != want[n] {
			t.Fatalf("Find(%d) = %d, want %d", n, got, want[n])
		}
		switch {
		case got == 0:
			e, _ := tab.Insert(&k, h, r.Int64N(100))
			want[n] = e
		case r.IntN(3) > 0:
			tab.Remove(got)
			delete(want, n)
		}
		if tab.Len() != len(want) {
			t.Fatalf("Len = %d, want %d", tab.Len(), len(want))
		}
	}
	if got := len(tab.All(nil)); got != len(want) {
		t.Errorf("All gives %d, want %d", got, len(want))
	}
}

// Each entry comes due at the first tick that is not before its own, also when
// it was postponed on the way, lies beyond the wheel, or the clock leaps.
func TestDue(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tab := newTable()
	for n := range 1000 {
		k := key(n)
		first := 1 + r.Int64N(20)
		_, e := tab.Insert(&k, tab.Hash(&k), first)
		e.Flow.due = first + r.Int64N(300)
	}
	when := func(e *Entry[value]) int64 { return e.Flow.due }
	var list []uint32
	before := int64(0)
	for tick := int64(0); tab.Len() > 0; tick += 1 + r.Int64N(2)*r.Int64N(90) {
		list = tab.Due(list[:0], tick, when)
		for _, n := range list {
			if due := tab.At(n).Flow.due; due > tick || due <= before {
				t.Fatalf("due at %d, came at %d (before: %d)", due, tick, before)
			}
			tab.Remove(n)
		}
		if before = tick; tick > 1000 {
			t.Fatalf("%d entries never came due", tab.Len())
		}
	}
}

func TestNeverDue(t *testing.T) {
	tab := newTable()
	k := key(1)
	n, _ := tab.Insert(&k, tab.Hash(&k), math.MaxInt64)
	when := func(*Entry[value]) int64 { return math.MaxInt64 }
	for _, tick := range []int64{1, 63, 64, 65, 1 << 40} {
		if got := tab.Due(nil, tick, when); len(got) != 0 {
			t.Fatalf("due at tick %d", tick)
		}
	}
	tab.Postpone(n, 7)
	if got := tab.Due(nil, 1<<40+1, func(*Entry[value]) int64 { return 7 }); len(got) != 1 {
		t.Fatal("a postponed entry whose tick is past must be due at the next one")
	}
}

func TestStartSetsClockBack(t *testing.T) {
	tab := newTable()
	tab.Due(nil, 1000, nil)
	k := key(1)
	_, e := tab.Insert(&k, tab.Hash(&k), 1010)
	e.Flow.due = 1010
	tab.Start(100)
	when := func(e *Entry[value]) int64 { return e.Flow.due }
	if got := tab.Due(nil, 1009, when); len(got) != 0 {
		t.Error("due before its tick")
	}
	if got := tab.Due(nil, 1010, when); len(got) != 1 {
		t.Error("not due at its tick")
	}
}

// Oldest must give entries in the order of their stamps while packets renew
// some, and entries come and go.
func TestOldestIsLeastRecentlyActive(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	tab := newTable()
	stamp := func(e *Entry[value]) Stamp { return Stamp{e.Flow.stamp / 4, uint64(e.Flow.stamp)} }
	if tab.Oldest(stamp) != 0 {
		t.Fatal("an empty table has no oldest entry")
	}
	for clock := int64(1); clock < 20_000; clock++ {
		k := key(r.IntN(1500))
		h := tab.Hash(&k)
		n := tab.Find(&k, h)
		if n == 0 {
			n, _ = tab.Insert(&k, h, 1)
		}
		tab.At(n).Flow.stamp = clock
		if tab.Len() <= 1000 {
			continue
		}
		least := int64(math.MaxInt64)
		if clock%50 == 0 { // a walk each time would take long
			for _, n := range tab.All(nil) {
				least = min(least, tab.At(n).Flow.stamp)
			}
		}
		o := tab.Oldest(stamp)
		if got := tab.At(o).Flow.stamp; clock%50 == 0 && got != least {
			t.Fatalf("Oldest has stamp %d, the least is %d", got, least)
		}
		tab.Remove(o)
	}
}

func TestShardIsSpread(t *testing.T) {
	var count [Shards]int
	for n := range 64_000 {
		k := key(n)
		count[Shard(&k, Shards)]++
	}
	for i, n := range count {
		if n < 500 || n > 1500 {
			t.Errorf("shard %d has %d of 64,000 flows", i, n)
		}
	}
	k := key(1)
	if Shard(&k, 1) != 0 {
		t.Error("one shard is shard 0")
	}
}

func TestPoolReusesAndClears(t *testing.T) {
	var p Pool[int]
	a, v := p.Get()
	*v = 5
	b, _ := p.Get()
	if a == 0 || b == 0 || a == b || p.Len() != 2 {
		t.Fatalf("numbers %d, %d, Len %d", a, b, p.Len())
	}
	p.Put(a)
	c, v := p.Get()
	if c != a || *v != 0 {
		t.Errorf("got number %d with %d, want %d with 0", c, *v, a)
	}
}

func BenchmarkFind(b *testing.B) {
	tab := newTable()
	const flows = 1 << 20
	for n := range flows {
		k := key(n)
		tab.Insert(&k, tab.Hash(&k), 1)
	}
	b.ReportMetric(float64(tab.Size())/flows, "B/flow")
	var hashes [32]uint32
	var keys [32]packet.Key
	x, sum := uint32(1), uint32(0)
	for b.Loop() {
		for i := range keys {
			x = x*1664525 + 1013904223
			keys[i] = key(int(x >> 12))
			hashes[i] = tab.Hash(&keys[i])
			sum += tab.Touch(hashes[i])
		}
		for i := range keys {
			sum += tab.Find(&keys[i], hashes[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/32, "ns/find")
	if sum == 0 {
		b.Fatal("nothing found")
	}
}

// Parts share a Table, and nothing else.
func TestPartsAreApart(t *testing.T) {
	seed := NewSeed()
	tab := NewTable[value](&seed)
	parts := []*Part[value]{NewPart(tab, 0), NewPart(tab, 1)}
	stamp := func(e *Entry[value]) Stamp { return Stamp{e.Flow.stamp, 0} }
	for i, p := range parts {
		p.Start(0)
		for n := range 100 {
			k := key(100*i + n)
			_, e := p.Insert(&k, tab.Hash(&k), 5)
			e.Flow.stamp = int64(1000 - 100*i - n)
		}
	}
	for i, p := range parts {
		if p.Len() != 100 || len(p.All(nil)) != 100 || len(p.Due(nil, 5, func(*Entry[value]) int64 { return 5 })) != 100 {
			t.Errorf("part %d has %d entries", i, p.Len())
		}
		if e := tab.At(p.Oldest(stamp)); e.Part() != i || e.Flow.stamp != int64(1000-100*i-99) {
			t.Errorf("the oldest of part %d is of part %d, with stamp %d", i, e.Part(), e.Flow.stamp)
		}
	}
	if tab.Len() != 200 {
		t.Errorf("the table has %d entries", tab.Len())
	}
}
