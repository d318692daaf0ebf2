package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"joy/audit"
	"joy/audit/facts"
	"joy/query/element"
	"joy/query/sleuth"
)

// A securing is --tls_sec with its options.
type securing struct {
	on         bool
	policy     string
	threshold  int
	unknowns   string
	compliance []string
}

func (s *securing) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&s.on, "tls_sec", false, "judge TLS: adds tls_sec")
	f.StringVar(&s.policy, "sec_policy_file", "", "a policy of Joy's form, instead of the one that comes with joy")
	f.IntVar(&s.threshold, "sec_failure_threshold", 0, "the level, 1 to 4, up to which something is a concern (that of the policy)")
	f.StringVar(&s.unknowns, "sec_unknowns", "report", "report or ignore what no table knows")
	f.StringSliceVar(&s.compliance, "sec_compliance", nil, "lists to look the suite up in, such as fips_140, with commas between")
}

// check wants options that say something.
func (s *securing) check(c *cobra.Command) error {
	for _, name := range []string{"sec_policy_file", "sec_failure_threshold", "sec_unknowns", "sec_compliance"} {
		if c.Flags().Changed(name) && !s.on {
			return fmt.Errorf("--%s says nothing without --tls_sec", name)
		}
	}
	if c.Flags().Changed("sec_failure_threshold") && (s.threshold < 1 || s.threshold > 4) {
		return fmt.Errorf("--sec_failure_threshold=%d: from 1 to 4", s.threshold)
	}
	if s.unknowns != "report" && s.unknowns != "ignore" {
		return fmt.Errorf("--sec_unknowns=%s: report or ignore", s.unknowns)
	}
	return nil
}

// deduction is tls_sec. It follows from tls alone, but facts are of flows, which
// have an address.
func (s *securing) deduction() (d sleuth.Deduction, err error) {
	o := audit.TLSSecOptions{Threshold: s.threshold, IgnoreUnknowns: s.unknowns == "ignore", Compliance: s.compliance}
	if s.policy != "" {
		if o.Policy, _, err = openPolicy(s.policy); err != nil {
			return d, err
		}
	}
	judge, err := audit.NewTLSSecurity(o)
	if err != nil {
		return d, asUsage(err)
	}
	var flow facts.Flow
	var line []byte
	return sleuth.Deduction{
		Name: "tls_sec",
		From: element.List{{Name: "tls"}},
		Append: func(b, from []byte) ([]byte, error) {
			line = append(append(line[:0], `{"sa":"",`...), from[1:]...)
			if err := facts.FromJSON(line, &flow); err != nil {
				return b, err
			}
			if sec := judge.Judge(flow.TLS); sec != nil {
				b = sec.AppendJSON(b, false)
			}
			return b, nil
		},
	}, nil
}
