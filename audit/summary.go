package audit

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"joy/audit/facts"
	"joy/audit/policy"
)

// A Key is a server as flows name it. Two names at one address are two servers.
type Key struct {
	Addr     string
	Port     uint16
	Pr       uint8
	Name     string // that the client asked for
	Protocol string
}

// Counts are the flows of a server or of a network.
type Counts struct {
	Flows int64
	// Levels are flows by the level of their verdict.
	Levels [policy.Recommended + 1]int64
	// Worst is the worst level of a flow.
	Worst policy.Level
	// Rules are what was found, by rule and place.
	Rules map[RuleKey]*Count
	// First and Last are the times of the first and the last flow.
	First, Last float64
}

// A RuleKey is a rule that was broken, and where.
type RuleKey struct{ Rule, About, Where string }

// A Count is how often a rule was broken, with the first finding.
type Count struct {
	Flows   int64
	Finding Finding
}

// A Server is one with its counts.
type Server struct {
	Key
	Counts
}

// MaxServers bounds the servers that a Summary holds: a scan touches millions.
const MaxServers = 50_000

// A Summary is what an audit says of a network.
type Summary struct {
	// Network is all flows with cryptography together.
	Network Counts
	// Plain are flows without any that was recognised.
	Plain int64
	// Offers are the levels of what clients offered.
	Offers [policy.Recommended + 1]int64
	// NotKept are flows to servers beyond MaxServers; they count in Network.
	NotKept int64

	servers map[Key]*Server
}

// Add takes a verdict. Names are copied.
func (s *Summary) Add(f *facts.Flow, v *Verdict) {
	s.Network.add(f.Start, v)
	s.Offers[v.Offer]++
	k := Key{Addr: f.DA, Port: f.DP, Pr: f.Pr, Protocol: v.Protocol}
	if t := f.TLS; t != nil {
		k.Name = clip(t.SNI, maxName)
		if t.ServerHello && !t.Hello && f.SP < f.DP { // what the server has sent, with bidir=0
			k.Addr, k.Port = f.SA, f.SP
		}
	}
	server := s.servers[k]
	if server == nil {
		if len(s.servers) >= MaxServers {
			s.NotKept++
			return
		}
		if s.servers == nil {
			s.servers = make(map[Key]*Server)
		}
		server = &Server{Key: k}
		s.servers[k] = server
	}
	server.add(f.Start, v)
}

// Bounds of what is kept of a server, in bytes: of its name, which DNS bounds,
// and of an example.
const (
	maxName    = 255
	maxExample = 200
)

// clip is the beginning of a string, without the memory of the rest.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.Clone(s[:most])
}

func (c *Counts) add(start float64, v *Verdict) {
	if c.Flows == 0 || start < c.First {
		c.First = start
	}
	c.Last = max(c.Last, start)
	c.Flows++
	c.Levels[v.Level]++
	c.Worst = policy.Worse(c.Worst, v.Level)
	for i := range v.Findings {
		f := &v.Findings[i]
		k := RuleKey{f.Rule, f.About, f.Where}
		n := c.Rules[k]
		if n == nil {
			if c.Rules == nil {
				c.Rules = make(map[RuleKey]*Count)
			}
			n = &Count{Finding: *f}
			n.Finding.Evidence = clip(f.Evidence, maxExample)
			c.Rules[k] = n // as many as rules and places
		}
		n.Flows++
	}
}

// Sorted are the findings, the worst and then the most frequent first.
func (c *Counts) Sorted() []*Count {
	return slices.SortedFunc(maps.Values(c.Rules), func(a, b *Count) int {
		return cmp.Or(cmp.Compare(a.Finding.Level, b.Finding.Level), cmp.Compare(b.Flows, a.Flows),
			cmp.Compare(a.Finding.Rule, b.Finding.Rule), cmp.Compare(a.Finding.About, b.Finding.About), cmp.Compare(a.Finding.Where, b.Finding.Where))
	})
}

// Servers are all servers, the worst and then the busiest first.
func (s *Summary) Servers() []*Server {
	return slices.SortedFunc(maps.Values(s.servers), func(a, b *Server) int {
		return cmp.Or(cmp.Compare(rank(a.Worst), rank(b.Worst)), cmp.Compare(b.Flows, a.Flows), cmp.Compare(a.Addr, b.Addr),
			cmp.Compare(a.Port, b.Port), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Pr, b.Pr))
	})
}

// rank puts what was not judged last.
func rank(l policy.Level) policy.Level { return l - 1 }

// Reaches reports whether the network has a flow at a level or a worse one, with
// offers also what a client offered.
func (s *Summary) Reaches(l policy.Level) bool {
	for k := policy.Avoid; k <= l; k++ {
		if s.Network.Levels[k] > 0 || s.Offers[k] > 0 {
			return true
		}
	}
	return false
}
