package part_test

import (
	"slices"
	"testing"

	"joy/convert/part"
	"joy/query/value"
)

func TestTransactions(t *testing.T) {
	all := part.Transactions(value.Value(`[{"qn":"a","id":1},{"qn":"a","id":1},{"rn":"A","id":1,"response_ms":2},{"qn":"b","question":2},{"rn":"a","id":2},{"rn":"a","id":1}]`))
	var got []bool
	for _, x := range all {
		got = append(got, x.Query != nil, x.Response != nil)
	}
	if want := []bool{true, true, true, true, false, true}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if ns, ok := all[0].Response.Took(); ns != 2e6 || !ok {
		t.Errorf("it took %d, %v", ns, ok)
	}
	if _, ok := (*part.Message)(nil).Took(); ok {
		t.Error("no response took time")
	}
}

func TestExchanges(t *testing.T) {
	list := value.Value(`[{"in":[{"method":"GET"},{"uri":"/"},{"version":"HTTP/1.1"}],"out":[{"version":"HTTP/1.0"},{"code":"204"}]},{"in":[{"version":"HTTP/1.1"},{"code":"200"}]},{}]`)
	var got []string
	for e := range part.Exchanges(list) {
		got = append(got, string(e.Method)+" "+string(e.Version)+" "+string(e.Code))
	}
	if want := []string{"GET 1.0 204", " 1.1 200"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for range part.Exchanges(list) {
		break // early
	}
}

func TestDistinguished(t *testing.T) {
	list := value.Value(`[{"countryName":"CH"},{"2.5.4.99":" #a "},{"commonName":"a,+\"\\<>;b"}]`)
	if got, want := string(part.Distinguished(list)), `CN=a\,\+\"\\\<\>\;b,2.5.4.99=\ #a\ ,C=CH`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if part.Distinguished(nil) != nil {
		t.Error("a name of nothing")
	}
}

func TestSuite(t *testing.T) {
	for code, want := range map[string]string{"1301": "TLS_AES_128_GCM_SHA256", "fffe": "unknown-65534", "x": "", "": ""} {
		if got := string(part.Suite([]byte(code))); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
}
