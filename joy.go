// Package joy turns captured packets into flow records: Config says how, Run
// does it.
package joy

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"runtime"
	"slices"

	"joy/capture"
	"joy/enrich/anon"
	"joy/enrich/classify"
	"joy/enrich/fingerprints"
	"joy/enrich/label"
	"joy/enrich/software"
	"joy/internal/engine"
	"joy/measure"
	"joy/model"
	"joy/record"
	"joy/telemetry"
)

// Progress is what may be read from other goroutines while a run goes on.
type Progress = engine.Progress

// Snapshot is the state of a run at one moment.
type Snapshot = engine.Snapshot

// RunOptions are what a run is given that is no setting.
type RunOptions struct {
	Progress *Progress // kept up to date; nil for none
	Reload   *Reloader // what can change while it goes on; nil: nothing

	// Before and After make stages for each worker, ahead of labels and
	// anonymization and behind them; nil for none.
	Before, After func(next record.Writer) record.Writer

	// Collector makes records of packets that carry telemetry; nil for none.
	Collector Collector
}

// A Collector makes records of packets that carry telemetry.
type Collector = engine.Collector

// Telemetry returns the Collector of the ports that c names, nil for none.
func (c *Config) Telemetry() (*telemetry.Decoder, error) {
	if !c.Collects() {
		return nil, nil
	}
	modules, parsers, err := c.parsers()
	if err != nil {
		return nil, err
	}
	return telemetry.New(telemetry.Options{
		Ports: []uint16{uint16(c.NFv9Port), uint16(c.IPFIXCollectPort)}, SFlowPort: uint16(c.SFlowPort),
		Modules: modules, Parsers: parsers, CommunityID: c.CommunityID, Seed: uint16(c.CommunitySeed),
		Enterprise: uint32(c.IPFIXExportEnterprise),
	}), nil
}

// Run reads src to its end, or until ctx is done, and writes the records of all
// flows to sink; it closes neither. The files that c names are read first; a
// mistake in them or in c is a *UsageError. Any other error is of src or of
// sink: the records of what was read before have been written, if they could
// be.
func Run(ctx context.Context, c Config, src capture.Source, sink record.Sink, o RunOptions) (Stats, error) {
	if err := c.Validate(); err != nil {
		return Stats{}, err
	}
	e, err := c.engine(&o)
	if err != nil {
		return Stats{}, err
	}
	counts, err := engine.Run(ctx, e, src, sink, o.Progress)
	return newStats(counts, src.Stats()), err
}

// engine works out what the engine is told.
func (c *Config) engine(o *RunOptions) (engine.Config, error) {
	features, err := c.features()
	if err != nil {
		return engine.Config{}, err
	}
	modules, parsers, err := c.parsers()
	if err != nil {
		return engine.Config{}, err
	}
	e := engine.Config{
		Bidir: c.Bidir, Zeros: c.Zeros, Retrans: c.Retrans, NumPkts: uint8(c.NumPkts),
		Idle: int64(c.InactiveTimeout), Active: int64(c.ActiveTimeout), TCPClose: c.TCPClose,
		PerFile: c.PerFile, Carriers: c.Carriers, Shed: c.Shed,
		MaxFlows: c.MaxFlows, MaxMemory: c.MaxMemory, Workers: c.Threads,
		Features: features, Modules: modules, Parsers: parsers,
		Collector: o.Collector,
	}
	if e.Workers == 0 {
		e.Workers = runtime.NumCPU()
	}
	if o.Reload != nil {
		e.Filter, e.Stages = o.Reload.filter, chain(o.After, o.Reload.stage, o.Before)
		return e, nil
	}
	if c.BPF != "" {
		e.Filter = func(link uint16) (engine.Filter, error) { return compile(c.BPF, link) }
		if err := c.checkFilter(); err != nil {
			return engine.Config{}, err
		}
	}
	stages, err := c.stages()
	e.Stages = chain(o.After, stages, o.Before)
	return e, err
}

