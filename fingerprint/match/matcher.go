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
// made anew whenever that is opened. Threshold is the distance under which what
// is near will be taken for the same software.
func Section(d *database.Database, threshold float64) (index.Section, error) {
	data, err := BuildNear(numbered(d.All()), threshold)
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

// Calibrated is the same database with another calibration.
func (b *Base) Calibrated(c Calibration) *Base {
	other := *b
	other.calibration = c
	return &other
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

// cachedValues is how many values a Matcher keeps in models, of entries and once
// more of what is near; each takes about valueSize bytes.
const (
	cachedValues = 1 << 18
	valueSize    = 100
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
	nearest  cache[fingerprint.Fingerprint, surroundings]
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
		models:  newCache[uint32, *model](cachedValues),
		nearest: newCache[fingerprint.Fingerprint, surroundings](cachedValues),
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
		r.By, r.Matched, r.Count = h.status, h.model.fingerprint, h.model.count
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

// surroundings are the entries near a fingerprint, and what their processes
// together say.
type surroundings struct {
	found []Found
	model *model
}

// size is about what it takes, in values.
func (s *surroundings) size() (n int) {
	for _, f := range s.found {
		n += len(f.Fingerprint)/valueSize + 1
	}
	if s.model != nil {
		n += s.model.size()
	}
	return n
}

// approximate is what is near a fingerprint.
func (m *Matcher) approximate(fp fingerprint.Fingerprint) hit {
	s, ok := m.nearest.get(fp)
	if !ok {
		s = m.around(fp)
		m.nearest.put(strings.Clone(fp), s, s.size()+len(fp)/valueSize+1)
	}
	m.near = append(m.near, s.found...)
	if s.model == nil {
		return hit{}
	}
	return hit{Approximate, fp, s.model, s.found[0].Distance}
}

// around takes the nearest entries for one: which of them is the nearest by a
// token says less than where they went.
func (m *Matcher) around(fp fingerprint.Fingerprint) (s surroundings) {
	list, whole, err := m.base.near.Find(&m.search, fp, mostNear, m.base.near.threshold)
	if err != nil {
		m.Counts.Corrupt++
	}
	if !whole {
		m.Counts.Truncated++
	}
	var all fingerprint.Entry
	for _, x := range list {
		e, err := m.base.index.Entry(x.Number)
		if err != nil {
			m.Counts.Corrupt++
			continue
		}
		if len(s.found) == 0 {
			all.Fingerprint = e.Fingerprint
		}
		s.found = append(s.found, Found{e.Fingerprint, x.Distance, e.Count})
		all.Processes = append(all.Processes, e.Processes...)
	}
	if len(s.found) > 0 {
		s.model = newModel(all)
	}
	return s
}

// decide fills in the answer: the most probable program, or the unknown one when
// that is more probable once the probabilities are calibrated.
func (m *Matcher) decide(r *Result, h hit, c *fingerprint.Context, syn *model) {
	j := &m.judge
	j.set(h.model, c, m.base.calibration.Unseen, h.distance)
	j.systems(syn)
	unseen := len(h.model.programs)
	answer := best(j.programs[:unseen])
	j.calibrate(answer, m.base.calibration.of(h.status, j.programs[answer]))
	if j.calibrated[answer] < j.calibrated[unseen] {
		answer = unseen
	} else {
		r.Status, r.Answer = h.status, j.answer(answer)
	}
	r.Unseen = j.calibrated[unseen]
	r.Malware = j.malware()
	m.rank(answer)
	m.evidence = j.evidence(m.evidence, answer, rival(j.programs, answer))
	r.Others, r.Evidence = m.others, m.evidence
}

// calibrate gives the most probable program its calibrated probability. What it
// gains all others lose. When it loses, the other programs do too, so that their
// order stays, and the unknown one gains.
func (j *judge) calibrate(first int, probability float64) {
	raw, unseen := j.programs[first], len(j.programs)-1
	scale := probability / raw
	if probability > raw {
		scale = (1 - probability) / (1 - raw)
	}
	j.calibrated = j.calibrated[:0]
	all := 0.0
	for i, p := range j.programs[:unseen] {
		p *= scale
		if i == first {
			p = probability
		}
		j.calibrated = append(j.calibrated, p)
		all += p
	}
	j.calibrated = append(j.calibrated, max(1-all, 0))
}

// rank lists the most probable programs beside the answer.
func (m *Matcher) rank(answer int) {
	j := &m.judge
	for i := range j.model.programs {
		if i == answer {
			continue
		}
		at := len(m.others)
		for at > 0 && m.others[at-1].Raw < j.programs[i] {
			at--
		}
		if at == mostOthers {
			continue
		}
		if len(m.others) < mostOthers {
			m.others = append(m.others, Answer{})
		}
		copy(m.others[at+1:], m.others[at:])
		m.others[at] = j.answer(i)
	}
}

// rival is the most probable hypothesis beside the answer; there is always one.
func rival(probabilities []float64, answer int) (i int) {
	i = -1
	for k, p := range probabilities {
		if k != answer && (i < 0 || p > probabilities[i]) {
			i = k
		}
	}
	return i
}

// answer is a program with its most probable row.
func (j *judge) answer(program int) Answer {
	p := &j.model.programs[program]
	rows := j.rows[p.from:p.to]
	i := best(rows)
	all, most := 0.0, rows[i]
	for _, score := range rows {
		all += math.Exp(score - most)
	}
	return Answer{j.model.rows[p.from+i].Process, j.calibrated[program], j.programs[program], 1 / all}
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
func (j *judge) malware() (all float64) {
	for i := range j.model.rows {
		if r := &j.model.rows[i]; r.Malware {
			all += j.calibrated[r.program] * float64(r.Count) / float64(j.model.programs[r.program].count)
		}
	}
	return min(all, 1)
}
