package evaluate

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// A split puts each observation into a fold.
type split struct {
	name, about string
	folds       []int
}

// cut gives what is left when a fold is held out, and the fold.
func (s split) cut(data []Labelled, fold int) (train, test []Labelled) {
	for i, x := range data {
		if s.folds[i] == fold {
			test = append(test, x)
		} else {
			train = append(train, x)
		}
	}
	return train, test
}

// byVersion holds versions of programs out, a program's one after the other in
// different folds. A program of one version is unknown when that is held out.
func byVersion(data []Labelled, seed uint64) split {
	s := split{
		name:  "versions",
		about: "All flows of a version of a program are held out together. Programs of one version are new then.",
	}
	versions := map[string]map[string]int{} // program -> version -> fold
	for _, x := range data {
		if versions[x.Process.Name] == nil {
			versions[x.Process.Name] = map[string]int{}
		}
		versions[x.Process.Name][x.Process.Version] = 0
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		deal(rng, versions[name])
	}
	for _, x := range data {
		s.folds = append(s.folds, versions[x.Process.Name][x.Process.Version])
	}
	return s
}

// byHost holds hosts out.
func byHost(data []Labelled, seed uint64) split {
	s := split{name: "hosts", about: "All flows of a host are held out together."}
	hosts := map[string]int{}
	for _, x := range data {
		hosts[x.Host] = 0
	}
	deal(rand.New(rand.NewPCG(seed, 2)), hosts)
	for _, x := range data {
		s.folds = append(s.folds, hosts[x.Host])
	}
	return s
}

// atRandom holds flows out.
func atRandom(data []Labelled, seed uint64) split {
	s := split{name: "random", about: "Flows are held out one by one: others of the same version and host may stay."}
	rng := rand.New(rand.NewPCG(seed, 3))
	for _, i := range rng.Perm(len(data)) {
		s.folds = append(s.folds, i%Folds)
	}
	return s
}

// deal gives groups to the folds in turn, in an order of chance, beginning at any.
func deal(rng *rand.Rand, groups map[string]int) {
	names := slices.Sorted(maps.Keys(groups))
	rng.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	first := rng.IntN(Folds)
	for i, name := range names {
		groups[name] = (first + i) % Folds
	}
}
