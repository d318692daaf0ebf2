package match

import (
	"fmt"
	"iter"
	"math"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/index"
)

// A Base is a database that can be asked. It is read-only and may be shared.
type Base struct {
	index       *index.Index
	near        *Near
	calibration Calibration
}

// Section makes the section that a binary index needs, so that it need not be
// made anew whenever that is opened.
func Section(d *database.Database) (index.Section, error) {
	data, err := BuildNear(numbered(d.All()), Threshold)
	return index.Section{Tag: SectionName, Data: data}, err
}

// numbered gives entries the numbers that they have in an index.
func numbered(entries iter.Seq[fingerprint.Entry]) iter.Seq[Known] {
	return func(yield func(Known) bool) {
		number := uint32(0)
		for e := range entries {
			if !yield(Known{number, e.Fingerprint, e.Count}) {
				return
			}
			number++
		}
	}
}

// Open makes an index ready, which has to stay open. If it lacks the section for
// approximate matches, that is made in memory.
func Open(x *index.Index) (b *Base, err error) {
	b = &Base{index: x}
	if b.calibration, err = readCalibration(x.Header().Calibration); err != nil {
		return nil, err
	}
	section := x.Section(SectionName)
	if section == nil {
		if section, err = sectionOf(x); err != nil {
			return nil, err
		}
	}
	if b.near, err = OpenNear(section); err != nil {
		return nil, err
	}
	return b, nil
}

func sectionOf(x *index.Index) ([]byte, error) {
	var failed error
	entries := func(yield func(fingerprint.Entry) bool) {
		for id := range x.Len() {
			e, err := x.Entry(uint32(id))
			if err != nil {
				failed = fmt.Errorf("entry %d: %w", id, err)
				return
			}
			if !yield(e) {
				return
			}
		}
	}
	data, err := BuildNear(numbered(entries), Threshold)
	if failed != nil {
		return nil, failed
	}
	return data, err
}

// What a Matcher keeps: values of models, which are about 100 bytes each, and
// answers to queries for what is near.
const (
	cachedCounts = 1 << 18
	cachedNear   = 1 << 12
)

// What an answer shows of what it was not.
const (
	mostNear   = 5
	mostOthers = 4
)

// Counts are what a Matcher has done.
type Counts struct {
	Exact, Approximate, Unknown uint64
	// Truncated are searches for what is near that a bound has ended.
	Truncated uint64
	// Corrupt are looks into the index that found nonsense; they count as not found.
	Corrupt uint64
}

// A Matcher answers for one goroutine at a time. It keeps entries that it has
// read.
type Matcher struct {
	Counts Counts

	base     *Base
	models   cache[uint32, *model]
	nearest  cache[fingerprint.Fingerprint, []Neighbour]
	search   Search
	judge    judge
	near     []Found
	others   []Answer
	evidence []Evidence
}

// Matcher makes one.
func (b *Base) Matcher() *Matcher {
	return &Matcher{
		base:    b,
		models:  newCache[uint32, *model](cachedCounts),
		nearest: newCache[fingerprint.Fingerprint, []Neighbour](cachedNear),
	}
}

// A hit is an entry that an observation leads to.
type hit struct {
	status      Status
	fingerprint fingerprint.Fingerprint
	model       *model
	distance    float64
}

// Observe says what software an observation is of. Its fingerprints are looked
// up in their order, and the first that the database has a program for decides;
// if it has none for any, the first that is near one. The SYN packet tells of the
// system: it decides over the program only where there is nothing else.
func (m *Matcher) Observe(o fingerprint.Observation) Result {
	m.near, m.others, m.evidence = m.near[:0], m.others[:0], m.evidence[:0]
	h, syn := m.find(o.Fingerprints)
	r := Result{Status: Unknown, Unseen: 1, Fingerprint: h.fingerprint, Distance: h.distance, Near: m.near}
	if syn != nil {
		r.System = syn.system
	}
	if h.model != nil {
		r.Matched, r.Count = h.model.fingerprint, h.model.count
	}
	if h.model != nil && len(h.model.programs) > 0 {
		m.decide(&r, h, &o.Context, syn)
	}
	switch r.Status {
	case Exact:
		m.Counts.Exact++
	case Approximate:
		m.Counts.Approximate++
	default:
		m.Counts.Unknown++
	}
	return r
}

// find finds the entry that decides, and that of the SYN packet.
func (m *Matcher) find(fps []fingerprint.Fingerprint) (h hit, syn *model) {
	alone := true
	for _, fp := range fps {
		if isSyn(fp) {
			syn = m.exact(fp)
			continue
		}
		alone = false
		if h.model != nil && len(h.model.programs) > 0 {
			continue
		}
		if found := m.exact(fp); found != nil {
			h = hit{Exact, fp, found, 0}
		}
	}
	if alone && syn != nil {
		h = hit{Exact, syn.fingerprint, syn, 0}
	}
	for _, fp := range fps {
		if h.model != nil {
			break
		}
		if !isSyn(fp) {
			h = m.approximate(fp)
		}
	}
	return h, syn
}

