package tls

import (
	"strings"
	"testing"

	"joy/feature"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		want        feature.Guess
	}{
		{"nothing", "", feature.Maybe},
		{"ClientHello", rec(22, clientHello()), feature.Yes},
		{"start of one", rec(22, clientHello())[:8], feature.Maybe},
		{"start of one that is enough", rec(22, clientHello())[:9], feature.Yes},
		{"ServerHello", rec(22, serverHello()), feature.Yes},
		{"hello in several records", rec(22, clientHello()[:30]) + rec(22, clientHello()[30:]), feature.Yes},
		{"client key exchange in mid-stream", rec(22, handshake(16, "abc")), feature.Yes},
		{"alert", rec(21, "\x02\x28"), feature.Yes},
		{"application data in mid-stream", rec(23, "abc"), feature.Yes},
		{"two records in mid-stream", rec(23, "abc") + rec(23, "abcd")[:4], feature.Yes},
		{"one byte of application data", "\x17", feature.Maybe},
		{"a record and something else", rec(23, "abc") + "xyz", feature.No},
		{"half a record in mid-stream", rec(23, "abcdef")[:8], feature.No},
		{"too long a record", "\x16\x03\x01\xff\xff\x01\x00\x02\x00", feature.No},
		{"hello of a few bytes", "\x16\x03\x01\x00\x08\x01\x00\x00\x04abcd", feature.No},
		{"hello of megabytes", "\x16\x03\x01\x40\x00\x01\x70\x00\x04abcd", feature.No},
		{"SSL 2", ssl2Client(2), feature.Yes},
		{"SSL 2 server", ssl2Server(), feature.Yes},
		{"start of SSL 2", ssl2Client(2)[:5], feature.Maybe},
		{"RPC with a record mark", "\x80\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02", feature.No},
		{"SSL 2 whose lengths do not add up", "\x80\x2f" + ssl2Client(2)[2:], feature.No},
		{"HTTP", "GET / HTTP/1.1\r\n", feature.No},
		{"SSH", "SSH-2.0-OpenSSH_9.9\r\n", feature.No},
		{"MySQL greeting", "\x4a\x00\x00\x00\x0a5.7.1", feature.No},
		{"zeros", strings.Repeat("\x00", 20), feature.No},
	} {
		if got := Match(&feature.Chunk{Bytes: []byte(c.bytes)}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	c := feature.Chunk{Bytes: []byte("GET / HTTP/1.1\r\n\r\n")}
	for b.Loop() {
		Match(&c)
	}
}
