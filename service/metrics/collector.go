package metrics

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Bounds: labels can come from outside, as the addresses of exporters.
const (
	maxValues = 1000 // of a family
	maxLabel  = 200  // bytes of a label's value
)

// A collector asks the sources at each scrape.
type collector struct {
	sources []Source
	mu      sync.Mutex // guards what follows, and the sources
	cut     uint64     // values left out so far
}

// newRegistry has the sources, the Go runtime and the process. Wrong or double
// names are an error.
func newRegistry(sources []Source) (*prometheus.Registry, error) {
	r := prometheus.NewRegistry()
	for _, more := range []prometheus.Collector{
		&collector{sources: sources},
		collectors.NewGoCollector(),
		collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := r.Register(more); err != nil {
			return nil, err
		}
	}
	_, err := r.Gather()
	return r, err
}

// read asks all sources and keeps to the bounds.
func (c *collector) read() (families []Family) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sources {
		families = append(families, s()...)
	}
	for i := range families {
		f := &families[i]
		if over := len(f.Values) - maxValues; over > 0 {
			f.Values = f.Values[:maxValues]
			c.cut += uint64(over)
		}
	}
	return append(families, NewCounter("joy_metrics_values_cut_total",
		"Values left out because a metric had more than 1000 of them.", c.cut))
}

// Describe tells nothing: the sources may have other labels each time.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect is a scrape.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	for _, f := range c.read() {
		kind := prometheus.CounterValue
		if f.Kind == Gauge {
			kind = prometheus.GaugeValue
		}
		desc := prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)
		if err := f.check(); err != nil {
			out <- prometheus.NewInvalidMetric(desc, err)
			continue
		}
		for _, v := range f.Values {
			m, err := prometheus.NewConstMetric(desc, kind, v.Number, clean(v.Labels)...)
			if err != nil {
				m = prometheus.NewInvalidMetric(desc, err)
			}
			out <- m
		}
	}
}

// clean makes labels of any bytes. The strings of the source are not changed.
func clean(labels []string) []string {
	clean := make([]string, len(labels))
	for i, l := range labels {
		clean[i] = strings.ToValidUTF8(l[:min(len(l), maxLabel)], "?")
	}
	return clean
}
