// h3_server answers over HTTP/3 with quic-go: h3_server CERTIFICATE KEY PORT. make.sh builds it in a module of its own.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/quic-go/quic-go/http3"
)

func main() {
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "<title>hello</title>", r.Proto) })
	log.Fatal(http3.ListenAndServeQUIC("0.0.0.0:"+os.Args[3], os.Args[1], os.Args[2], hello))
}
