package observe

import (
	"encoding/hex"
	"strings"

	"joy/proto/http"
	"joy/record"
)

// FromRecord reads a record into f, which keeps none of its bytes.
func FromRecord(r *record.Record, f *Flow) {
	*f = Flow{
		Start: float64(r.TimeStart) / 1e9, SA: r.SA.IP, DA: r.DA.IP,
		SP: port(r.SP), DP: port(r.DP), Pr: r.Pr,
	}
	var found found
	for i, p := range []*record.Fingerprints{r.Fingerprints, r.FingerprintsIn} {
		if p != nil {
			found.tls[i] = string(p.TLS)
			for _, s := range p.NPF {
				found.npf[i] = append(found.npf[i], string(s))
			}
		}
	}
	context(r, &found)
	f.settle(&found)
	for _, e := range []*record.Exe{r.Exe, r.ExePeer} {
		if e != nil {
			f.name(e.End, Process{Name: string(e.Name), SHA256: hex.EncodeToString(e.Hash)})
		}
	}
}

func port(p record.Port) uint16 { return uint16(max(p, 0)) }

// context reads hashes and the name of the destination.
func context(r *record.Record, f *found) {
	if s := r.SSH; s != nil {
		if s.Cli != nil {
			f.hash.hassh = hex.EncodeToString(s.Cli.Hassh)
		}
		if s.Srv != nil {
			f.hash.hasshServer = hex.EncodeToString(s.Srv.HasshServer)
		}
	}
	if r.HTTP != nil {
		for i := range *r.HTTP {
			x := &(*r.HTTP)[i]
			for _, m := range []http.Message{x.Out, x.In} {
				if f.name == "" && f.agent == "" {
					f.name, f.agent = requested(m)
				}
			}
		}
	}
	if t := r.TLS; t != nil {
		f.hash.ja4, f.hash.ja3, f.hash.ja3s = string(t.JA4), string(t.JA3), string(t.JA3S)
		if len(t.SNI) > 0 {
			f.name = string(t.SNI[0])
		}
	}
}

// requested is the host and the user agent of a request, nothing of another
// message.
func requested(m http.Message) (host, agent string) {
	first := true
	for e := range m.All() {
		switch name := string(e.Name); {
		case first && name != "method":
			return "", ""
		case strings.EqualFold(name, "host") && host == "":
			host = string(e.Value)
		case strings.EqualFold(name, "user-agent") && agent == "":
			agent = string(e.Value)
		}
		first = false
	}
	return host, agent
}
