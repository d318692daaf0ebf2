// tls_client asks for a page with Go's TLS: tls_client ADDRESS NAME; or answers one line to each who connects to
// port 443: tls_client -serve CERTIFICATE KEY.
package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	if os.Args[1] == "-serve" {
		serve(os.Args[2], os.Args[3])
		return
	}
	conf := &tls.Config{ServerName: os.Args[2], InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}
	conn, err := tls.Dial("tcp", os.Args[1], conf)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", os.Args[2])
	io.Copy(io.Discard, conn)
	conn.Close()
}

func serve(certificate, key string) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		log.Fatal(err)
	}
	l, err := tls.Listen("tcp", ":443", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
		conn.Close()
	}
}
