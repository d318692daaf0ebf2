package pcapfile

import "io"

// pieces is how many slabs an ahead has: one that is read from, one that is
// ready and one that is being filled.
const pieces = 3

// An ahead reads from a reader before it is asked to, so that a file is
// uncompressed while the frames before are worked on.
type ahead struct {
	source io.Closer
	full   chan piece
	free   chan []byte
	stop   chan struct{}
	piece  // the one that is read from
}

// A piece is what was read at a time, and the error behind it.
type piece struct {
	data []byte
	used int
	err  error
}

// readAhead begins to read; Close ends it, and closes r.
func readAhead(r io.ReadCloser) *ahead {
	a := &ahead{
		source: r,
		full:   make(chan piece, pieces),
		free:   make(chan []byte, pieces),
		stop:   make(chan struct{}),
	}
	for range pieces {
		a.free <- make([]byte, slab)
	}
	go a.run(r)
	return a
}

// run never waits for a place in full or free: each has one for every piece.
func (a *ahead) run(r io.Reader) {
	defer close(a.full)
	for {
		select {
		case <-a.stop:
			return
		case buf := <-a.free:
			p := piece{data: buf[:0]}
			for len(p.data) < len(buf) && p.err == nil {
				var n int
				n, p.err = r.Read(buf[len(p.data):])
				p.data = buf[:len(p.data)+n]
			}
			a.full <- p
			if p.err != nil {
				return
			}
		}
	}
}

// Read fills b, unless the data ends.
func (a *ahead) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if a.used == len(a.data) {
			if a.err != nil {
				return n, a.err
			}
			if a.data != nil {
				a.free <- a.data
			}
			a.piece = <-a.full
		}
		m := copy(b[n:], a.data[a.used:])
		n += m
		a.used += m
	}
	return n, nil
}

func (a *ahead) Close() error {
	close(a.stop)
	for range a.full { // until run has ended
	}
	return a.source.Close()
}
