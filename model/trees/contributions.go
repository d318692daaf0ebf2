package trees

// mean is the value of a node over the training data, by the covers of what is
// below it.
func mean(t *Tree, at int) float64 {
	n := &t.Nodes[at]
	if n.Feature < 0 {
		return n.Value
	}
	left, right := shareOf(t, n)
	return left*mean(t, n.Left) + right*mean(t, n.Right)
}

// shareOf says how the training data went on from a node; halves where that is
// not known.
func shareOf(t *Tree, n *Node) (left, right float64) {
	l, r := t.Nodes[n.Left].Cover, t.Nodes[n.Right].Cover
	if l+r == 0 {
		return 0.5, 0.5
	}
	return l / (l + r), r / (l + r)
}

// Mean is the mean of the score of a class over the training data: what
// contributions are measured from.
func (f *Forest) Mean(class int) float64 {
	if len(f.means) == 1 {
		if class == 0 {
			return -f.means[0]
		}
		class = 0
	}
	return f.means[class]
}

// An Explainer says what features do to scores. It is for one goroutine.
type Explainer struct {
	forest *Forest
	paths  [][]fraction // room for the path of each depth
}

// Explainer makes one.
func (f *Forest) Explainer() *Explainer {
	e := &Explainer{forest: f, paths: make([][]fraction, f.depth+1)}
	for d := range e.paths {
		e.paths[d] = make([]fraction, d+1)
	}
	return e
}

// A fraction is a feature on the path to a leaf: the share of the training data,
// and of the flow itself (0 or 1), that goes on where the path does. The weight
// belongs to a number of known features, that of the fractions before.
type fraction struct {
	feature   int
	zero, one float64
	weight    float64
}

// Contributions writes what each feature of x adds to the score of a class,
// compared with Mean: its Shapley value, as the libraries reckon it too
// (Lundberg, Erion, Lee: Consistent Individualized Feature Attribution for Tree
// Ensembles, 2018, algorithm 2). The score is Mean and their sum.
func (e *Explainer) Contributions(x []float64, class int, out []float64) {
	clear(out)
	sign := 1.0
	if len(e.forest.Base) == 1 {
		if class == 0 {
			sign = -1
		}
		class = 0
	}
	for i := range e.forest.Trees {
		if t := &e.forest.Trees[i]; t.Output == class {
			w := walk{paths: e.paths, tree: t, x: x, out: out}
			w.node(0, 0, nil, fraction{feature: -1, zero: 1, one: 1})
		}
	}
	for i := range out {
		out[i] *= sign
	}
}

// A walk goes down both sides of every node of a tree.
type walk struct {
	paths  [][]fraction
	tree   *Tree
	x, out []float64
}

// node goes on at a node, unless neither the flow nor any of the training data
// does; before are the features asked for above it, and last
// the one that led here.
func (w *walk) node(at, depth int, before []fraction, last fraction) {
	if last.zero == 0 && last.one == 0 {
		return
	}
	path := w.paths[depth][:len(before)+1]
	copy(path, before)
	path[len(before)] = last
	extend(path)
	n := &w.tree.Nodes[at]
	if n.Feature < 0 {
		for i := 1; i < len(path); i++ {
			p := &path[i]
			w.out[p.feature] += unwound(path, i) * (p.one - p.zero) * n.Value
		}
		return
	}
	hot, cold := n.Left, n.Right
	hotShare, coldShare := shareOf(w.tree, n)
	if w.x[n.Feature] > n.Threshold {
		hot, cold, hotShare, coldShare = cold, hot, coldShare, hotShare
	}
	zero, one := 1.0, 1.0
	for i := 1; i < len(path); i++ {
		if path[i].feature == n.Feature { // asked for again: what it did above is taken back
			zero, one = path[i].zero, path[i].one
			path = remove(path, i)
			break
		}
	}
	w.node(hot, depth+1, path, fraction{feature: n.Feature, zero: zero * hotShare, one: one})
	w.node(cold, depth+1, path, fraction{feature: n.Feature, zero: zero * coldShare})
}

// extend counts the last feature of the path in.
func extend(path []fraction) {
	l := len(path) - 1
	last := &path[l]
	last.weight = 0
	if l == 0 {
		last.weight = 1
	}
	n := float64(l + 1)
	for i := l - 1; i >= 0; i-- {
		path[i+1].weight += last.one * path[i].weight * float64(i+1) / n
		path[i].weight *= last.zero * float64(l-i) / n
	}
}

// remove takes feature i out again.
func remove(path []fraction, i int) []fraction {
	l := len(path) - 1
	zero, one, n := path[i].zero, path[i].one, float64(l+1)
	next := path[l].weight
	for j := l - 1; j >= 0; j-- {
		if one != 0 {
			was := path[j].weight
			path[j].weight = next * n / (float64(j+1) * one)
			next = was - path[j].weight*zero*float64(l-j)/n
		} else {
			path[j].weight = path[j].weight * n / (zero * float64(l-j))
		}
	}
	for j := i; j < l; j++ { // the weights stay
		path[j].feature, path[j].zero, path[j].one = path[j+1].feature, path[j+1].zero, path[j+1].one
	}
	return path[:l]
}

// unwound is the sum of the weights that remove would leave.
func unwound(path []fraction, i int) (sum float64) {
	l := len(path) - 1
	zero, one, n := path[i].zero, path[i].one, float64(l+1)
	next := path[l].weight
	for j := l - 1; j >= 0; j-- {
		if one != 0 {
			w := next * n / (float64(j+1) * one)
			sum += w
			next = path[j].weight - w*zero*float64(l-j)/n
		} else if zero != 0 {
			sum += path[j].weight / (zero * float64(l-j) / n)
		}
	}
	return sum
}
