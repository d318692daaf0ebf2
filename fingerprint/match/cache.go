package match

// A cache keeps what was used lately, up to a sum of costs: when the young half
// is full it becomes the old one, and what is in neither is forgotten.
type cache[K comparable, V any] struct {
	limit      int // of the costs of each half
	cost       int // of the young half
	young, old map[K]cached[V]
}

type cached[V any] struct {
	value V
	cost  int
}

func newCache[K comparable, V any](limit int) cache[K, V] {
	return cache[K, V]{limit: limit, young: map[K]cached[V]{}}
}

func (c *cache[K, V]) get(key K) (value V, ok bool) {
	x, ok := c.young[key]
	if !ok {
		if x, ok = c.old[key]; ok {
			c.put(key, x.value, x.cost)
		}
	}
	return x.value, ok
}

// put keeps a value, whose key was not found.
func (c *cache[K, V]) put(key K, value V, cost int) {
	if c.cost+cost > c.limit {
		c.young, c.old, c.cost = map[K]cached[V]{}, c.young, 0
	}
	c.young[key] = cached[V]{value, cost}
	c.cost += cost
}