// checkFilter finds out before a capture is read whether bpf is of any use: it
// has to make sense for one link type at least.
func (c *Config) checkFilter() error {
	var first error
	for _, link := range []uint16{capture.LinkEthernet, capture.LinkIEEE80211, capture.LinkLinuxSLL2, capture.LinkLinuxSLL, capture.LinkPPP} {
		_, err := compile(c.BPF, link)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (c *Config) features() (engine.Features, error) {
	f := engine.Features{
		Dist: c.Dist, Entropy: c.Entropy, WHT: c.WHT, Payload: c.Payload, Salt: c.Salt, PPI: c.PPI, Stats: c.Stats || c.ExportsIPFIX(),
		CommunityID: c.CommunityID, L2: c.L2, HD: c.HD, IDP: c.IDP, Seed: uint16(c.CommunitySeed),
	}
	if c.CDist == "" {
		return f, nil
	}
	file, err := os.Open(c.CDist)
	if err != nil {
		return f, &UsageError{Text: "cdist: " + err.Error()}
	}
	defer file.Close()
	if f.CDist, err = measure.LoadCompactMap(file); err != nil {
		return f, &UsageError{Text: fmt.Sprintf("cdist: %s: %v", c.CDist, err)}
	}
	return f, nil
}

// stages returns what makes the Writers of a worker, the last one first: labels
// and the names of software go by the addresses that anonymization takes away,
// and no address may be torn apart by a user name before.
func (c *Config) stages() (func(record.Writer) record.Writer, error) {
	var makers []func(record.Writer) record.Writer
	if c.UserAnon != "" {
		u, err := c.users()
		if err != nil {
			return nil, &UsageError{Text: "useranon: " + err.Error()}
		}
		makers = append(makers, u.Stage)
	}
	if c.Anon != "" {
		a, err := c.anonymizer()
		if err != nil {
			return nil, &UsageError{Text: "anon: " + err.Error()}
		}
		makers = append(makers, a.Stage)
	}
	if len(c.Labels) > 0 {
		set, err := label.Load(c.Labels)
		if err != nil {
			return nil, &UsageError{Text: err.Error()}
		}
		makers = append(makers, set.Stage)
	}
	if c.Classify {
		judge, err := c.classifier()
		if err != nil {
			return nil, &UsageError{Text: "classify: " + err.Error()}
		}
		makers = append(makers, judge.Stage)
	}
	named, err := c.naming()
	if err != nil {
		return nil, &UsageError{Text: "fingerprint: " + err.Error()}
	}
	makers = append(makers, named...)
	return chain(makers...), nil
}

// classifier opens the model, which has to be one for the flows that the options
// make.
func (c *Config) classifier() (*classify.Classifier, error) {
	m, err := model.Open(c.Model)
	if err != nil {
		return nil, err
	}
	if c.Explain {
		if err := m.CanExplain(); err != nil {
			return nil, fmt.Errorf("explain=1: %w", err)
		}
	}
	for _, need := range m.Needs() {
		if err := c.Provides(need.Name, need.Value); err != nil {
			return nil, fmt.Errorf("model %s: %w", m.Name, err)
		}
	}
	return classify.New(m, c.Explain), nil
}

// Provides wants an option to have a value, in the spelling of the configuration
// line; the error says what to set.
func (c *Config) Provides(name, value string) error {
	o := find(name)
	if o == nil || len(o.kind.print(c)) != 1 {
		return fmt.Errorf("it needs %s=%s, which this joy does not know", name, value)
	}
	want, err := o.kind.read(nil, value)
	if err != nil {
		return fmt.Errorf("it needs %s=%s: %w", name, value, err)
	}
	if want != value {
		return fmt.Errorf("it needs %s=%s, which is to be written %s=%s", name, value, name, want)
	}
	if is := o.kind.print(c)[0]; is != value {
		return fmt.Errorf("its features need %s=%s, which is %s: set %s=%s", name, value, is, name, value)
	}
	return nil
}

// naming returns the stages of fingerprints, the last one first: what only they
// were made of is hidden behind them.
func (c *Config) naming() (makers []func(record.Writer) record.Writer, err error) {
	if !c.FPX {
		return nil, nil
	}
	makers = append(makers, c.hidden().Stage)
	if c.Fingerprint != "" {
		namer, err := software.Open(c.Fingerprint)
		if err != nil {
			return nil, err
		}
		makers = append(makers, namer.Stage)
	}
	return append(makers, fingerprints.Stage), nil
}

// chain joins makers of stages, the last stage first; nil for none.
func chain(makers ...func(record.Writer) record.Writer) func(record.Writer) record.Writer {
	makers = slices.DeleteFunc(makers, func(m func(record.Writer) record.Writer) bool { return m == nil })
	if len(makers) == 0 {
		return nil
	}
	return func(w record.Writer) record.Writer {
		for _, m := range makers {
			w = m(w)
		}
		return w
	}
}

// anonymizer makes a key only where Joy does: when none is named.
func (c *Config) anonymizer() (*anon.Anonymizer, error) {
	a := anon.Config{Subnets: c.Anon, KeyFile: c.AnonKey, Create: c.AnonKey == ""}
	if c.AnonMode == "cryptopan" {
		a.Mode = anon.CryptoPAn
	}
	return anon.New(a, rand.Reader)
}

// users has the key that Joy's pseudonyms of addresses have.
func (c *Config) users() (*anon.Users, error) {
	file := anon.JoyKeyFile
	if c.AnonKey != "" && c.AnonMode == "joy" {
		file = c.AnonKey
	}
	key, err := anon.LoadJoyKey(file, file == anon.JoyKeyFile, rand.Reader)
	if err != nil {
		return nil, err
	}
	return anon.NewUsers(c.UserAnon, key)
}
