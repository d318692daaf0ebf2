package match

import (
	"math"
	"strconv"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// A Feature is a thing that is known of a destination.
type Feature string

// The features, and Prior for what the fingerprint says before any of them.
const (
	Prior  Feature = "prior"
	Port   Feature = "port"
	Name   Feature = "name"
	Domain Feature = "domain"
	Block  Feature = "block"
	Agent  Feature = "agent"
)

// features are those of a destination with their weights, which are mercury's
// (src/libmerc/naive_bayes.hpp): the weight of an address for its block, none
// for autonomous systems, of which a database of ours says nothing. Value is what
// a destination has, "" for none, and counts what is known of a process; those of
// names count for domains too.
var features = [...]struct {
	feature Feature
	weight  float64
	value   func(*fingerprint.Context) string
	counts  func(*fingerprint.Process) map[string]uint64
}{
	{Port, 0.00528, portOf, func(p *fingerprint.Process) map[string]uint64 { return p.Ports }},
	{Name, 0.96941, nameOf, func(p *fingerprint.Process) map[string]uint64 { return p.Names }},
	{Domain, 0.15590, func(c *fingerprint.Context) string { return domainOf(nameOf(c)) }, func(p *fingerprint.Process) map[string]uint64 { return p.Names }},
	{Block, 0.56735, func(c *fingerprint.Context) string { return database.Block(c.Addr) }, func(p *fingerprint.Process) map[string]uint64 { return p.Blocks }},
	{Agent, 1, func(c *fingerprint.Context) string { return database.Clean(c.Agent) }, func(p *fingerprint.Process) map[string]uint64 { return p.Agents }},
}

func nameOf(c *fingerprint.Context) string { return database.Clean(c.Name) }

func portOf(c *fingerprint.Context) string {
	if c.Port == 0 {
		return ""
	}
	return strconv.Itoa(int(c.Port))
}

// floor is what a value counts that was never seen with a program, and the least
// share of a fingerprint that a program has before the destination is looked at.
// Both are mercury's.
const floor = 0.1

// pseudo is how many flows the share of unseen programs in the whole database
// counts for in a single entry.
const pseudo = 10

// update is what a feature adds to the logarithm of a score, when the value was
// seen in count flows: its likelihood over that of a value never seen, with a
// weight.
func update(weight float64, count uint64) float64 {
	if count == 0 {
		return 0
	}
	return weight * math.Log(float64(count)/floor)
}

// A judge weighs the programs of a model against each other. Scores are
// logarithms until they are normalized.
type judge struct {
	model      *model
	values     [len(features)]string // of the destination, by feature
	lists      [len(features)][]seen // what was seen of them
	unseen     float64               // probability of a program that the entry has not, before the destination
	programs   []float64             // of the programs; after them the unknown one
	calibrated []float64             // the same, calibrated
	rows       []float64             // of the rows, each within its program
}

// set begins with a model and a destination. Unseen is the share of flows that
// belong to a program not seen with their fingerprint, over the whole database;
// distance how far the fingerprint is from the model's.
func (j *judge) set(m *model, c *fingerprint.Context, unseen, distance float64) {
	j.model = m
	for i, f := range features {
		j.values[i] = f.value(c)
		j.lists[i] = m.tables[i][j.values[i]]
	}
	j.unseen = m.unknown(unseen)
	j.unseen += (1 - j.unseen) * distance
	j.weigh()
}

// unknown is the probability that a flow with this fingerprint is of a program
// that was not seen with it: the share of programs that were seen once, after
// Good and Turing, and of flows whose program nobody knows. Of few flows it says
// little, so that the database's share counts as some flows more.
func (m *model) unknown(database float64) float64 {
	named := uint64(0)
	for _, p := range m.programs {
		named = sum(named, p.count)
	}
	nameless := m.count - named
	return (float64(m.singletons) + float64(nameless) + pseudo*database) / (float64(m.count) + pseudo)
}

// weigh makes the scores probabilities.
func (j *judge) weigh() {
	j.programs, j.rows = j.programs[:0], j.rows[:0]
	for i := range j.model.programs {
		j.programs = append(j.programs, math.Log(j.before(i)))
	}
	for i := range j.model.rows {
		j.rows = append(j.rows, j.model.rows[i].prior)
	}
	for i, list := range j.lists {
		weight := features[i].weight
		for len(list) > 0 {
			program := j.model.rows[list[0].row].program
			total := uint64(0)
			for ; len(list) > 0 && j.model.rows[list[0].row].program == program; list = list[1:] {
				j.rows[list[0].row] += update(weight, list[0].count)
				total = sum(total, list[0].count)
			}
			j.programs[program] += update(weight, total)
		}
	}
	// What no program was seen to visit says nothing for the unknown one either.
	j.programs = append(j.programs, math.Log(j.before(len(j.model.programs))))
	normalize(j.programs)
}

// normalize makes of logarithms of scores probabilities that are 1 together.
func normalize(scores []float64) {
	most := math.Inf(-1)
	for _, s := range scores {
		most = max(most, s)
	}
	all := 0.0
	for i, s := range scores {
		scores[i] = math.Exp(s - most)
		all += scores[i]
	}
	for i := range scores {
		scores[i] /= all
	}
}

// best is the most probable of some, the first of equal ones.
func best(probabilities []float64) (i int) {
	for k, p := range probabilities {
		if p > probabilities[i] {
			i = k
		}
	}
	return i
}

// Evidence is what one thing that is known says for the answer, and against the
// next best. The product of all factors is the ratio of the two probabilities
// before they are calibrated.
type Evidence struct {
	Feature Feature `json:"feature"`
	Value   string  `json:"value,omitempty"`
	// Flows of the answer, and of the next best, in which the value was seen; for
	// the prior their flows with the fingerprint.
	Seen  uint64 `json:"seen"`
	Rival uint64 `json:"rival"`
	// Factor by which the answer gains on the next best: above 1 it speaks for the
	// answer, below 1 against it.
	Factor float64 `json:"factor"`
}

// evidence compares two of the hypotheses; the one behind the programs is the
// unknown program.
func (j *judge) evidence(dst []Evidence, answer, rival int) []Evidence {
	dst = append(dst, Evidence{
		Feature: Prior, Seen: j.flows(answer), Rival: j.flows(rival), Factor: j.before(answer) / j.before(rival),
	})
	for i, f := range features {
		if j.values[i] == "" {
			continue
		}
		a, b := j.with(j.lists[i], answer), j.with(j.lists[i], rival)
		dst = append(dst, Evidence{f.feature, j.values[i], a, b, math.Exp(update(f.weight, a) - update(f.weight, b))})
	}
	return dst
}

// flows of a hypothesis with the fingerprint.
func (j *judge) flows(program int) uint64 {
	if program == len(j.model.programs) {
		return 0
	}
	return j.model.programs[program].count
}

// before is the probability of a hypothesis before the destination.
func (j *judge) before(program int) float64 {
	if program == len(j.model.programs) {
		return j.unseen
	}
	return (1 - j.unseen) * j.model.programs[program].prior
}

// with is the number of flows of a program in a list.
func (j *judge) with(list []seen, program int) (total uint64) {
	for _, s := range list {
		if j.model.rows[s.row].program == program {
			total = sum(total, s.count)
		}
	}
	return total
}
