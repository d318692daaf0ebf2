package survey

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/observe"
)

// flow is one from a client, which shows fps, to a server.
func flow(start float64, client string, fps ...string) *observe.Flow {
	return &observe.Flow{
		Start: start, SA: netip.MustParseAddr(client), DA: netip.MustParseAddr("192.0.2.80"), DP: 443, Pr: 6,
		Ends: [2]fingerprint.Observation{{Fingerprints: fps}},
	}
}

func all(string) bool { return true }

// names are the fingerprints of sightings.
func names(list []*Sighting) (s []string) {
	for _, x := range list {
		s = append(s, x.Fingerprint)
	}
	return s
}

func TestOrder(t *testing.T) {
	s := New()
	s.Add(flow(30, "10.0.0.1", "tls/1/(a)", "tcp/(x)"), 0, all)
	s.Add(flow(20, "10.0.0.2", "tls/1/(b)"), 0, all)
	s.Add(flow(40, "10.0.0.2", "tls/1/(b)"), 0, all)
	s.Add(flow(10, "10.0.0.3", "tls/1/(a)"), 0, all)
	s.Add(flow(50, "10.0.0.9", "tls/1/(c)"), 1, all) // da shows nothing

	if got := names(slices.Collect(s.Rarest())); !slices.Equal(got, []string{"tcp/(x)", "tls/1/(b)", "tls/1/(a)"}) {
		t.Errorf("rarest %q", got)
	}
	if got := names(slices.Collect(s.Latest())); !slices.Equal(got, []string{"tcp/(x)", "tls/1/(b)", "tls/1/(a)"}) {
		t.Errorf("latest %q", got)
	}
	a := s.sightings["tls/1/(a)"]
	if a.Flows != 2 || a.Hosts() != 2 || a.First != 10 || a.Last != 30 {
		t.Errorf("%+v", a)
	}
}

func TestKeep(t *testing.T) {
	s := New()
	s.Add(flow(1, "10.0.0.1", "tls/1/(a)", "tcp/(x)"), 0, func(fp string) bool { return strings.HasPrefix(fp, "tls/") })
	if got := names(slices.Collect(s.Rarest())); !slices.Equal(got, []string{"tls/1/(a)"}) {
		t.Errorf("%q", got)
	}
}

func TestBounds(t *testing.T) {
	s := New()
	a := netip.MustParseAddr("10.0.0.0")
	for range MaxHosts + 5 {
		a = a.Next()
		s.Add(flow(1, a.String(), "tls/1/(a)"), 0, all)
	}
	x := s.sightings["tls/1/(a)"]
	if x.Hosts() != MaxHosts || x.Flows != MaxHosts+5 {
		t.Errorf("%d hosts, %d flows", x.Hosts(), x.Flows)
	}
}
