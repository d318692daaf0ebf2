package http

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// TestHide replaces addresses in what Info returned, and not in the parser.
func TestHide(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	featuretest.Feed(&Module, p, feature.TCP, featuretest.Bytes("", feature.TCP,
		"POST /?a=10.1.2.3 HTTP/1.1\r\nHost: x\r\nX-10.1.2.3: b\r\nContent-Length: 4\r\n\r\n\x0a\x01\x02\x03GET / HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n",
		"HTTP/1.1 204 none\r\nServer: y\r\n\r\n").Chunks)
	before := featuretest.JSON(t, p.Info(feature.Both))
	all := *p.Info(feature.Both)
	for i := range all {
		all[i].Out.Hide(featuretest.Hider{})
		all[i].In.Hide(featuretest.Hider{})
	}
	want := `[{"out":[{"method":"POST"},{"uri":"/?a=-"},{"version":"HTTP/1.1"},{"Host":"x"},{"X--":"b"},{"Content-Length":"4"}],` +
		`"in":[{"version":"HTTP/1.1"},{"code":"204"},{"reason":"none"},{"Server":"y"}]},` +
		`{"out":[{"method":"GET"},{"uri":"/"},{"version":"HTTP/1.1"},{"Host":"-"}]}]`
	if got := featuretest.JSON(t, all); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := featuretest.JSON(t, p.Info(feature.Both)); again != before || !strings.Contains(again, "10.1.2.3") {
		t.Errorf("it was\n%s\nand is\n%s", before, again)
	}
}
