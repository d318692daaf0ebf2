package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"joy/audit"
	"joy/audit/facts"
	"joy/audit/policy"
)

// exitFindings is the status of an audit that found what it was to fail on.
const exitFindings = 3

// auditOptions are the flags of joy audit.
type auditOptions struct {
	policy, format, failOn string
	offers, flows          bool
	top                    int
	threshold              int
	ignoreUnknowns         bool
	compliance             []string
}

func (p *program) auditCommand(status *int) *cobra.Command {
	var o auditOptions
	c := &cobra.Command{
		Use:   "audit [flags] [name=value]... FILE...",
		Short: "Judge the cryptography of flows by a policy",
		Long: `Judge what TLS, DTLS, QUIC, SSH and IKE negotiated, in captures and in flow files, by a policy: of each flow, of
each server and of the network. Options of joy itself, as name=value, are for captures. What was not seen is told, and is
neither good nor bad.

Policies: ` + strings.Join(policy.Shipped(), ", ") + `, or a file (docs/audit.md says how to
write one); Joy's res_tls_policy.json is read too.

The exit status is 0 when nothing is at the level of --fail-on or worse, 1 when input is damaged, 2 for a wrong option, and
3 when there is something, whether input is damaged or not.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.audit(args, &o) },
	}
	f := c.Flags()
	f.StringVarP(&o.policy, "policy", "p", policy.Default, "the name of a policy that comes with joy, or a file")
	f.StringVarP(&o.format, "format", "f", "table", "table; json, an object a line; or joy, the tls_sec of Joy's sleuth for each flow with TLS")
	f.StringVar(&o.failOn, "fail-on", "avoid", "the best level that is still a failure: none, avoid, legacy, unknown or acceptable")
	f.BoolVar(&o.offers, "offers", false, "judge what clients offer too, apart from what was negotiated")
	f.BoolVar(&o.flows, "flows", false, "list the flows with findings in the table")
	f.IntVar(&o.top, "top", 20, "servers in the table; 0 for all")
	f.IntVar(&o.threshold, "threshold", 0, "with -f joy: the level, 1 to 4, up to which something is a concern (that of the policy)")
	f.BoolVar(&o.ignoreUnknowns, "ignore-unknowns", false, "with -f joy: leave out what no table knows")
	f.StringSliceVar(&o.compliance, "compliance", nil, "with -f joy: lists to look the suite up in, such as fips_140")
	c.AddCommand(p.auditPoliciesCommand(status))
	return c
}

// auditPoliciesCommand lists policies, and prints one.
func (p *program) auditPoliciesCommand(status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "policies [NAME|FILE]",
		Short: "List the policies that come with joy, or check and print one",
		Args:  cobra.MaximumNArgs(1),
		Run: func(_ *cobra.Command, args []string) {
			if len(args) == 0 {
				*status = p.finish("audit", p.listPolicies())
				return
			}
			_, text, err := openPolicy(args[0])
			if err == nil {
				_, err = p.stdout.Write(text)
			}
			*status = p.finish("audit", err)
		},
	}
}

func (p *program) listPolicies() error {
	for _, name := range policy.Shipped() {
		o, err := policy.Open(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%-21s %s, %s (%d rules)\n", name, o.Title, o.Version, len(o.Rules))
	}
	return nil
}

// openPolicy reads a policy by name, or else from a file.
func openPolicy(name string) (*policy.Policy, []byte, error) {
	text, unknown := policy.Text(name)
	if unknown != nil || strings.ContainsAny(name, "./") {
		var err error
		if text, err = readPolicy(name); errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(name, "./") {
			err = unknown
		}
		if err != nil {
			return nil, nil, asUsage(err)
		}
	}
	o, err := policy.Parse(text)
	if err != nil {
		return nil, nil, asUsage(fmt.Errorf("policy %s: %w", name, err))
	}
	return o, text, nil
}

// readPolicy reads no more than a policy may have.
func readPolicy(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, policy.MaxSize+1))
}

// auditFeatures are the options with which a capture shows its cryptography,
// unless others are given.
func auditFeatures() []string {
	return []string{"bidir=1", "tls=1", "dtls=1", "quic=1", "ssh=1", "ike=1"}
}

// audit is the subcommand.
func (p *program) audit(args []string, o *auditOptions) int {
	fail, err := failLevel(o.failOn)
	if err != nil {
		return p.finish("audit", err)
	}
	r := &reader[facts.Flow]{program: p, fromRecord: facts.FromRecord, fromJSON: facts.FromJSON}
	inputs, err := r.configure(auditFeatures(), args)
	if err != nil {
		return p.finish("audit", asUsage(err))
	}
	a, err := newAuditing(o)
	if err != nil {
		return p.finish("audit", err)
	}
	ctx, stop := untilSignal()
	defer stop()
	out := a.writer(p.stdout)
	err = r.each(ctx, inputs, func(_ string, f *facts.Flow) error { return a.flow(out, f) })
	if ctx.Err() != nil {
		err = errors.New("ended by a signal: the verdict is on what was read so far")
	}
	err = errors.Join(err, a.end(out))
	if err == nil {
		err = r.result()
	}
	status := p.finish("audit", err)
	if fail != policy.NotJudged && a.summary.Reaches(fail) && status <= exitFailed {
		return exitFindings
	}
	return status
}

func failLevel(name string) (policy.Level, error) {
	if name == "none" {
		return policy.NotJudged, nil
	}
	l, ok := policy.ParseLevel(name)
	if !ok || l == policy.Recommended {
		return 0, asUsage(fmt.Errorf("--fail-on: %q is none of none, avoid, legacy, unknown, acceptable", name))
	}
	return l, nil
}

// An auditing is one run of the subcommand.
type auditing struct {
	*auditOptions
	auditor *audit.Auditor
	tlssec  *audit.TLSSecurity
	policy  *policy.Policy
	summary audit.Summary
	line    []byte // reused
}

func newAuditing(o *auditOptions) (*auditing, error) {
	a := &auditing{auditOptions: o}
	switch o.format {
	case "table", "json":
	case "joy":
		return a, a.openJoy()
	default:
		return nil, asUsage(fmt.Errorf("--format: %q is none of table, json, joy", o.format))
	}
	var err error
	if a.policy, _, err = openPolicy(o.policy); err != nil {
		return nil, err
	}
	if a.policy.Joy() != nil {
		return nil, asUsage(errors.New("a policy of Joy's form has rules for --format joy only"))
	}
	a.auditor = audit.New(a.policy, o.offers)
	return a, nil
}

// openJoy takes a policy of Joy's form, the one that comes with joy unless one
// is named.
func (a *auditing) openJoy() (err error) {
	options := audit.TLSSecOptions{Threshold: a.threshold, IgnoreUnknowns: a.ignoreUnknowns, Compliance: a.compliance}
	if a.threshold < 0 || a.threshold > 4 {
		return asUsage(errors.New("--threshold: must be from 1 to 4"))
	}
	if a.auditOptions.policy != policy.Default {
		if options.Policy, _, err = openPolicy(a.auditOptions.policy); err != nil {
			return err
		}
	}
	if a.tlssec, err = audit.NewTLSSecurity(options); err != nil {
		return asUsage(err)
	}
	return nil
}

// flow judges a flow and writes what is to be told of it.
func (a *auditing) flow(out io.Writer, f *facts.Flow) error {
	if a.tlssec != nil {
		return a.joyFlow(out, f)
	}
	v, ok := a.auditor.Flow(f)
	if !ok {
		a.summary.Plain++
		return nil
	}
	a.summary.Add(f, &v)
	switch {
	case a.format == "json":
		return a.jsonFlow(out, f, &v)
	case a.flows && len(v.Findings) > 0:
		return tableFlow(out, f, &v)
	}
	return nil
}
