package process

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

// Users are the names of the users of this machine, by /etc/passwd: directories
// on the network, which may be slow to answer, are not asked.
type users struct {
	file    string
	mu      sync.Mutex
	names   map[uint32][]byte
	changed time.Time // of the file, when it was read
}

// maxPasswd bounds the file of users.
const maxPasswd = 4 << 20

func newUsers(file string) *users { return &users{file: file} }

// name returns the name of a user, nil if there is none.
func (u *users) name(uid uint32) []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	name, ok := u.names[uid]
	if !ok && u.reload() == nil {
		name = u.names[uid]
	}
	return name
}

// reload reads the file again if it has changed.
func (u *users) reload() error {
	info, err := os.Stat(u.file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("no regular file")
	}
	if info.ModTime().Equal(u.changed) {
		return nil
	}
	f, err := os.Open(u.file)
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPasswd))
	if err != nil {
		return err
	}
	u.names, u.changed = parsePasswd(b), info.ModTime()
	return nil
}

// parsePasswd reads passwd(5); of several names of a user the first counts.
func parsePasswd(b []byte) map[uint32][]byte {
	names := make(map[uint32][]byte)
	for line := range bytes.Lines(b) {
		f := bytes.SplitN(line, []byte(":"), 4)
		if len(f) < 4 || len(f[0]) == 0 {
			continue
		}
		uid, err := strconv.ParseUint(string(f[2]), 10, 32)
		if _, known := names[uint32(uid)]; err == nil && !known {
			names[uint32(uid)] = clip(string(f[0]))
		}
	}
	return names
}
