package telemetry

// An lru is a map that knows which of its entries was used longest ago. The
// zero value is not ready: see newLRU.
type lru[K comparable, V any] struct {
	nodes map[K]*node[K, V]
	root  node[K, V] // of a ring; root.next was used last
}

type node[K comparable, V any] struct {
	key        K
	value      V
	prev, next *node[K, V]
}

func newLRU[K comparable, V any]() *lru[K, V] {
	l := &lru[K, V]{nodes: map[K]*node[K, V]{}}
	l.root.prev, l.root.next = &l.root, &l.root
	return l
}

func (l *lru[K, V]) len() int { return len(l.nodes) }

// get returns the value of a key, which counts as its use.
func (l *lru[K, V]) get(k K) (v V, ok bool) {
	n := l.nodes[k]
	if n == nil {
		return v, false
	}
	n.unlink()
	l.link(n)
	return n.value, true
}

// put adds a key that is not there yet.
func (l *lru[K, V]) put(k K, v V) {
	n := &node[K, V]{key: k, value: v}
	l.nodes[k] = n
	l.link(n)
}

func (l *lru[K, V]) remove(k K) {
	if n := l.nodes[k]; n != nil {
		n.unlink()
		delete(l.nodes, k)
	}
}

// oldest is the entry that was used longest ago; there has to be one.
func (l *lru[K, V]) oldest() (K, V) { return l.root.prev.key, l.root.prev.value }

// all goes over the values, the one used last first. The loop may remove the
// entry that it is given.
func (l *lru[K, V]) all(yield func(K, V) bool) {
	for n := l.root.next; n != &l.root; {
		next := n.next
		if !yield(n.key, n.value) {
			return
		}
		n = next
	}
}

func (l *lru[K, V]) link(n *node[K, V]) {
	n.prev, n.next = &l.root, l.root.next
	n.prev.next, n.next.prev = n, n
}

func (n *node[K, V]) unlink() { n.prev.next, n.next.prev = n.next, n.prev }
