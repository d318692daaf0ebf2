package observe

import (
	"errors"
	"fmt"
	"strings"

	"joy/feature"
	"joy/fingerprint/npf"
	"joy/query/flow"
	"joy/query/value"
)

// line is what is read of the JSON of a flow.
type line struct {
	Fingerprints, FingerprintsIn strs
	TLS                          tlsLine
	SSH                          sshLine
	HTTP                         []exchange
	Exe, ExePeer                 *exeLine
}

type strs struct {
	TLS string   `json:"tls"`
	NPF []string `json:"npf"`
}

type tlsLine struct {
	SNI  []string `json:"sni"`
	JA3  string   `json:"ja3"`
	JA3S string   `json:"ja3s"`
	JA4  string   `json:"ja4"`
}

type sshLine struct {
	Cli sshSide `json:"cli"`
	Srv sshSide `json:"srv"`
}

type sshSide struct {
	Hassh       string `json:"hassh"`
	HasshServer string `json:"hassh_server"`
}

// exchange is a request and its response: objects with one key each.
type exchange struct {
	Out []map[string]any `json:"out"`
	In  []map[string]any `json:"in"`
}

type exeLine struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
	End  string `json:"end"`
}

// FromJSON reads a line of a flow file into f; flow.ErrNoFlow says that it is of
// another kind.
func FromJSON(text []byte, f *Flow) error {
	var r flow.Flow
	if err := r.Parse(text); err != nil {
		return err
	}
	return FromFlow(&r, f)
}

// decode takes what is read out of a record.
func (l *line) decode(r *value.Record) error {
	return errors.Join(
		value.Decode(r.Get("fingerprints"), &l.Fingerprints), value.Decode(r.Get("fingerprints_in"), &l.FingerprintsIn),
		value.Decode(r.Get("tls"), &l.TLS), value.Decode(r.Get("ssh"), &l.SSH), value.Decode(r.Get("http"), &l.HTTP),
		value.Decode(r.Get("exe"), &l.Exe), value.Decode(r.Get("exe_peer"), &l.ExePeer))
}

// FromFlow reads a line that has been parsed into f.
func FromFlow(r *flow.Flow, f *Flow) error {
	var l line
	if err := l.decode(&r.Rest); err != nil {
		return fmt.Errorf("flow record: %w", err)
	}
	*f = Flow{Start: float64(r.Start) / 1e9, SA: r.Src, DA: r.Dst, SP: r.SP, DP: r.DP, Pr: r.Pr}
	found := found{
		npf: [2][]string{l.Fingerprints.NPF, l.FingerprintsIn.NPF},
		tls: [2]string{l.Fingerprints.TLS, l.FingerprintsIn.TLS},
		hash: hashes{
			ja4: l.TLS.JA4, ja3: l.TLS.JA3, ja3s: l.TLS.JA3S,
			hassh: l.SSH.Cli.Hassh, hasshServer: l.SSH.Srv.HasshServer,
		},
	}
	l.destination(&found)
	f.settle(&found)
	for _, e := range []*exeLine{l.Exe, l.ExePeer} {
		if e != nil {
			f.name(e.End, Process{Name: original(e.Name), SHA256: strings.ToLower(e.Hash)})
		}
	}
	return nil
}

// name says which process is at an end; Joy does not tell the end, and means sa.
func (f *Flow) name(end string, p Process) {
	if end == "da" {
		f.Processes[1] = p
	} else {
		f.Processes[0] = p
	}
}

// destination looks for the name that the client asked for.
func (l *line) destination(f *found) {
	for _, x := range l.HTTP {
		for _, m := range [][]map[string]any{x.Out, x.In} {
			if isRequest(m) && f.name == "" && f.agent == "" {
				f.name, f.agent = header(m, "host"), header(m, "user-agent")
			}
		}
	}
	if len(l.TLS.SNI) > 0 {
		f.name = original(l.TLS.SNI[0])
	}
}

func isRequest(m []map[string]any) bool {
	if len(m) == 0 {
		return false
	}
	_, ok := m[0]["method"]
	return ok
}

// header is the value of the first header of a name.
func header(m []map[string]any, name string) string {
	for _, element := range m {
		for key, value := range element {
			if s, ok := value.(string); ok && strings.EqualFold(key, name) {
				return original(s)
			}
		}
	}
	return ""
}

// original is a text of a record as it was on the wire.
func original(s string) string { return string(feature.OriginalBytes(s)) }

// fromJoy is the NPF form of a string of Joy's, and nothing when it is none.
func fromJoy(s string) []string {
	fp, _, err := npf.FromJoy(s)
	if err != nil {
		return nil
	}
	return []string{fp}
}
