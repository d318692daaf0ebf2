package match

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// A model is an entry made ready for questions: by what was seen of a
// destination, the processes that went there.
type model struct {
	fingerprint fingerprint.Fingerprint
	count       uint64                           // flows with the fingerprint, also of processes that have no name
	programs    []program                        // the one with most flows first, of equal ones by name
	rows        []row                            // those of each program in a row
	singletons  int                              // programs that were seen once
	tables      [len(features)]map[string][]seen // by value of each feature
	systems     map[string]uint64                // flows by system
	system      System                           // that most flows ran on; of equal ones the first by name
}

// A program is all processes of one name: versions and systems together.
type program struct {
	name     string
	count    uint64
	from, to int     // its rows
	prior    float64 // of the entry's flows, at least floor, so that all together are 1
}

// A row is one process of the entry, without the maps.
type row struct {
	fingerprint.Process
	program int
	prior   float64 // logarithm of its share of the program's flows, at least floor
}

// seen says how many flows of a row had a value; lists of it are in the order of
// the rows.
type seen struct {
	row   int
	count uint64
}

// nameless is mercury's word for processes of which nothing is known; like
// database.Other it is no answer.
const nameless = "generic dmz process"

func isNamed(p *fingerprint.Process) bool {
	return p.Name != "" && p.Name != database.Other && p.Name != nameless && p.Count > 0
}

// newModel takes the entry over.
func newModel(e fingerprint.Entry) *model {
	m := &model{fingerprint: e.Fingerprint, systems: map[string]uint64{}}
	for i := range m.tables {
		m.tables[i] = map[string][]seen{}
	}
	for i := range e.Processes {
		m.count = sum(m.count, e.Processes[i].Count)
	}
	processes := slices.DeleteFunc(e.Processes, func(p fingerprint.Process) bool { return !isNamed(&p) })
	m.order(processes)
	for i := range processes {
		p := &processes[i]
		m.learn(i, p)
		p.Ports, p.Names, p.Blocks, p.Agents = nil, nil, nil, nil
		m.rows[i].Process = *p
		m.systems[p.OS] = sum(m.systems[p.OS], p.Count)
	}
	m.priors()
	m.mostSystem()
	return m
}

// priors are the shares of programs and rows before anything but the fingerprint
// is known.
func (m *model) priors() {
	all := 0.0
	for i := range m.programs {
		p := &m.programs[i]
		p.prior = max(float64(p.count)/float64(m.count), floor)
		all += p.prior
		for k := p.from; k < p.to; k++ {
			m.rows[k].prior = math.Log(max(float64(m.rows[k].Count)/float64(p.count), floor))
		}
	}
	for i := range m.programs {
		m.programs[i].prior /= all
	}
}

// mostSystem finds the system that most flows ran on.
func (m *model) mostSystem() {
	most := uint64(0)
	for name, n := range m.systems {
		if name != "" && (n > most || n == most && name < m.system.Name) {
			m.system, most = System{name, float64(n) / float64(m.count)}, n
		}
	}
}

// order sorts the processes by program, and lists the programs.
func (m *model) order(processes []fingerprint.Process) {
	counts := map[string]uint64{}
	for i := range processes {
		p := &processes[i]
		counts[p.Name] = sum(counts[p.Name], p.Count)
	}
	slices.SortFunc(processes, func(a, b fingerprint.Process) int {
		return cmp.Or(cmp.Compare(counts[b.Name], counts[a.Name]), cmp.Compare(a.Name, b.Name), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.OS, b.OS), cmp.Compare(a.SHA256, b.SHA256))
	})
	m.rows = make([]row, len(processes))
	for i := range processes {
		name := processes[i].Name
		if last := len(m.programs) - 1; last < 0 || m.programs[last].name != name {
			m.programs = append(m.programs, program{name: name, count: counts[name], from: i})
			if counts[name] == 1 {
				m.singletons++
			}
		}
		last := len(m.programs) - 1
		m.programs[last].to = i + 1
		m.rows[i].program = last
	}
}

// learn adds the destinations of the process in a row.
func (m *model) learn(i int, p *fingerprint.Process) {
	for k, f := range features {
		for key, n := range f.counts(p) {
			if f.feature == Domain {
				key = domainOf(key)
			}
			if key != "" && key != database.Other {
				add(m.tables[k], key, i, n)
			}
		}
	}
}

// add counts flows of a row with a value. Rows come in order.
func add(table map[string][]seen, value string, row int, n uint64) {
	list := table[value]
	if last := len(list) - 1; last >= 0 && list[last].row == row {
		list[last].count = sum(list[last].count, n)
		return
	}
	table[value] = append(list, seen{row, n})
}

// sum of counts stops at the largest, as those of a database do.
func sum(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// size is how many counts the model holds.
func (m *model) size() int {
	n := len(m.rows)
	for _, table := range m.tables {
		n += len(table)
	}
	return n
}

// domainOf is the part of a name that somebody registered: the public suffix and
// one label more. "" for addresses, for names of one label and for public
// suffixes themselves.
func domainOf(name string) string {
	if !strings.Contains(name, ".") || strings.Contains(name, ":") {
		return ""
	}
	if last := name[len(name)-1]; last >= '0' && last <= '9' {
		return "" // an address: no top domain ends in a digit
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return ""
	}
	return domain
}
