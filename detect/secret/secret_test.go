package secret_test

import (
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/secret"
	"joy/detect/threshold"
)

func findings(t *testing.T, list ...flowtest.Flow) []finding.Finding {
	d := secret.New(threshold.Default())
	for _, f := range list {
		d.Add(f.Parse(t))
	}
	return d.Findings()
}

func TestFound(t *testing.T) {
	for more, want := range map[string]struct {
		score float64
		title string
	}{
		`"ftp":{"cli":{"auth":{"user":"alice","password":"hidden"}},"srv":{"login":"accepted"}}`:                                                                  {0.95, "ftp of 10.0.0.2 port 5 in clear, by password"},
		`"pop3":{"cli":{"auth":{"user":"alice","password":"hidden"},"login_by":"APOP"},"srv":{}}`:                                                                 {0.55, "pop3 of 10.0.0.2 port 5 in clear, by APOP"},
		`"imap":{"cli":{"auth":{"user":"alice","password":"hidden"}},"srv":{"login":"refused"}}`:                                                                  {0.7, "imap of 10.0.0.2 port 5 in clear, by password"},
		`"smtp":{"cli":{"auth":{"mechanism":"PLAIN","user":"alice","password":"hidden"}},"srv":{}}`:                                                               {0.85, "smtp of 10.0.0.2 port 5 in clear, by PLAIN"},
		`"smtp":{"cli":{"auth":{"mechanism":"CRAM-MD5","user":"alice","password":"hidden"}},"srv":{"login":"accepted"}}`:                                          {0.55, "smtp of 10.0.0.2 port 5 in clear, by CRAM-MD5"},
		`"http":[{"out":[{"method":"GET"},{"authorization":"Basic hidden"}],"in":[{"version":"HTTP/1.1"},{"code":"200"}]}]`:                                       {0.95, "http of 10.0.0.2 port 5 in clear, by Basic"},
		`"http":[{"out":[{"Authorization":"Basic hidden"}],"in":[{"code":"401"}]}]`:                                                                               {0.7, "http of 10.0.0.2 port 5 in clear, by Basic"},
		`"http":[{"out":[{"Authorization":"Bearer hidden"}],"in":[{"code":"200"}]}]`:                                                                              {0.55, "http of 10.0.0.2 port 5 in clear, by Bearer"},
		`"ldap":{"cli":{"binds":[{"name":"","method":"simple"},{"name":"cn=a","method":"simple","password":"hidden"}]},"srv":{"binds":[{"code":49},{"code":0}]}}`: {0.95, "ldap of 10.0.0.2 port 5 in clear, by simple bind"},
		`"snmp":{"out":{"version":1,"community":"hidden"},"in":{"community":"hidden"}}`:                                                                           {0.55, "snmp of 10.0.0.2 port 5 in clear, by community"},
		`"redis":{"cli":{"user":"x","password":"hidden"}}`:                                                                                                        {0.85, "redis of 10.0.0.2 port 5 in clear, by password"},
		`"mqtt":{"connect":{"password":"hidden"},"connack":{"code":5}}`:                                                                                           {0.7, "mqtt of 10.0.0.2 port 5 in clear, by password"},
		`"socks":{"cli":{"password":"hidden"},"srv":{"login":"accepted"}}`:                                                                                        {0.95, "socks of 10.0.0.2 port 5 in clear, by password"},
		`"postgresql":{"cli":{"password":"hidden"},"srv":{"auth":"password"}}`:                                                                                    {0.85, "postgresql of 10.0.0.2 port 5 in clear, by password"},
		`"postgresql":{"cli":{"password":"hidden"},"srv":{"auth":"md5"}}`:                                                                                         {0.55, "postgresql of 10.0.0.2 port 5 in clear, by password"},
	} {
		list := findings(t, flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 5, More: more})
		if len(list) != 1 || list[0].Score != want.score || list[0].Title != "10.0.0.1 logs in to "+want.title {
			t.Errorf("%s: %+v", more, list)
		}
	}
	if list := findings(t, flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 23}); len(list) != 1 || list[0].Score != 0.85 {
		t.Errorf("telnet: %+v", list)
	}
}

func TestWorst(t *testing.T) {
	const refused = `"ftp":{"cli":{"auth":{"user":"bob","password":"hidden"}},"srv":{"login":"refused"}}`
	const accepted = `"ftp":{"cli":{"auth":{"user":"alice","password":"hidden"}},"srv":{"login":"accepted"}}`
	f := flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 21, More: refused}
	g := f
	g.More, g.At = accepted, 5
	list := findings(t, f, g, f)
	if len(list) != 1 || list[0].Score != 0.95 || list[0].Count != 3 || list[0].Evidence[4].Value != "alice bob" || list[0].Evidence[3].Value != "2" {
		t.Errorf("%+v", list)
	}
}

func TestNotFound(t *testing.T) {
	for _, more := range []string{
		`"ftp":{"cli":{"auth":{"user":"anonymous","password":"hidden"}},"srv":{"login":"accepted"}}`,
		`"ftp":{"cli":{"auth":{"user":"alice"}},"srv":{}}`,
		`"smtp":{"cli":{"starttls":true},"srv":{"starttls":true}},"app":["smtp","tls"]`,
		`"http":[{"out":[{"method":"GET"},{"Host":"x"}],"in":[{"code":"401"}]}]`,
		`"ldap":{"cli":{"binds":[{"name":"","method":"simple"}]},"srv":{"binds":[{"code":0}]}}`,
		`"ldap":{"cli":{"binds":[{"name":"x","method":"sasl","mechanism":"GSSAPI"}]}}`,
		`"snmp":{"out":{"version":1,"community":"hidden","pdu":"get"}}`,
		`"snmp":{"out":{"version":3,"user":"hidden"}}`,
		`"redis":{"cli":{"commands":["GET"]}}`,
		`"ftp":5,"http":{"out":[]},"ldap":[],"snmp":null`,
	} {
		if list := findings(t, flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 5, More: more}); len(list) > 0 {
			t.Errorf("%s: %+v", more, list)
		}
	}
	if list := findings(t, flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 23, Silent: true}); len(list) > 0 {
		t.Errorf("an open port: %+v", list)
	}
}
