// Package peer names the other end of a flow as the client did.
package peer

import (
	"bytes"

	"joy/query/flow"
)

// maxName bounds a name; those of the DNS have at most 253 characters.
const maxName = 255

// Name is the server name of TLS, or the host of the first HTTP request; nil when
// there is neither. It borrows the flow.
func Name(f *flow.Flow) []byte {
	for v := range f.Rest.Get("tls").Get("sni").Items() {
		return clean(v.Text())
	}
	for x := range f.Rest.Get("http").Items() {
		for field := range x.Get("out").Items() {
			for name, v := range field.Members() {
				if bytes.EqualFold(name, []byte("host")) {
					host, _, _ := bytes.Cut(v.Text(), []byte(":"))
					return clean(host)
				}
			}
		}
		return nil
	}
	return nil
}

func clean(name []byte) []byte {
	if len(name) > maxName {
		return nil
	}
	return bytes.ToLower(name)
}

// Of is the name of the other end, or else its address.
func Of(f *flow.Flow) []byte {
	if name := Name(f); len(name) > 0 {
		return name
	}
	return f.DA
}
