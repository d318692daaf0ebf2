package http

import (
	"fmt"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const (
	browserGet = "GET /assets/app.js?v=17 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\n" +
		"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\nReferer: http://www.example.com/\r\nConnection: keep-alive\r\n\r\n"
	serverOK = "HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nDate: Mon, 24 Nov 2025 10:00:00 GMT\r\nContent-Type: application/javascript\r\nContent-Length: 300\r\n" +
		"Last-Modified: Mon, 24 Nov 2025 09:00:00 GMT\r\nConnection: keep-alive\r\nETag: \"6743\"\r\nCache-Control: max-age=3600\r\nAccept-Ranges: bytes\r\n\r\n"
)

func BenchmarkPair(b *testing.B) {
	p := Module.New(featuretest.Settings())
	out := feature.Chunk{Bytes: []byte(browserGet)}
	in := feature.Chunk{Dir: feature.In, Bytes: []byte(serverOK + strings.Repeat("x", 300))}
	b.ReportAllocs()
	b.SetBytes(int64(len(out.Bytes) + len(in.Bytes)))
	for b.Loop() {
		p.Reset()
		p.Data(&out)
		p.Data(&in)
	}
}

func BenchmarkPairInfo(b *testing.B) {
	p := Module.New(featuretest.Settings()).(*Parser)
	out := feature.Chunk{Bytes: []byte(browserGet)}
	in := feature.Chunk{Dir: feature.In, Bytes: []byte(serverOK + strings.Repeat("x", 300))}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		p.Data(&out)
		p.Data(&in)
		for _, x := range *p.Info(feature.Both) {
			buf = x.In.AppendJSON(x.Out.AppendJSON(buf[:0]))
		}
	}
}

func BenchmarkChunkedMegabyte(b *testing.B) {
	body := strings.Repeat("1000\r\n"+strings.Repeat("x", 0x1000)+"\r\n", 256) + "0\r\n\r\n"
	whole := []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
	p := Module.New(featuretest.Settings())
	c := feature.Chunk{Dir: feature.In}
	b.ReportAllocs()
	b.SetBytes(int64(len(whole)))
	for b.Loop() {
		p.Reset()
		for rest := whole; len(rest) > 0; {
			c.Bytes = rest[:min(len(rest), 1460)]
			used, _ := p.Data(&c)
			rest = rest[max(used, 1):]
		}
	}
}

// BenchmarkLost looks for a start line in random bytes.
func BenchmarkLost(b *testing.B) {
	for _, kind := range []string{"binary", "text"} {
		b.Run(kind, func(b *testing.B) {
			junk := make([]byte, 1460)
			for i := range junk {
				junk[i] = byte(i * 7919 >> 3)
				if kind == "text" {
					junk[i] = "Lorem ipsum Dolor sit AMET, GET amet Html "[i%42]
				}
			}
			b.SetBytes(int64(len(junk)))
			for b.Loop() {
				find(junk, false, false)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, first := range []string{"\x16\x03\x01\x02\x00\x01\x00", "SSH-2.0-OpenSSH_9.6\r\n", "EHLO mail.example.com\r\n", browserGet, serverOK} {
		b.Run(fmt.Sprintf("%.4q", first), func(b *testing.B) {
			c := feature.Chunk{Bytes: []byte(first)}
			b.ReportAllocs()
			for b.Loop() {
				match(&c)
			}
		})
	}
}
