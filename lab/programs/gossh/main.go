// Gossh opens an SSH connection to each host of its arguments.
package main

import (
	"log"
	"os"
	"time"

	"golang.org/x/crypto/ssh"
)

func main() {
	config := &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.Password("lab")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second,
	}
	for i := 0; i < 2; i++ {
		for _, host := range os.Args[1:] {
			client, err := ssh.Dial("tcp", host+":22", config)
			if err != nil {
				log.Print(err)
				continue
			}
			_ = client.Close()
		}
	}
}
