package metrics

import (
	"fmt"
	"regexp"
	"strings"
)

// A Kind says what becomes of a number.
type Kind uint8

// The kinds of metrics.
const (
	Counter Kind = iota // only grows while the program runs
	Gauge               // goes up and down
)

// A Family is a metric: one number, or one for each combination of labels.
type Family struct {
	Name   string // joy_..., in base units; a Counter ends in _total
	Help   string
	Kind   Kind
	Labels []string // names
	Values []Value
}

// A Value is a number of a Family.
type Value struct {
	Labels []string // values, in the order of the names
	Number float64
}

// A Source tells metrics that belong together, all as of one moment. It is
// called for every scrape, by one goroutine at a time, and must not wait for
// long. The names are the same each time.
type Source func() []Family

// NewCounter is a Counter without labels.
func NewCounter(name, help string, n uint64) Family {
	return Family{Name: name, Help: help, Kind: Counter, Values: []Value{{Number: float64(n)}}}
}

// NewGauge is a Gauge without labels.
func NewGauge(name, help string, x float64) Family {
	return Family{Name: name, Help: help, Kind: Gauge, Values: []Value{{Number: x}}}
}

var (
	nameForm  = regexp.MustCompile(`^joy(_[a-z0-9]+)+$`)
	labelForm = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// check wants names to be as Prometheus recommends.
func (f *Family) check() error {
	total := strings.HasSuffix(f.Name, "_total")
	switch {
	case !nameForm.MatchString(f.Name):
		return fmt.Errorf("metric %s: the name has to be joy_ and lower case", f.Name)
	case f.Help == "":
		return fmt.Errorf("metric %s: no help", f.Name)
	case total != (f.Kind == Counter):
		return fmt.Errorf("metric %s: counters end in _total, and gauges do not", f.Name)
	}
	for _, l := range f.Labels {
		if !labelForm.MatchString(l) {
			return fmt.Errorf("metric %s: label %s has to be lower case", f.Name, l)
		}
	}
	return nil
}
