// Package observe tells what a flow record shows of the software at its ends,
// from records in memory and from their JSON, Joy's included.
package observe

import (
	"net/netip"
	"slices"
	"strings"

	"joy/fingerprint"
)

// A Flow is what matters here of a flow record.
type Flow struct {
	Start  float64 // seconds since 1970
	SA, DA netip.Addr
	SP, DP uint16 // 0 for none
	Pr     uint8
	// Ends are what sa and da show of themselves.
	Ends [2]fingerprint.Observation
	// Processes at both ends, as exe=1 has found them.
	Processes [2]Process
}

// A Process is a program of this machine at one end of a flow.
type Process struct {
	Name   string
	SHA256 string // 64 hexadecimal digits in lower case; "" when not known
}

// Shows reports whether an end shows any fingerprint.
func (f *Flow) Shows() bool {
	return len(f.Ends[0].Fingerprints) > 0 || len(f.Ends[1].Fingerprints) > 0
}

// Tuple is the flow in words: "192.0.2.1:1234 > 192.0.2.2:443".
func (f *Flow) Tuple() string {
	return netip.AddrPortFrom(f.SA, f.SP).String() + " > " + netip.AddrPortFrom(f.DA, f.DP).String()
}

// found is what a record has of fingerprints and of their context.
type found struct {
	npf   [2][]string // of sa and da
	tls   [2]string   // in Joy's form
	hash  hashes
	name  string
	agent string
}

// hashes are the values of methods that give one for each side, "" for none.
type hashes struct{ ja4, ja3, hassh, ja3s, hasshServer string }

// settle makes the ends of f from what was found.
func (f *Flow) settle(found *found) {
	f.Ends = [2]fingerprint.Observation{}
	for i := range f.Ends {
		list := found.npf[i]
		if len(list) == 0 && found.tls[i] != "" {
			list = fromJoy(found.tls[i])
		}
		f.Ends[i].Fingerprints = slices.Clone(list)
	}
	client := f.client()
	f.add(client, "tls dtls quic openvpn", "ja4/", found.hash.ja4)
	f.add(client, "tls dtls quic openvpn", "ja3/", found.hash.ja3)
	f.add(client, "ssh", "hassh/", found.hash.hassh)
	f.add(1-client, "tls_server dtls_server", "ja3s/", found.hash.ja3s)
	f.add(1-client, "ssh_server", "hassh_server/", found.hash.hasshServer)

	c := fingerprint.Context{Name: canonical(found.name), Addr: f.DA, Port: f.DP, Agent: found.agent}
	if client == 1 {
		c.Addr, c.Port = f.SA, f.SP
	}
	for i := range f.Ends {
		f.Ends[i].Context = c
		f.Ends[i].Server = i != client
	}
}

// client is the end that asks: da where sa answers, as in captures that begin
// in the middle of a conversation and in records of one direction; else sa.
func (f *Flow) client() int {
	asks := func(fp string) bool { return !IsServer(fp) && !strings.HasPrefix(fp, "tcp/") }
	if slices.ContainsFunc(f.Ends[0].Fingerprints, IsServer) || slices.ContainsFunc(f.Ends[1].Fingerprints, asks) {
		return 1
	}
	return 0
}

// add adds a hash behind the fingerprints of the message that it was made of, or
// as the first where there is none.
func (f *Flow) add(end int, kinds, prefix, hash string) {
	if hash == "" {
		return
	}
	list := f.Ends[end].Fingerprints
	at := 0
	for i, fp := range list {
		kind, _, _ := strings.Cut(fp, "/")
		if slices.Contains(strings.Fields(kinds), kind) || strings.HasPrefix(fp, "ja4/") && prefix == "ja3/" {
			at = i + 1
		}
	}
	f.Ends[end].Fingerprints = slices.Insert(list, at, prefix+hash)
}

// IsServer reports whether a fingerprint is of the side that answers.
func IsServer(fp fingerprint.Fingerprint) bool {
	kind, _, _ := strings.Cut(fp, "/")
	return strings.HasSuffix(kind, "_server") || kind == "ja3s"
}

// canonical is a host's name as a Context has it.
func canonical(name string) string {
	name = strings.ToLower(name)
	if host, port, ok := strings.Cut(name, ":"); ok && !strings.Contains(port, ":") {
		name = host
	}
	return strings.TrimSuffix(name, ".")
}
