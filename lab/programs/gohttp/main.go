// Gohttp asks the hosts named by its arguments for a page: as a program does that
// takes Go's defaults, with HTTP/1.1 alone, with sessions that it resumes, and
// with TLS 1.2 at most.
package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	cache := tls.NewLRUClientSessionCache(0)
	clients := map[string]func() *http.Transport{
		"default":  func() *http.Transport { return &http.Transport{ForceAttemptHTTP2: true} },
		"http/1.1": func() *http.Transport { return &http.Transport{TLSClientConfig: &tls.Config{}} },
		"resumption": func() *http.Transport {
			return &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{ClientSessionCache: cache}}
		},
		"unverified": func() *http.Transport {
			return &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		},
	}
	for name, transport := range clients {
		for i := 0; i < 2; i++ {
			for _, host := range os.Args[1:] {
				if net.ParseIP(host) != nil && name != "unverified" {
					continue
				}
				client := &http.Client{Transport: transport(), Timeout: 5 * time.Second}
				for _, scheme := range []string{"https://", "http://"} {
					answer, err := client.Get(scheme + host + "/")
					if err != nil {
						log.Print(err)
						continue
					}
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
				client.CloseIdleConnections()
			}
			if name != "resumption" {
				break
			}
		}
	}
}
