package upload

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
)

// A script answers requests of SFTP with what comes next in some bytes,
// whatever was asked: a length, a type and a body that gets the number of the
// request. Behind the last answer the connection ends, or takes no more
// requests, as one does that is about to end.
type script struct {
	mu      sync.Mutex
	answers []byte
	asked   []byte // of a request that is not whole yet
	out     bytes.Buffer
	ready   *sync.Cond
	over    bool // no more requests are taken
	closed  bool // and no more answers come
	dying   bool // over comes long before closed
}

func newScript(answers []byte) *script {
	s := &script{answers: answers}
	s.ready = sync.NewCond(&s.mu)
	return s
}

func (s *script) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.ready.Broadcast()
	if s.over {
		return 0, io.EOF // as package ssh has it
	}
	s.asked = append(s.asked, p...)
	for len(s.asked) >= 9 {
		n := 4 + int(binary.BigEndian.Uint32(s.asked))
		if len(s.asked) < n {
			break
		}
		s.answer(s.asked[5:9], s.asked[4] == 1)
		s.asked = s.asked[n:]
	}
	return len(p), nil
}

func (s *script) answer(id []byte, hello bool) {
	if len(s.answers) < 2 {
		s.over, s.closed = true, !s.dying
		return
	}
	body := s.answers[2:min(len(s.answers), 2+int(s.answers[0]))]
	kind := s.answers[1]
	s.answers = s.answers[2+len(body):]
	s.over = s.dying && len(s.answers) == 0
	if !hello {
		body = append(bytes.Clone(id), body...)
	}
	s.out.Write(binary.BigEndian.AppendUint32(nil, uint32(1+len(body))))
	s.out.WriteByte(kind)
	s.out.Write(body)
}

func (s *script) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.out.Len() == 0 && !s.closed {
		s.ready.Wait()
	}
	return s.out.Read(p)
}

func (s *script) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over, s.closed = true, true
	s.ready.Broadcast()
	return nil
}

// Types of answers.
const (
	version = 2
	status  = 101
	handle  = 102
	data    = 103
	attrs   = 105
)

// say appends an answer.
func say(script []byte, kind byte, body ...byte) []byte {
	return append(append(script, byte(len(body)), kind), body...)
}

// goodScript is the far side of an upload that goes well.
func goodScript(content []byte) (b []byte) {
	ok := []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	code := func(n byte) []byte { return append([]byte{0, 0, 0, n}, ok[4:]...) }
	info := []byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, byte(len(content))}
	hello := []byte{0, 0, 0, 3, 0, 0, 0, 27}
	hello = append(append(hello, "posix-rename@openssh.com   "...), 0, 0, 0, 1, '1')
	b = say(b, version, hello...)
	b = say(b, status, code(2)...)      // there is no such file
	b = say(b, handle, 0, 0, 0, 1, 'h') // it is open
	b = say(b, status, ok...)           // written
	b = say(b, status, ok...)           // closed
	b = say(b, attrs, info...)          // this is its size
	b = say(b, handle, 0, 0, 0, 1, 'h') // it is open
	b = say(b, data, append([]byte{0, 0, 0, byte(len(content))}, content...)...)
	b = say(b, status, code(1)...) // that was the end
	b = say(b, status, ok...)      // closed
	b = say(b, status, ok...)      // renamed
	return say(b, attrs, info...)
}

// largeScript takes the large file and gives little of it back.
func largeScript() (b []byte) {
	ok := make([]byte, 12)
	b = say(b, version, 0, 0, 0, 3)
	b = say(b, status, 0, 0, 0, 2) // there is no such file
	b = say(b, handle, 0, 0, 0, 1, 'h')
	b = say(say(b, status, ok...), status, ok...) // written
	b = say(b, status, ok...)                     // closed
	b = say(b, attrs, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 40_000>>8, 40_000&0xff)
	b = say(b, handle, 0, 0, 0, 1, 'h')
	b = say(b, data, 0, 0, 0, 3, 1, 2, 3)
	b = say(b, status, ok...) // read, but nothing is there
	return say(b, status, 0, 0, 0, 1)
}

// FuzzFarSide has the far side answer anything: no panic, no endless wait, and
// no confirmation without a byte of it. Large files have several requests
// under way at a time.
func FuzzFarSide(f *testing.F) {
	dir := f.TempDir()
	small, large := filepath.Join(dir, "small"), filepath.Join(dir, "large")
	content := noise(16)
	for path, b := range map[string][]byte{small: content, large: noise(40_000)} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			f.Fatal(err)
		}
	}
	good := goodScript(content)
	for _, b := range []bool{false, true} {
		f.Add(good, b)
		f.Add(good[:len(good)/2], b)
		f.Add(say(say(nil, version, 0, 0, 0, 3), attrs, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), b)
	}
	f.Add(largeScript(), true)
	f.Fuzz(func(t *testing.T, answers []byte, isLarge bool) {
		path := small
		if isLarge {
			path = large
		}
		x, err := openFile(context.Background(), path, ".")
		if err != nil {
			t.Fatal(err)
		}
		defer x.f.Close()
		_, err = play(x, newScript(answers))
		if bytes.Equal(answers, good) && !isLarge && err != nil {
			t.Error(err)
		}
		if err == nil && (isLarge || !bytes.Contains(answers, content[:1])) {
			t.Error("confirmed without the bytes")
		}
	})
}

// play uploads a file to a script.
func play(x *file, far *script) (there bool, err error) {
	client, err := sftp.NewClientPipe(far, far, sftp.UseConcurrentWrites(true))
	if err != nil {
		return false, err
	}
	s := &session{timeout: time.Hour, client: client, conns: []io.Closer{far}, unwatch: func() bool { return true }}
	defer s.close()
	t := transfer{session: s}
	return t.put(context.Background(), x)
}

// A connection that is about to end can look like the end of a file. That is
// not a file which differs.
func TestLostConnectionIsNoConflict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	writeFile(t, path, noise(16))
	x, err := openFile(t.Context(), path, ".")
	if err != nil {
		t.Fatal(err)
	}
	defer x.f.Close()
	far := newScript(say(say(say(nil, version, 0, 0, 0, 3),
		attrs, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16),
		handle, 0, 0, 0, 1, 'h'))
	far.dying = true
	if _, err := play(x, far); err == nil || errors.Is(err, errConflict) {
		t.Error(err)
	}
}
