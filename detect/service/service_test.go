package service_test

import (
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/service"
	"joy/detect/threshold"
)

func findings(t *testing.T, list ...flowtest.Flow) []finding.Finding {
	d := service.New(threshold.Default())
	for _, f := range list {
		d.Add(f.Parse(t))
	}
	return d.Findings()
}

func TestFound(t *testing.T) {
	for name, c := range map[string]struct {
		flow  flowtest.Flow
		score float64
		title string
	}{
		"ssh on 443":  {flowtest.Flow{DP: 443, App: "ssh"}, 0.8, "198.51.100.2 port 443 speaks ssh, and should speak tls"},
		"http on 22":  {flowtest.Flow{DP: 22, App: "http"}, 0.8, "198.51.100.2 port 22 speaks http, and should speak ssh"},
		"dns on 5000": {flowtest.Flow{DP: 5000, App: "dns", Pr: 17}, 0.5, "198.51.100.2 port 5000 speaks dns"},
		"tls on 81":   {flowtest.Flow{DP: 81, App: "tls"}, 0.5, "198.51.100.2 port 81 speaks tls"},
	} {
		c.flow.SA, c.flow.DA = "10.0.0.1", "198.51.100.2"
		list := findings(t, c.flow, c.flow)
		if len(list) != 1 || list[0].Score != c.score || list[0].Title != c.title || list[0].Count != 2 || list[0].Src != "10.0.0.1" {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestUnknown(t *testing.T) {
	tls := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.3", DP: 443, App: "tls"}
	odd := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 443}
	list := findings(t, odd, tls)
	if len(list) != 1 || list[0].Score != 0.6 || list[0].Title != "what 198.51.100.2 port 443 speaks is not tls, nor anything known" {
		t.Errorf("%+v", list)
	}
	if list := findings(t, odd); len(list) > 0 {
		t.Errorf("where contents may not have been looked at: %+v", list)
	}
	odd.In, odd.Out = 0, 10
	if list := findings(t, odd, tls); len(list) > 0 {
		t.Errorf("of one side: %+v", list)
	}
}

func TestNotFound(t *testing.T) {
	for name, f := range map[string]flowtest.Flow{
		"at home":               {DP: 443, App: "tls"},
		"http on a high port":   {DP: 8765, App: "http"},
		"tls on a high port":    {DP: 9999, App: "tls"},
		"ssh where it often is": {DP: 2222, App: "ssh"},
		"from its port":         {SP: 22, DP: 50000, App: "ssh"},
		"in the middle":         {DP: 50000, App: "ssh", NoSYN: true},
		"of no port":            {DP: 50000, App: "rtp", Pr: 17},
		"later record":          {DP: 443, App: "ssh", Segment: 1},
		"by its port":           {DP: 443, More: `"app":["ssh"],"app_by":"port"`},
	} {
		f.SA, f.DA = "10.0.0.1", "198.51.100.2"
		if list := findings(t, f); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
