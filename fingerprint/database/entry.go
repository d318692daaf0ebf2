package database

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"joy/fingerprint"
)

// sum of two counts, at most the largest number.
func sum(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// add counts what another entry of the fingerprint counts, and takes its maps.
func (e *entry) add(other fingerprint.Entry) {
	e.First = earlier(e.First, other.First)
	e.Last = max(e.Last, other.Last)
	e.Sources = fewSources(append(e.Sources, other.Sources...))
	for _, p := range other.Processes {
		i, found := slices.BinarySearchFunc(e.Processes, p, byIdentity)
		if !found {
			e.Processes = slices.Insert(e.Processes, i, fingerprint.Process{Name: p.Name, Version: p.Version, SHA256: p.SHA256, OS: p.OS})
		}
		addProcess(&e.Processes[i], p)
	}
	if len(e.Processes) > slack*MaxProcesses {
		e.Processes = fewProcesses(e.Processes, slack/2*MaxProcesses)
		slices.SortFunc(e.Processes, byIdentity)
	}
	e.recount()
}

func (e *entry) recount() {
	e.Count = 0
	for i := range e.Processes {
		e.Count = sum(e.Count, e.Processes[i].Count)
	}
}

func earlier(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// addProcess adds q to p. What they say differently and does not tell them apart
// is settled so that the order does not matter.
func addProcess(p *fingerprint.Process, q fingerprint.Process) {
	p.Count = sum(p.Count, q.Count)
	p.Category = max(p.Category, q.Category)
	p.Malware = p.Malware || q.Malware
	for _, m := range []struct {
		to   *map[string]uint64
		from map[string]uint64
	}{{&p.Ports, q.Ports}, {&p.Names, q.Names}, {&p.Blocks, q.Blocks}, {&p.Agents, q.Agents}} {
		*m.to = addCounts(*m.to, m.from)
	}
}

// addCounts adds the counts of one map to another, and squeezes that when it
// grows too large.
func addCounts(to, from map[string]uint64) map[string]uint64 {
	if len(to) == 0 {
		return from
	}
	for key, n := range from {
		to[key] = sum(to[key], n)
	}
	if len(to) > slack*MaxKeys {
		return fewKeys(to, slack/2*MaxKeys)
	}
	return to
}

// Few are the counts that a database gives out of a map: those of its MaxKeys most
// frequent keys, and of Other for the rest.
func Few(m map[string]uint64) map[string]uint64 { return fewKeys(m, MaxKeys) }

// fewKeys are at most n keys with their counts, the most frequent (of equal ones
// the first in the alphabet), and Other for the rest.
func fewKeys(m map[string]uint64, n int) map[string]uint64 {
	if len(m) <= n {
		return m
	}
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
	few := make(map[string]uint64, n)
	rest := m[Other]
	for _, key := range keys {
		switch {
		case key == Other:
		case len(few) < n-1:
			few[key] = m[key]
		default:
			rest = sum(rest, m[key])
		}
	}
	few[Other] = rest
	return few
}

// fewProcesses does the same for processes, and sorts them by their counts.
func fewProcesses(list []fingerprint.Process, n int) []fingerprint.Process {
	slices.SortFunc(list, byCount)
	if len(list) <= n {
		return list
	}
	rest := fingerprint.Process{Name: Other}
	few := list[:0:0]
	for _, p := range list {
		if len(few) < n-1 && p.Name != Other {
			few = append(few, p)
			continue
		}
		addProcess(&rest, fingerprint.Process{
			Count: p.Count,
			Ports: maps.Clone(p.Ports), Names: maps.Clone(p.Names), Blocks: maps.Clone(p.Blocks), Agents: maps.Clone(p.Agents),
		})
	}
	few = append(few, rest)
	slices.SortFunc(few, byCount)
	return few
}

// fewSources sorts, and keeps the first in the alphabet and Other, so that the
// order in which they came does not matter.
func fewSources(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) <= MaxSources {
		return list
	}
	list = slices.DeleteFunc(list, func(s string) bool { return s == Other })
	return slices.Insert(list[:MaxSources-1], 0, Other)
}

// clone shares nothing with the entry.
func (e *entry) clone() fingerprint.Entry {
	c := e.Entry
	c.Sources = slices.Clone(c.Sources)
	c.Processes = slices.Clone(c.Processes)
	for i := range c.Processes {
		p := &c.Processes[i]
		p.Ports, p.Names, p.Blocks, p.Agents = maps.Clone(p.Ports), maps.Clone(p.Names), maps.Clone(p.Blocks), maps.Clone(p.Agents)
	}
	return c
}

// given is the entry as it is given out: within the bounds, with at most so many
// keys in each map, and sorted.
func (e *entry) given(keys int) fingerprint.Entry {
	c := e.clone()
	c.Processes = fewProcesses(c.Processes, MaxProcesses)
	for i := range c.Processes {
		p := &c.Processes[i]
		for _, m := range []*map[string]uint64{&p.Ports, &p.Names, &p.Blocks, &p.Agents} {
			*m = fewKeys(*m, keys)
		}
	}
	return c
}
