package where

import (
	"errors"
	"strings"
	"testing"

	"joy/query/element"
	"joy/query/value"
)

func record(t testing.TB, text string) *value.Record {
	t.Helper()
	var r value.Record
	if err := r.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return &r
}

const (
	web = `{"sa":"10.0.0.1","da":"2001:db8::1","pr":6,"sp":50001,"dp":443,"entropy":7.5,"t":true,"packets":[],"n":null,"mix":[1,"a"],` +
		`"hex":["00e1"],"tls":{"scs":"c02f","cs":["c02f","c030","1301"],"sni":["www.example.com"]},` +
		`"http":[{"out":[{"method":"GET"},{"uri":"/x,(y)|z"},{"User-Agent":"Mozilla/5.0 (X11; Linux)"}],"in":[{"code":"200"}]}]}`
	icmp = `{"sa":"10.1.0.2","da":"192.0.2.21","pr":1,"sp":null,"dp":null,"packets":[{"b":30,"ipt":0},{"b":90,"ipt":1500}]}`
)

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		text      string
		web, icmp bool
	}{
		{"", true, true},
		{" ", true, true},
		{"dp=443", true, false},
		{"dp = 443 , pr = 6", true, false},
		{"dp=443.0", true, false}, // a float ends sleuth
		{"dp=0443", true, false},
		{"dp=44*", true, false}, // and this
		{"dp=4?3", true, false},
		{"t=true", true, false}, // and this
		{"t=tr*", true, false},
		{"n=null", true, false},
		{"entropy=7.5", true, false},
		{"entropy>7,entropy<8", true, false},
		{"entropy>=7.5,entropy<=7.5", true, false},
		{"entropy>7.5", false, false},

		// Null is before nothing; sleuth has it below all numbers.
		{"dp<1000", true, false},
		{"dp>0", true, false},
		{"dp>=0", true, false},
		{"dp=*", true, true},
		{"dp~443", false, true},
		{"dp!=443", false, true},

		// OR binds tighter than AND.
		{"pr=6,dp=80|dp=443", true, false},
		{"pr=17,dp=80|dp=443", false, false},
		{"dp=443|dp=80,pr=17", false, false},
		{"(pr=17,dp=80)|dp=443", true, false},
		{"((pr=1))", false, true},
		{"pr=1|(pr=6,(dp=80|dp=443))", true, true},

		// Presence.
		{"tls=*", true, false},
		{"tls~*", false, true},
		{"packets=*", true, true}, // an empty list is there; in sleuth both are false
		{"packets~*", false, false},
		{"packets[{b}]=*", false, true},
		{"packets[{b}]~*", true, false},
		{"nothing=x", false, false},
		{"nothing~x", false, false},
		{"nothing>0", false, false},
		{"nothing~*", true, true},

		// Arrays: any element.
		{"packets[{ipt}]>1000", false, true},
		{"packets[{ipt}]<1000", false, true},
		{"packets[{b}]=90", false, true},
		{"packets[{b}]~90", false, false}, // none may be; in sleuth one that differs is enough
		{"packets[{b}]~91", false, true},
		{"packets{b}>80", false, true},
		{"tls{cs[]}=c030", true, false},
		{"tls{cs}=c030", true, false},
		{"tls{cs}=1301", true, false}, // a number never is a string in sleuth
		{"tls{cs}=1301*", true, false},
		{"tls{cs}=00*", false, false},
		{"hex=00e1", true, false}, // ends sleuth
		{"mix=1,mix=a", true, false},
		{"tls=c02f", true, false}, // somewhere in it

		// Numbers in strings.
		{"http[{in[{code}]}]=200", true, false},
		{"http[{in[{code}]}]>=200,http[{in[{code}]}]<300", true, false},
		{"da>5", false, false}, // all strings are above all numbers in sleuth

		// Globs.
		{"tls{sni}=*.example.com", true, false},
		{"tls{sni}=www.*.com", true, false},
		{"tls{sni}=*.EXAMPLE.com", false, false},
		{"tls{scs}=[ab]02f", false, false},
		{"tls{scs}=[a-d]02f", true, false},
		{"tls{scs}=[!a-b]02?", true, false},
		{"tls{scs}=*2*f*", true, false},
		{"tls{scs}=*2*e*", false, false},

		// Addresses.
		{"da=2001:db8::1", true, false},
		{"da=2001:DB8:0:0::1", true, false},
		{"da=2001:db8::/32", true, false},
		{"da=2001:db8:1::/48", false, false},
		{"sa=10.0.0.0/16", true, false},
		{"sa=10.0.0.1/8", true, true},
		{"sa~10.0.0.0/16", false, true},
		{"da=192.0.2.0/24", false, true},
		{"da=192.0.2.*", false, true},
		{"da>192.0.2.3", false, true}, // as addresses: as texts 3 is after 21
		{"da<2001:db8::2", true, false},

		// Quotes.
		{`http[{out[{uri}]}]="/x,(y)|z"`, true, false},
		{`http[{out[{uri}]}]='/x,(y)|z'`, true, false},
		{`http[{out[{uri}]}]="/x,("*`, true, false},
		{`http[{out[{uri}]}]="/x,(*"`, false, false},
		{`http[{out[{uri}]}]=/x*`, true, false},
		{`http[{out[{User-Agent}]}]=Mozilla/5.0 *Linux*`, true, false},
		{`http[{out[{"User-Agent"}]}]="Mozilla/5.0 (X11; Linux)"`, true, false},
		{`dp="443"`, true, false},
		{`tls{sni}=""`, false, false},

		// Regular expressions.
		{`tls{sni} =~ ^www\.[a-z]+\.com$`, true, false},
		{`tls{sni} !~ "^(www|ftp)\\."`, false, false},
		{`da =~ "^192"`, false, true},
		{`dp=~^44`, true, false},
		{`da !~ "^192"`, true, false},
	} {
		cond, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := cond.Holds(record(t, web)); got != c.web {
			t.Errorf("%s: web %v", c.text, got)
		}
		if got := cond.Holds(record(t, icmp)); got != c.icmp {
			t.Errorf("%s: icmp %v", c.text, got)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"dp":                               "column 3: expected one of",
		"dp=":                              "column 4: a value is missing",
		"dp=,pr=6":                         "column 4: a value is missing",
		"=443":                             "column 1: the name of an element is missing",
		"dp=443,":                          "column 8: the name",
		"dp=443|":                          "column 8: the name",
		"(dp=443":                          "column 1: the bracket is not closed",
		"dp=443)":                          "column 7: expected , or |",
		"(dp=443)pr=6":                     "column 9: expected , or |",
		`da="10.0.0.1`:                     "column 4: the quote is not closed",
		"packets[b>900]":                   "column 9: expected {",
		"da=~(":                            "column 5: error parsing regexp",
		"da=~ 'a('":                        "column 6: error parsing regexp",
		"dp 443":                           "column 4: expected one of",
		strings.Repeat("(", 1000) + "dp=1": "column 101: more than",
	} {
		_, err := Parse(text)
		var e *element.Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
	}
}

