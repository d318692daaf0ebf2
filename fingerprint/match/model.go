package match

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// A model is an entry made ready for questions: by what was seen of a
// destination, the processes that went there.
type model struct {
	fingerprint fingerprint.Fingerprint
	count       uint64    // flows with the fingerprint, also of processes that have no name
	programs    []program // the one with most flows first, of equal ones by name
	rows        []row     // those of each program in a row
	singletons  int       // programs that were seen once
	ports       map[uint16][]seen
	names       map[string][]seen
	domains     map[string][]seen
	blocks      map[netip.Prefix][]seen
	agents      map[string][]seen
}

// A program is all processes of one name: versions and systems together.
type program struct {
	name     string
	count    uint64
	from, to int // its rows
}

// A row is one process of the entry, without the maps.
type row struct {
	fingerprint.Process
	program int
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
	m := &model{
		fingerprint: e.Fingerprint,
		ports:       map[uint16][]seen{}, names: map[string][]seen{}, domains: map[string][]seen{},
		blocks: map[netip.Prefix][]seen{}, agents: map[string][]seen{},
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
	}
	return m
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

// learn adds the destinations of the process in a row. Keys that are no ports or
// blocks, as database.Other is, are nobody's.
func (m *model) learn(i int, p *fingerprint.Process) {
	for key, n := range p.Ports {
		if port, err := strconv.ParseUint(key, 10, 16); err == nil {
			add(m.ports, uint16(port), i, n)
		}
	}
	for key, n := range p.Blocks {
		if prefix, err := netip.ParsePrefix(key); err == nil {
			add(m.blocks, prefix, i, n)
		}
	}
	for key, n := range p.Agents {
		if key != database.Other {
			add(m.agents, key, i, n)
		}
	}
	for key, n := range p.Names {
		if key == database.Other {
			continue
		}
		add(m.names, key, i, n)
		if domain := domainOf(key); domain != "" {
			add(m.domains, domain, i, n)
		}
	}
}

// add counts flows of a row with a value. Rows come in order.
func add[K comparable](table map[K][]seen, value K, row int, n uint64) {
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
	return len(m.rows) + len(m.ports) + len(m.names) + len(m.domains) + len(m.blocks) + len(m.agents)
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

// blockOf is the block of addresses that counts: /24 of IPv4, /48 of IPv6.
func blockOf(addr netip.Addr) (block netip.Prefix, ok bool) {
	if !addr.IsValid() {
		return block, false
	}
	addr, bits := addr.Unmap(), 48
	if addr.Is4() {
		bits = 24
	}
	block, err := addr.WithZone("").Prefix(bits)
	return block, err == nil
}
