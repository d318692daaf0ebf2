package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A Try is a penalty that cross-validation has looked at.
type Try struct {
	Lambda float64 `json:"lambda"`
	// Loss is the mean of the folds' weighted log loss in the rows that were held out,
	// Error the standard error of that mean.
	Loss  float64 `json:"loss"`
	Error float64 `json:"standard_error"`
	// Unfinished is how many folds did not converge.
	Unfinished int `json:"unfinished,omitzero"`
}

// foldTolerance is enough to compare penalties by.
const foldTolerance = 1e-4

// Path are penalties to try, the largest first, in equal ratios. It goes by the
// smallest L1 penalty with which all coefficients are 0: from there to 1e-4 of
// it; with L2 from 10 to 1e-6 times that.
func (t *Trainer) Path(steps int) []float64 {
	l := newLoss(t.data, t.weight, t.o.Threads)
	gradient := make([]float64, l.size())
	l.at(t.null(t.weight), gradient)
	most := 0.0
	for i, g := range gradient {
		if i%(t.data.Width+1) != t.data.Width {
			most = max(most, math.Abs(g))
		}
	}
	from, to := 1.0, 1e-4
	if t.o.Penalty == L2 {
		from, to = 10, 1e-6
	}
	most = max(most, 1e-12) // nothing tells the classes apart
	list := make([]float64, steps)
	for i := range list {
		share := 0.0
		if steps > 1 {
			share = float64(i) / float64(steps-1)
		}
		list[i] = most * from * math.Pow(to/from, share)
	}
	return list
}

// CrossValidate tries penalties, the largest first: each fold is held out once.
// fold has that of each row.
func (t *Trainer) CrossValidate(path []float64, fold []int, folds int) ([]Try, error) {
	if err := t.checkFolds(fold, folds); err != nil {
		return nil, err
	}
	tries := make([]Try, len(path))
	losses := make([][]float64, len(path))
	for f := range folds {
		inside, outside := make([]float64, len(fold)), make([]float64, len(fold))
		for r, g := range fold {
			if g == f {
				outside[r] = t.weight[r]
			} else {
				inside[r] = t.weight[r]
			}
		}
		fit, held := newLoss(t.data, inside, t.o.Threads), newLoss(t.data, outside, t.o.Threads)
		w := t.null(inside)
		unused := make([]float64, len(w))
		for i, lambda := range path {
			out := t.solve(fit, w, lambda, max(foldTolerance, t.o.Tolerance))
			if !out.Converged {
				tries[i].Unfinished++
			}
			losses[i] = append(losses[i], held.at(w, unused))
		}
	}
	for i, lambda := range path {
		tries[i].Lambda = lambda
		tries[i].Loss, tries[i].Error = meanError(losses[i])
	}
	return tries, nil
}

func meanError(list []float64) (mean, standard float64) {
	n := float64(len(list))
	for _, v := range list {
		mean += v / n
	}
	for _, v := range list {
		standard += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(standard / (n - 1) / n)
}

// checkFolds wants every class in what each fold leaves, and rows in each fold.
func (t *Trainer) checkFolds(fold []int, folds int) error {
	if folds < 2 {
		return errors.New("cross-validation needs two folds")
	}
	classes := t.data.Classes
	counts, all, rows := make([]int, folds*classes), make([]int, classes), make([]int, folds)
	for r, f := range fold {
		c := t.data.Class[r]
		counts[f*classes+c]++
		all[c]++
		rows[f]++
	}
	for f := range folds {
		if rows[f] == 0 {
			return fmt.Errorf("fold %d has no rows", f)
		}
		for c := range classes {
			if counts[f*classes+c] == all[c] {
				return &OneFoldError{c}
			}
		}
	}
	return nil
}

// A OneFoldError says that a class is in one fold only, so that without that fold
// it cannot be learned.
type OneFoldError struct{ Class int }

func (e *OneFoldError) Error() string {
	return fmt.Sprintf("class %d is in one fold only", e.Class)
}

// Best is the place of the least loss.
func Best(tries []Try) int {
	best := 0
	for i := range tries {
		if tries[i].Loss < tries[best].Loss {
			best = i
		}
	}
	return best
}

// Simplest is the place of the largest penalty with a loss that is no more than a
// standard error above the least.
func Simplest(tries []Try) int {
	best := &tries[Best(tries)]
	return slices.IndexFunc(tries, func(t Try) bool { return t.Loss <= best.Loss+best.Error })
}

// Folds deals rows out to folds. Rows of a group stay together: groups go, the
// largest first, to the fold with the fewest rows. Without groups the rows of each
// class are dealt out in turn. What is equal is shuffled by the seed.
func Folds(class []int, group []string, folds int, seed uint64) []int {
	random := rand.New(rand.NewPCG(seed, 0x666f6c6473))
	out := make([]int, len(class))
	if group == nil {
		order := random.Perm(len(class))
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(class[a], class[b]) })
		for i, r := range order {
			out[r] = i % folds
		}
		return out
	}
	members := make(map[string][]int)
	var names []string
	for r, g := range group {
		if members[g] == nil {
			names = append(names, g)
		}
		members[g] = append(members[g], r)
	}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(members[b]), len(members[a])) })
	sizes := make([]int, folds)
	for _, g := range names {
		least := slices.Index(sizes, slices.Min(sizes))
		for _, r := range members[g] {
			out[r] = least
		}
		sizes[least] += len(members[g])
	}
	return out
}
