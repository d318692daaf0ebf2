package http2

import (
	"bytes"
	"encoding/binary"
	"strings"

	"golang.org/x/net/http2/hpack"

	"joy/feature"
	"joy/feature/featuretest"
)

// A writer makes what one side sends.
type writer struct {
	buf   bytes.Buffer
	block bytes.Buffer
	enc   *hpack.Encoder
}

func newWriter() *writer {
	w := &writer{}
	w.enc = hpack.NewEncoder(&w.block)
	return w
}

func (w *writer) frame(kind, flags byte, stream uint32, payload ...string) *writer {
	p := strings.Join(payload, "")
	w.buf.Write([]byte{byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p)), kind, flags})
	w.buf.WriteString(u32(stream) + p)
	return w
}

func u32(v uint32) string { return string(binary.BigEndian.AppendUint32(nil, v)) }

// settings writes a SETTINGS frame: id, value, id, value.
func (w *writer) settings(list ...uint32) *writer {
	p := ""
	for i := 0; i < len(list); i += 2 {
		p += u32(list[i])[2:] + u32(list[i+1])
	}
	return w.frame(frameSettings, 0, 0, p)
}

// encode compresses fields: name, value, name, value.
func (w *writer) encode(fields ...string) string {
	w.block.Reset()
	for i := 0; i < len(fields); i += 2 {
		w.enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return w.block.String()
}

// headers writes a HEADERS frame.
func (w *writer) headers(stream uint32, end bool, fields ...string) *writer {
	flags := byte(flagEndHeaders)
	if end {
		flags |= flagEndStream
	}
	return w.frame(frameHeaders, flags, stream, w.encode(fields...))
}

// take returns what was written since the last call.
func (w *writer) take() string {
	s := w.buf.String()
	w.buf.Reset()
	return s
}

// connection gives two writers that have sent their first frames.
func connection() (client, server *writer) {
	client, server = newWriter(), newWriter()
	client.buf.WriteString(preface)
	client.settings(3, 100, 4, 1<<20, 0x4a4a, 7).frame(frameWindowUpdate, 0, 0, u32(983041))
	server.settings(5, 1<<14, 8, 1)
	return client, server
}

func tcp(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.TCP, messages...)
}

func get(path string) []string {
	return []string{":method", "GET", ":scheme", "http", ":path", path, ":authority", "h.example", "user-agent", "test/1"}
}

// sessions are examined, with their results in testdata.
func sessions() []featuretest.Session {
	return []featuretest.Session{plain(), grpc(), upgrade(), framing(), websocket(), gapInData(), gapInHeaders(), secrets(), refused()}
}

func plain() featuretest.Session {
	c, s := connection()
	first := c.headers(1, true, get("/one")...).headers(3, true, get("/two")...).take()
	s.frame(frameSettings, flagAck, 0)
	s.headers(3, false, ":status", "200", "content-type", "text/plain").headers(1, false, ":status", "404")
	s.frame(frameData, 0, 3, "abc").frame(frameData, flagEndStream, 1, "not found").frame(frameData, flagEndStream, 3, "defghijk")
	c.frame(frameSettings, flagAck, 0).headers(5, false, get("/three")...).frame(frameReset, 0, 5, u32(8))
	answer := s.take()
	s.frame(frameGoaway, 0, 0, u32(5), u32(0), "bye \xff")
	return tcp("plain", first, answer, c.take(), s.take())
}

func grpc() featuretest.Session {
	c, s := connection()
	c.headers(1, false, ":method", "POST", ":scheme", "http", ":path", "/pkg.Service/Call", "content-type", "application/grpc+proto", "te", "trailers")
	c.frame(frameData, flagEndStream, 1, "\x00\x00\x00\x00\x03abc")
	s.headers(1, false, ":status", "200", "content-type", "application/grpc+proto").frame(frameData, 0, 1, "\x00\x00\x00\x00\x03def")
	s.headers(1, true, "grpc-status", "0", "grpc-message", "")
	return tcp("grpc", c.take(), s.take())
}

// upgrade: the server answers the request that was sent as HTTP/1 first.
func upgrade() featuretest.Session {
	c, s := connection()
	s.headers(1, true, ":status", "204")
	first := s.take()
	return tcp("upgrade", "", first, c.headers(3, true, get("/next")...).take(), s.headers(3, true, ":status", "200").take())
}

func framing() featuretest.Session {
	c, s := connection()
	block := c.encode(append(get("/padded"), "x-long", strings.Repeat("v", 300))...)
	pad := strings.Repeat("\x00", 200)
	c.frame(frameHeaders, flagPadded|flagPriority, 1, "\xc8", u32(3), "\x09", block[:7], pad)
	c.frame(frameContinuation, 0, 1, block[7:20]).frame(frameContinuation, 0, 1).frame(frameContinuation, flagEndHeaders, 1, block[20:])
	c.frame(frameData, flagPadded|flagEndStream, 1, "\x63padded body", pad[:99]).frame(0xbe, 0xff, 1, "unknown type")
	c.frame(framePing, 0, 0, "12345678").frame(framePriority, 0, 9, u32(1), "\x00")
	push := s.encode(get("/style.css")...)
	s.frame(framePushPromise, flagPadded, 1, "\x03", u32(2), push[:5], pad[:3]).frame(frameContinuation, flagEndHeaders, 1, push[5:])
	s.headers(2, true, ":status", "200").headers(1, true, ":status", "200")
	return tcp("framing", c.take(), s.take())
}

func websocket() featuretest.Session {
	c, s := connection()
	c.headers(1, false, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/chat", ":authority", "h")
	return tcp("websocket", c.take(), s.headers(1, false, ":status", "200").take())
}

func gapInData() featuretest.Session {
	c, s := connection()
	s.headers(1, false, ":status", "200").frame(frameData, 0, 1, "1234", strings.Repeat("x", 996))
	whole := s.take()
	session := tcp("gap-in-data", c.headers(1, true, get("/")...).take(), whole[:len(whole)-996], "", "xxxxxx"+s.headers(1, true, "sum", "1").take())
	session.Chunks[2].Lost = 990
	return session
}

func gapInHeaders() featuretest.Session {
	c, s := connection()
	first := c.headers(1, true, get("/1")...).take()
	session := tcp("gap-in-headers", first, s.headers(1, true, ":status", "200").take(), c.headers(3, true, get("/3")...).take(), s.headers(3, true, ":status", "204").take())
	session.Chunks[2].Lost = 50
	return session
}

func secrets() featuretest.Session {
	c, s := connection()
	c.headers(1, true, append(get("/"), "authorization", "Bearer topsecret", "cookie", "sid=topsecret", "cookie", "b=1")...)
	return tcp("secrets", c.take(), s.headers(1, true, ":status", "200", "set-cookie", "sid=topsecret; Path=/").take())
}

func refused() featuretest.Session {
	c, _ := connection()
	return tcp("refused", c.headers(1, true, get("/")...).take(), "HTTP/1.1 400 Bad Request\r\n\r\n")
}
