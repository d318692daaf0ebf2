package part

import (
	"bytes"
	"iter"

	"joy/query/value"
)

// An Exchange is a request and its responses.
type Exchange struct {
	Method, URI, Version             []byte
	Host, Referrer, Agent, Origin    []byte
	Code, Reason, InfoCode, InfoText []byte // a response; an interim one
	Requested, Answered              []byte // Content-Length
	Type                             []byte // Content-Type of the response
	Proxied                          [][]byte
	Request, Response                bool // what there is
}

// Exchanges are the requests of a connection with their responses, and responses
// without one. An Exchange is valid during the loop.
func Exchanges(list value.Value) iter.Seq[*Exchange] {
	return func(yield func(*Exchange) bool) {
		var e Exchange
		for v := range list.Items() {
			out, in := v.Get("out"), v.Get("in")
			if isRequest(in) { // the flow was first seen from its other end
				out, in = in, out
			}
			if out == nil && interim(in) && e.Request { // behind the exchange that it is of
				e.read(in)
				continue
			}
			if e.Request || e.Response {
				if !yield(&e) {
					return
				}
				e = Exchange{}
			}
			e.read(out)
			e.read(in)
		}
		if e.Request || e.Response {
			yield(&e)
		}
	}
}

// first is the value of the first element of a message, if that has a name.
func first(m value.Value, name string) []byte {
	for v := range m.Items() {
		return Str(v.Get(name))
	}
	return nil
}

func isRequest(m value.Value) bool { return first(m, "method") != nil }

// interim reports whether a message is a response with a code of 100 to 199.
func interim(m value.Value) bool {
	n := 0
	for v := range m.Items() {
		if code := Str(v.Get("code")); code != nil {
			return len(code) == 3 && code[0] == '1'
		}
		if n++; n == 2 {
			break
		}
	}
	return false
}

// read takes what a message has.
func (e *Exchange) read(m value.Value) {
	request, info := isRequest(m), interim(m)
	i := 0
	for v := range m.Items() {
		for name, content := range v.Members() {
			e.start(i, string(name), Str(content), request, info)
			if i > 0 {
				e.header(name, Str(content), request, info)
			}
		}
		i++
	}
	if i > 0 {
		e.Request = e.Request || request
		e.Response = e.Response || !request && !info
	}
}

// start takes an element of the start line.
func (e *Exchange) start(i int, name string, content []byte, request, info bool) {
	switch {
	case i == 0 && name == "method":
		e.Method = content
	case i == 1 && name == "uri":
		e.URI = content
	case name == "version" && (i == 2 && request || i == 0 && !info): // that of the response, as in Zeek
		e.Version = bytes.TrimPrefix(content, []byte("HTTP/"))
	case i == 1 && name == "code" && info:
		e.InfoCode = content
	case i == 1 && name == "code":
		e.Code = content
	case i == 2 && name == "reason" && info:
		e.InfoText = content
	case i == 2 && name == "reason":
		e.Reason = content
	}
}

func (e *Exchange) header(name, content []byte, request, info bool) {
	is := func(s string) bool { return len(name) == len(s) && bytes.EqualFold(name, []byte(s)) }
	switch {
	case is("Content-Length") && request:
		e.Requested = content
	case is("Content-Length") && !info:
		e.Answered = content
	case is("Content-Type") && !request && !info:
		e.Type = content
	case !request:
	case is("Host"):
		e.Host = content
	case is("Referer"):
		e.Referrer = content
	case is("User-Agent"):
		e.Agent = content
	case is("Origin"):
		e.Origin = content
	case isProxied(is):
		header := bytes.ToUpper(name)
		e.Proxied = append(e.Proxied, append(append(header, " -> "...), content...))
	}
}

// isProxied tells the headers that Zeek takes for those of a proxy.
func isProxied(is func(string) bool) bool {
	for _, name := range [...]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-From", "Client-IP", "Via", "XRoxy-Connection", "Proxy-Connection"} {
		if is(name) {
			return true
		}
	}
	return false
}
