package exchange

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// A database is told from others by what it holds, compressed or not.
func TestRead(t *testing.T) {
	d := database.New("ours")
	err := d.Put(fingerprint.Entry{Fingerprint: "tls/1/(0303)(1301)[]", Processes: []fingerprint.Process{{Name: "curl", Count: 3}}})
	if err != nil {
		t.Fatal(err)
	}
	var ours, mercury bytes.Buffer
	if err := d.Write(&ours); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteMercury(&mercury, d, Options{}); err != nil {
		t.Fatal(err)
	}
	joy := `{"str_repr":"(0303)(1301)()","process_info":[{"process":"curl","prevalence":1}],"source":["Cisco"]}` + "\n"
	for name, data := range map[string]string{
		"ours": ours.String(), "ours, compressed": gzipped(t, ours.String()),
		"mercury's": mercury.String(), "Joy's": joy, "Joy's, compressed": gzipped(t, joy),
	} {
		got, _, err := Read(strings.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e, ok := got.Find("tls/1/(0303)(1301)[]"); !ok || len(e.Processes) != 1 || e.Processes[0].Name != "curl" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, text := range []string{"", "text", "{}"} {
		if _, _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
