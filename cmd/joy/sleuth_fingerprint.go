package main

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"joy/fingerprint"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
	"joy/fingerprint/observe"
	"joy/query/element"
	"joy/query/flow"
	"joy/query/sleuth"
)

// An inferring is --fingerprint with its database.
type inferring struct {
	on    bool
	db    string
	index *index.Index // nil: not open
}

func (n *inferring) flags(c *cobra.Command) {
	c.Flags().BoolVar(&n.on, "fingerprint", false, "name the software of TLS clients: adds inferences")
	dbFlag(c, &n.db)
}

// check wants options that say something.
func (n *inferring) check(c *cobra.Command) error {
	if c.Flags().Changed("db") && !n.on {
		return errors.New("--db says nothing without --fingerprint")
	}
	return nil
}

func (n *inferring) close() error {
	if n.index == nil {
		return nil
	}
	return n.index.Close()
}

// shows are the members of flows that tell of a TLS client.
var shows = element.List{
	{Name: "sa"},
	{Name: "da"},
	{Name: "sp"},
	{Name: "dp"},
	{Name: "fingerprints"},
	{Name: "fingerprints_in"},
	{Name: "tls", Parts: []element.List{{{Name: "sni"}, {Name: "ja3"}, {Name: "ja3s"}, {Name: "ja4"}}}},
}

// deduction is inferences.
func (n *inferring) deduction() (sleuth.Deduction, error) {
	x, base, err := openBase(n.db)
	if err != nil {
		return sleuth.Deduction{}, err
	}
	n.index = x
	matcher := base.Matcher()
	return sleuth.Deduction{Name: "inferences", From: shows, Append: func(b, from []byte) ([]byte, error) {
		var f observe.Flow
		switch err := observe.FromJSON(from, &f); {
		case errors.Is(err, flow.ErrNoFlow):
			return b, nil
		case err != nil:
			return b, err
		}
		o := tlsClient(&f)
		if o == nil {
			return b, nil
		}
		r := matcher.Observe(*o)
		line, err := json.Marshal(inferred(&r))
		return append(b, line...), err
	}}, nil
}

// tlsClient is what TLS, DTLS or QUIC, and a SYN packet, show of the client; nil
// without the former.
func tlsClient(f *observe.Flow) *fingerprint.Observation {
	for i := range f.Ends {
		o := &f.Ends[i]
		o.Fingerprints = slices.DeleteFunc(o.Fingerprints, func(fp string) bool {
			kind, _, _ := strings.Cut(fp, "/")
			return !slices.Contains([]string{"tls", "dtls", "quic", "ja3", "ja4", "tcp"}, kind)
		})
		if !o.Server && len(o.Fingerprints) > 0 && !onlySyn(o) {
			return o
		}
	}
	return nil
}

// inferences are in sleuth's place; what is in them is ours.
type inferences struct {
	TLS any `json:"tls"` // an inference, or unknownFingerprint
}

const unknownFingerprint = "unknown fingerprint"

// An inference has no process where it is more probable that another one sent the
// fingerprint than those that the database knows.
type inference struct {
	Process     string                  `json:"process,omitempty"`
	Version     string                  `json:"version,omitempty"`
	OS          string                  `json:"os,omitempty"`
	Probability float64                 `json:"probability,omitzero"`
	Status      match.Status            `json:"status"`
	Fingerprint fingerprint.Fingerprint `json:"fingerprint"`
}

func inferred(r *match.Result) inferences {
	if r.Fingerprint == "" {
		return inferences{unknownFingerprint}
	}
	a := &r.Answer
	probability := math.Round(a.Probability*1e4) / 1e4
	return inferences{inference{a.Name, a.Version, a.OS, probability, r.Status, r.Fingerprint}}
}
