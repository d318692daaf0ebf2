// Goquic opens a QUIC connection with HTTP/3's protocol to each host of its
// arguments, by the library's own defaults.
package main

import (
	"context"
	"crypto/tls"
	"log"
	"net"
	"os"
	"time"

	"github.com/quic-go/quic-go"
)

func main() {
	for _, host := range os.Args[1:] {
		config := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h3"}}
		if net.ParseIP(host) == nil {
			config.ServerName = host
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		connection, err := quic.DialAddr(ctx, host+":443", config, &quic.Config{})
		if err != nil {
			log.Print(err)
		} else {
			_ = connection.CloseWithError(0, "")
		}
		cancel()
	}
}
