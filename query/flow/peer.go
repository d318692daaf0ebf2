package flow

import "bytes"

// maxName bounds a name; those of the DNS have at most 253 characters.
const maxName = 255

// ServerName is the name that the client asked for, in small letters: the server
// name of TLS, or the host of the first HTTP request; nil when there is neither.
// It is looked for once.
func (f *Flow) ServerName() []byte {
	if !f.named {
		f.named, f.name = true, f.serverName()
	}
	return f.name
}

// Peer names the side of da: by ServerName, or else the address.
func (f *Flow) Peer() []byte {
	if name := f.ServerName(); len(name) > 0 {
		return name
	}
	return f.DA
}

func (f *Flow) serverName() []byte {
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
