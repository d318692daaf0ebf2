package listen

import (
	"net/netip"
	"sync"
	"time"

	"joy/capture"
)

// queueBytes bounds what waits for Next. When it is full the sockets are not
// read, so that the kernel counts what is lost, and holds back TCP.
const queueBytes = 4 << 20

// A queue holds frames until Next takes them, all at once with the buffer that
// they are in.
type queue struct {
	ready chan struct{} // there is a frame
	room  chan struct{} // Next has emptied the queue

	mu     sync.Mutex
	buf    []byte
	frames []capture.Frame
	err    error // of a socket, which ends the capture
}

func (q *queue) init() {
	q.ready, q.room = make(chan struct{}, 1), make(chan struct{}, 1)
}

// put adds a message as a frame, when there is room for it. It reports false
// when done is closed before.
func (q *queue) put(done <-chan struct{}, p *port, from, to netip.AddrPort, b []byte) bool {
	for !q.try(p, from, to, b) {
		select {
		case <-q.room:
		case <-done:
			return false
		}
	}
	return true
}

func (q *queue) try(p *port, from, to netip.AddrPort, b []byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.buf)+len(b)+maxHeaders > queueBytes {
		return false
	}
	begin := len(q.buf)
	q.buf = appendFrame(q.buf, from, to, b)
	data := q.buf[begin:len(q.buf):len(q.buf)]
	q.frames = append(q.frames, capture.Frame{
		Time: time.Now().UnixNano(), Data: data, Wire: len(data), Link: capture.LinkRaw,
	})
	p.frames.Add(1)
	p.bytes.Add(int64(len(b)))
	signal(q.ready)
	signal(q.room) // for the next one that waits
	return true
}

// take moves all frames to b. They are stamped under the lock, so none that is
// older than now can come.
func (q *queue) take(b *capture.Batch) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	b.Frames, q.frames = q.frames, b.Frames[:0]
	b.Buf, q.buf = q.buf, b.Buf[:0]
	b.Now = time.Now().UnixNano()
	b.Load = uint8(len(b.Buf) * 100 / queueBytes)
	signal(q.room)
	if len(b.Frames) == 0 {
		return q.err
	}
	return nil
}

// fail has Next return an error once the frames before it are given.
func (q *queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
	signal(q.ready)
}

// signal wakes one who waits, now or when he comes.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
