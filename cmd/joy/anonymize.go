package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"joy/convert/anonymize"
	"joy/query/element"
	"joy/query/flow"
	"joy/query/value"
)

// An anonymizing is one run of joy anonymize.
type anonymizing struct {
	*program
	keep, drop string
	again      bool

	hide       *anonymize.Anonymizer
	hides      bool // anything but elements
	settings   []anonymize.Setting
	kept, gone element.List
	line       value.Record
	part       []byte
}

func (p *program) anonymizeCommand(status *int) *cobra.Command {
	q := &anonymizing{program: p}
	c := &cobra.Command{
		Use:   "anonymize [flags] anon=SUBNETS|useranon=NAMES [name=value]... FILE...",
		Short: "Hide addresses and user names in flow records that are there",
		Long: `Hide addresses and user names in flow files, as anon=, anon_mode=, anon_key= and useranon= do while records are made:
with the same key the lines become the same. Captures may be given, too. output=FILE writes to a file, compressed by its
extension. docs/anonymize.md says what is hidden where.`,
		Args: cobra.ArbitraryArgs,
	}
	f := c.Flags()
	f.StringVar(&q.keep, "keep", "", "leave out all elements but these, such as sa,da,tls{sni}")
	f.StringVar(&q.drop, "drop", "", "leave these elements out")
	f.BoolVar(&q.again, "again", false, "take records whose addresses are hidden already")
	c.Run = func(_ *cobra.Command, args []string) { *status = p.finish("anonymize", q.run(args)) }
	return c
}

func (q *anonymizing) run(args []string) (err error) {
	r, inputs, err := q.newLineReader(nil, args, q.change)
	if err != nil {
		return asUsage(err)
	}
	if err := q.prepare(r); err != nil {
		return asUsage(err)
	}
	out, err := r.newLinesOut()
	if err != nil {
		return err
	}
	ctx, stop := untilSignal()
	defer stop()
	if err := out.close(r.each(ctx, inputs, out.line)); err != nil {
		return err
	}
	if n := q.hide.Unknown; n > 0 {
		r.console.say(fmt.Sprintf("joy anonymize: %d members that this joy does not know were searched as text", n))
	}
	return r.result()
}

// prepare makes of the options what hides. Records of captures are hidden like
// others, and not as they are made.
func (q *anonymizing) prepare(r *lineReader) (err error) {
	for _, l := range []struct {
		name, text string
		to         *element.List
	}{{"keep", q.keep, &q.kept}, {"drop", q.drop, &q.gone}} {
		if strings.TrimSpace(l.text) == "" {
			continue
		}
		if *l.to, err = element.Parse(l.text); err != nil {
			return mistake(l.name, l.text, err)
		}
	}
	if r.cfg.Anon == "" && r.cfg.UserAnon == "" && q.kept == nil && q.gone == nil {
		return errors.New("nothing to hide: name subnets with anon=FILE, user names with useranon=FILE, or elements with --keep or --drop")
	}
	addresses, users, err := r.cfg.Hiding()
	if err != nil {
		return err
	}
	q.hide = anonymize.New(anonymize.Config{Addresses: addresses, Users: users})
	q.hide.Again, q.hides = q.again, addresses != nil || users != nil
	var head value.Record
	if err := head.Parse(r.cfg.AppendConfigLine(nil)); err != nil {
		return err
	}
	for _, name := range []string{"anon", "useranon", "anon_mode", "anon_key"} {
		q.settings = append(q.settings, anonymize.Setting{Name: name, Value: string(head.Get(name).Text())})
	}
	r.cfg.Anon, r.cfg.UserAnon, r.cfg.AnonMode, r.cfg.AnonKey = "", "", "joy", ""
	return nil
}

// change is what becomes of a line.
func (q *anonymizing) change(line []byte) (out []byte, err error) {
	if err := q.line.Parse(line); err != nil {
		return nil, err
	}
	settings := flow.IsSettings(&q.line)
	switch {
	case !q.hides:
		out = line
	case settings:
		out, err = q.hide.Settings(line, q.settings)
	default:
		out, err = q.hide.Line(line)
	}
	if errors.Is(err, anonymize.ErrHidden) {
		return nil, &stopped{fmt.Errorf("%w; with --again they are hidden once more", err)}
	}
	if err != nil || settings {
		return out, err
	}
	if q.kept != nil {
		q.part = q.kept.Keep(q.part[:0], out)
		out = q.part
	}
	if q.gone != nil {
		out = q.gone.Drop(nil, bytes.Clone(out))
	}
	return out, nil
}
