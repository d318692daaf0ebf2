// Gohttp is the laboratory's server of HTTP/1.1, h2 and h3 by Go's net/http and
// quic-go, and of STUN. It answers every path of every name with one small page.
package main

import (
	"crypto/tls"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"runtime"
	"strings"

	"github.com/quic-go/quic-go/http3"
)

func main() {
	cert := flag.String("cert", "", "file of the certificate")
	key := flag.String("key", "", "file of its key")
	version := flag.Bool("version", false, "print the version of Go and stop")
	flag.Parse()
	if *version {
		fmt.Println(strings.TrimPrefix(runtime.Version(), "go"))
		return
	}
	pair, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		log.Fatal(err)
	}
	quic := &http3.Server{Addr: ":443", TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: []tls.Certificate{pair}})}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor < 3 {
			_ = quic.SetQUICHeaders(w.Header())
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>lab</title><p>Lab.\n")
	})
	quic.Handler = page
	go func() { log.Fatal(quic.ListenAndServe()) }()
	go func() { log.Fatal(http.ListenAndServe(":80", page)) }()
	for _, port := range []int{3478, 19302} {
		go func() { log.Fatal(stun(port)) }()
	}
	secure := &http.Server{Addr: ":443", Handler: page, TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}}
	log.Fatal(secure.ListenAndServeTLS("", ""))
}

// stun answers binding requests (RFC 8489) on the server's first STUN address
// and the next four, which are those that the names of STUN servers have.
func stun(port int) error {
	failed := make(chan error)
	for host := byte(21); host <= 26; host++ {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(198, 18, 64, host), Port: port})
		if err != nil {
			return err
		}
		go func() { failed <- answer(conn) }()
	}
	return <-failed
}

func answer(conn *net.UDPConn) error {
	const cookie = 0x2112a442
	in := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(in)
		if err != nil {
			return err
		}
		if n < 20 || binary.BigEndian.Uint16(in) != 1 {
			continue
		}
		out := make([]byte, 32)
		binary.BigEndian.PutUint16(out, 0x0101)
		binary.BigEndian.PutUint16(out[2:], 12)
		copy(out[4:20], in[4:20])
		binary.BigEndian.PutUint16(out[20:], 0x0020) // XOR-MAPPED-ADDRESS
		binary.BigEndian.PutUint16(out[22:], 8)
		out[25] = 1 // IPv4
		binary.BigEndian.PutUint16(out[26:], from.Port()^(cookie>>16))
		addr := from.Addr().Unmap().As4()
		binary.BigEndian.PutUint32(out[28:], binary.BigEndian.Uint32(addr[:])^cookie)
		if _, err := conn.WriteToUDPAddrPort(out, from); err != nil {
			return err
		}
	}
}
