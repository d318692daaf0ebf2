package csv_test

import (
	stdcsv "encoding/csv"
	"slices"
	"strings"
	"testing"

	"joy/convert/csv"
	"joy/query/element"
	"joy/query/value"
)

func table(t testing.TB, elements string) *csv.Table {
	t.Helper()
	l, err := element.Parse(elements)
	if err != nil {
		t.Fatal(err)
	}
	return csv.New(l)
}

func rows(t testing.TB, c *csv.Table, lines ...string) string {
	t.Helper()
	b := c.Head(nil)
	for _, line := range lines {
		var r value.Record
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		b = c.Row(b, &r)
	}
	return string(b)
}

func TestTable(t *testing.T) {
	c := table(t, `sa,dp,tls{sni,s_cert[{sha1}]},dns[{qn,rr[{a}]}],odd`)
	got := rows(t, c,
		`{"sa":"192.0.2.1","dp":443,"tls":{"sni":["a.example","b;c\\"],"s_cert":[{"sha1":"01"},{"sha1":"02"}]},"odd":{"x":[1,"a"]}}`,
		`{"sa":"~x","dp":null,"dns":[{"qn":"www.example"},{"rr":[{"a":"192.0.2.1"},{"a":"192.0.2.2"},{"aaaa":"::"}]}],"odd":true}`,
		`{"odd":"a,\"b\"\n\u0000\u009b é"}`,
	)
	want := "sa,dp,tls.sni,tls.s_cert.sha1,dns.qn,dns.rr.a,odd\n" +
		`192.0.2.1,443,a.example;b\;c\\,01;02,,,"{""x"":[1,""a""]}"` + "\n" +
		"~x,,,,www.example,192.0.2.1;192.0.2.2,true\n" +
		",,,,,,\"a,\"\"b\"\"\n\\x00\\x9b é\"\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestSpreadsheet(t *testing.T) {
	c := table(t, "a,b")
	c.Spreadsheet = true
	got := rows(t, c, `{"a":"=1+1","b":-1}`, `{"a":"@x","b":"-x"}`, `{"a":["\tx","+y"],"b":"x"}`, `{"a":"x=1"}`)
	if want := "a,b\n\"'=1+1\",-1\n\"'@x\",\"'-x\"\n\"'\tx;+y\",x\nx=1,\n"; got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

func TestDefault(t *testing.T) {
	got := rows(t, table(t, csv.Default), `{"sa":"192.0.2.1","app":["http","tls"]}`)
	if want := "sa,sp,da,dp,pr,time_start,time_end,bytes_out,num_pkts_out,bytes_in,num_pkts_in,app,tls.sni,dns.qn,end_reason,flow_id,segment\n" +
		"192.0.2.1,,,,,,,,,,,http;tls,,,,,\n"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Whatever is in a record, the table has the rows and columns that it is to have.
func FuzzRow(f *testing.F) {
	for _, s := range []string{`{"a":"x\n\"y\",","b":["=1","\\;"]}`, `{"a":" ","b":{"c":"\r\n"}}`, `{"a":"","b":[[["\u0000"]]]}`, `{"b":[{"c":["'","\""]}]}`} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, line []byte, guard bool) {
		var r value.Record
		if r.Parse(line) != nil {
			return
		}
		for _, elements := range []string{"a", "a,b{c}", "b"} {
			c := table(t, elements)
			c.Spreadsheet = guard
			b := c.Row(c.Head(nil), &r)
			b = c.Row(b, &r)
			got, err := stdcsv.NewReader(strings.NewReader(string(b))).ReadAll()
			if err != nil || len(got) != 3 || !slices.Equal(got[1], got[2]) {
				t.Fatalf("%q became %q: %q, %v", line, b, got, err)
			}
			for _, cell := range got[1] {
				if guard && cell != "" && strings.ContainsAny(cell[:1], "=@") {
					t.Fatalf("%q became a formula: %q", line, cell)
				}
			}
		}
	})
}