func TestNames(t *testing.T) {
	c, err := Parse("pr=6,(tls{scs}=c02f|tls{cs}=c02f)")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := c.Names().Append(nil, record(t, web))
	if want := `{"pr": 6, "tls": {"scs": "c02f", "cs": ["c02f", "c030", "1301"]}}`; string(got) != want {
		t.Errorf("%s", got)
	}
}

// A condition is either refused or can be asked of anything.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"(pr=6,dp=80)|dp=53", "tls{cs[]}~00*", `da="2001:db8::1"`, "a=[!a-z]*?[]]", "a=~^x$", "a>=1e999", "a<10.0.0.0/8", "packets[{b},{c}]!=5", "a=[", "a=[!", "a=[]",
	} {
		f.Add(s, web)
	}
	f.Fuzz(func(t *testing.T, text, line string) {
		c, err := Parse(text)
		if err != nil {
			var e *element.Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len(text)+1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		var r value.Record
		if r.Parse([]byte(line)) == nil {
			c.Holds(&r)
		}
	})
}

// A pattern of many stars takes no time to speak of.
func TestStars(t *testing.T) {
	c, err := Parse("a=" + strings.Repeat("*a", 1000) + "b")
	if err != nil {
		t.Fatal(err)
	}
	if c.Holds(record(t, `{"a":"`+strings.Repeat("a", 100_000)+`"}`)) {
		t.Error("matches")
	}
}
