package secret

import (
	"bytes"
	"slices"

	"joy/query/flow"
	"joy/query/value"
)

// hashing are mechanisms of SASL that do not send the password.
var hashing = [...]string{
	"CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI", "GSS-SPNEGO", "EXTERNAL", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "APOP",
}

// mailLike are the protocols whose records tell logins in the same form.
var mailLike = [...]string{"smtp", "imap", "pop3", "ftp"}

// Logins iterates over the logins in clear of a flow.
func Logins(f *flow.Flow) func(yield func(Login) bool) {
	return func(yield func(Login) bool) {
		for _, m := range f.Rest.Members {
			switch name := string(m.Name); {
			case slices.Contains(mailLike[:], name):
				if l, ok := mail(name, m.Value); ok && !yield(l) {
					return
				}
			case name == "http":
				if !httpLogins(m.Value, yield) {
					return
				}
			case name == "ldap":
				if !binds(m.Value, yield) {
					return
				}
			default:
				if l, ok := other(name, m.Value); ok && !yield(l) {
					return
				}
			}
		}
		if isTelnet(f) {
			yield(Login{App: "telnet", By: "what is typed"})
		}
	}
}

// mail is a login of a protocol of mail, or of FTP.
func mail(app string, v value.Value) (l Login, ok bool) {
	auth := v.Get("cli").Get("auth")
	l = Login{App: app, By: "password", User: auth.Get("user").Text(), Fate: string(v.Get("srv").Get("login").Text())}
	if auth == nil || auth.Get("password") == nil && l.Fate != "refused" {
		return l, false // of several tries the last is shown, which may be cut
	}
	mechanism := string(auth.Get("mechanism").Text())
	if app == "pop3" && string(v.Get("cli").Get("login_by").Text()) == "APOP" {
		mechanism = "APOP"
	}
	if mechanism != "" {
		l.By, l.Hashed = mechanism, slices.Contains(hashing[:], mechanism)
	}
	return l, true
}

// maxList bounds what is looked at of lists; records have fewer.
const maxList = 1000

// httpLogins are the requests with a login in a header.
func httpLogins(v value.Value, yield func(Login) bool) bool {
	n := 0
	for exchange := range v.Items() {
		if n++; n > maxList {
			return true
		}
		scheme := authorization(exchange.Get("out"))
		if scheme == nil {
			continue
		}
		l := Login{App: "http", By: string(scheme), Hashed: !bytes.EqualFold(scheme, []byte("basic")), Fate: answer(exchange.Get("in"))}
		if !yield(l) {
			return false
		}
	}
	return true
}

// authorization is the scheme of a request's login, nil for none.
func authorization(fields value.Value) []byte {
	for field := range fields.Items() {
		for name, v := range field.Members() {
			if bytes.EqualFold(name, []byte("authorization")) || bytes.EqualFold(name, []byte("proxy-authorization")) {
				scheme, _, _ := bytes.Cut(v.Text(), []byte{' '})
				return scheme[:min(len(scheme), maxScheme)]
			}
		}
	}
	return nil
}

// maxScheme bounds the name of a scheme that is shown.
const maxScheme = 20

// answer is the fate of a request with a login.
func answer(fields value.Value) string {
	for field := range fields.Items() {
		code := field.Get("code").Text()
		switch {
		case code == nil:
			continue
		case string(code) == "401" || string(code) == "403" || string(code) == "407":
			return "refused"
		case code[0] == '2' || code[0] == '3':
			return "accepted"
		}
		return ""
	}
	return ""
}

// binds are the simple binds of LDAP with a password.
func binds(v value.Value, yield func(Login) bool) bool {
	var codes []value.Value
	for r := range v.Get("srv").Get("binds").Items() {
		if codes = append(codes, r.Get("code")); len(codes) > maxList {
			break
		}
	}
	i := -1
	for b := range v.Get("cli").Get("binds").Items() {
		if i++; i > maxList {
			return true
		}
		if b.Get("password") == nil {
			continue
		}
		l := Login{App: "ldap", By: "simple bind", User: b.Get("name").Text()}
		if i < len(codes) {
			l.Fate = "refused"
			if string(codes[i]) == "0" {
				l.Fate = "accepted"
			}
		}
		if !yield(l) {
			return false
		}
	}
	return true
}

// other are the protocols of one login for a connection.
func other(app string, v value.Value) (l Login, ok bool) {
	l = Login{App: app, By: "password"}
	var secret value.Value
	switch app {
	case "snmp":
		l.By, l.Hashed = "community", true
		if secret = v.Get("out").Get("community"); !answered(v) {
			return l, false // somebody who looks for agents
		}
		if v.Get("in").Get("community") != nil {
			l.Fate = "accepted"
		}
	case "redis":
		secret, l.User = v.Get("cli").Get("password"), v.Get("cli").Get("user").Text()
	case "mqtt":
		secret = v.Get("connect").Get("password")
		if code := string(v.Get("connack").Get("code")); code == "0" {
			l.Fate = "accepted"
		} else if code != "" {
			l.Fate = "refused"
		}
	case "socks":
		secret, l.Fate = v.Get("cli").Get("password"), string(v.Get("srv").Get("login").Text())
	case "postgresql":
		secret, l.User = v.Get("cli").Get("password"), v.Get("cli").Get("user").Text()
		l.Hashed = string(v.Get("srv").Get("auth").Text()) != "password"
	case "mysql":
		secret, l.Hashed, l.User = v.Get("cli").Get("password"), true, v.Get("cli").Get("user").Text()
	}
	return l, secret != nil && len(secret.Text()) > 0
}

// answered reports whether SNMP was answered, or is what needs no answer: a trap.
func answered(v value.Value) bool {
	return v.Get("in") != nil || bytes.HasPrefix(v.Get("out").Get("pdu").Text(), []byte("trap"))
}
