package record

// A Writer takes records one by one. A stage between the engine and the
// encoder is a Writer that wraps the next one. Each worker has its own chain,
// so a Writer is used by one goroutine.
type Writer interface {
	// Write may change r, and must not keep it: r is reused.
	Write(r *Record) error
}

// A Sink takes encoded records in their final order.
type Sink interface {
	// Write takes whole records: b up to ends[0], from there to ends[1], ...
	// Clock is the packet time (nanoseconds since 1970) up to which the capture
	// has been read. b and ends are reused after Write returns.
	Write(b []byte, ends []int, clock int64) error
	// Tick tells the time (nanoseconds since 1970) of a live capture, often: what
	// was written should reach its reader.
	Tick(now int64) error
	Close() error
}