func isSyn(fp fingerprint.Fingerprint) bool {
	return strings.HasPrefix(fp, "tcp/") || strings.HasPrefix(fp, "tcp_server/")
}

// exact is the model of a fingerprint, nil if the database does not have it.
func (m *Matcher) exact(fp fingerprint.Fingerprint) *model {
	number, ok := m.base.index.Find(fp)
	if !ok {
		return nil
	}
	return m.model(number)
}

// model of an entry, nil if that cannot be read.
func (m *Matcher) model(number uint32) *model {
	if known, ok := m.models.get(number); ok {
		return known
	}
	e, err := m.base.index.Entry(number)
	if err != nil {
		m.Counts.Corrupt++
		return nil
	}
	made := newModel(e)
	m.models.put(number, made, made.size())
	return made
}

// approximate is the nearest entry.
func (m *Matcher) approximate(fp fingerprint.Fingerprint) hit {
	list, ok := m.nearest.get(fp)
	if !ok {
		found, whole, err := m.base.near.Find(&m.search, fp, mostNear, Threshold)
		if err != nil {
			m.Counts.Corrupt++
		}
		if !whole {
			m.Counts.Truncated++
		}
		list = append(list, found...)
		m.nearest.put(strings.Clone(fp), list, 1)
	}
	var h hit
	for _, x := range list {
		near := m.model(x.Number)
		if near == nil {
			continue
		}
		if h.model == nil {
			h = hit{Approximate, fp, near, x.Distance}
		}
		m.near = append(m.near, Found{near.fingerprint, x.Distance, near.count})
	}
	return h
}

// decide fills in the answer.
func (m *Matcher) decide(r *Result, h hit, c *fingerprint.Context, syn *model) {
	j := &m.judge
	j.set(h.model, c, m.base.calibration.Unseen, h.distance)
	j.systems(syn)
	answer := best(j.programs)
	raw := j.programs[answer]
	probability, scale := raw, 1.0
	if answer < len(h.model.programs) {
		r.Status = h.status
		probability = m.base.calibration.of(h.status, raw)
		scale = rescale(raw, probability)
		r.Answer = j.answer(answer, probability)
	}
	m.rank(answer, scale)
	r.Others = m.others
	r.Unseen = 1 - j.known(answer, probability, scale)
	r.Malware = j.malware(answer, probability, scale)
	m.evidence = j.evidence(m.evidence, answer, rival(j.programs, answer))
	r.Evidence = m.evidence
}

// rescale is the factor for the programs beside an answer whose probability is
// calibrated: what the answer gains all others lose; when it loses they lose
// alike, so that their order stays, and the unknown program gains.
func rescale(raw, probability float64) float64 {
	if probability <= raw {
		return probability / raw
	}
	return (1 - probability) / (1 - raw)
}

// known is the probability of all programs together.
func (j *judge) known(answer int, probability, scale float64) (all float64) {
	for i := range j.model.programs {
		if i == answer {
			all += probability
		} else {
			all += j.programs[i] * scale
		}
	}
	return min(all, 1)
}

// rank lists the most probable programs beside the answer.
func (m *Matcher) rank(answer int, scale float64) {
	j := &m.judge
	for i := range j.model.programs {
		if i == answer {
			continue
		}
		p := j.programs[i]
		at := len(m.others)
		for at > 0 && m.others[at-1].Raw < p {
			at--
		}
		if at == mostOthers {
			continue
		}
		if len(m.others) < mostOthers {
			m.others = append(m.others, Answer{})
		}
		copy(m.others[at+1:], m.others[at:])
		m.others[at] = j.answer(i, p*scale)
	}
}

// rival is the most probable hypothesis beside the answer.
func rival(probabilities []float64, answer int) (i int) {
	i = -1
	for k, p := range probabilities {
		if k != answer && (i < 0 || p > probabilities[i]) {
			i = k
		}
	}
	return max(i, 0)
}

// answer is a program with its most probable row.
func (j *judge) answer(program int, probability float64) Answer {
	p := &j.model.programs[program]
	rows := j.rows[p.from:p.to]
	i := best(rows)
	all, most := 0.0, rows[i]
	for _, score := range rows {
		all += math.Exp(score - most)
	}
	return Answer{j.model.rows[p.from+i].Process, probability, j.programs[program], 1 / all}
}

// systems weighs the rows by what the SYN packet says of the system.
func (j *judge) systems(syn *model) {
	if syn == nil || syn == j.model || syn.count == 0 {
		return
	}
	for i := range j.rows {
		share := float64(syn.systems[j.model.rows[i].OS]) / float64(syn.count)
		j.rows[i] += math.Log(max(share, floor))
	}
}

// malware is the probability of processes that are, each with its share of the
// flows of its program.
func (j *judge) malware(answer int, probability, scale float64) (all float64) {
	for i := range j.model.rows {
		r := &j.model.rows[i]
		if !r.Malware {
			continue
		}
		p := j.programs[r.program] * scale
		if r.program == answer {
			p = probability
		}
		all += p * float64(r.Count) / float64(j.model.programs[r.program].count)
	}
	return min(all, 1)
}
