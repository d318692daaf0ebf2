// Package feature is the contract between the engine and the protocols: what a
// protocol module declares, what its parser is given, and what it answers.
package feature

// A Dir says which side sent.
type Dir uint8

const (
	Out Dir = iota // the side that opened the flow
	In             // the other side
)

// A Chunk is the next bytes of one direction: in order and each once for TCP,
// one datagram for UDP, one message, from its type on, for ICMP.
type Chunk struct {
	Time  int64     // of the packet that brought the last of Bytes, nanoseconds since 1970
	Over  Transport // one of them
	Dir   Dir       //
	Bytes []byte    // borrowed: valid only during the call
	Lost  int       // bytes that are missing just before Bytes; those left unused before them are gone
	EOF   bool      // nothing follows in this direction; Bytes may be empty
}

// A Guess is what a look at the first bytes of a direction tells.
type Guess uint8

const (
	Maybe Guess = iota // more bytes are needed to tell; of a datagram, it is no proof
	Yes
	No
)

// A Verdict is what a parser thinks of what comes next.
type Verdict uint8

const (
	More   Verdict = iota // go on
	Done                  // has all it wants: keep what it found, it costs nothing more
	Reject                // this is another protocol after all: forget what it found
	Switch                // behind the used bytes another protocol begins, in both directions (STARTTLS, CONNECT): keep what it found, and look again
)

// A Parser follows one protocol in one flow. It is used by one goroutine, and
// reused for other flows.
//
// What it is given is hostile. It copies what it keeps, bounds what can grow,
// counts or marks what a bound cut off, and never panics.
type Parser interface {
	// Data looks at a Chunk and returns how many of its bytes it has used. The
	// rest comes again, with more behind it, as with bufio.SplitFunc; at most
	// Module.Keep bytes are kept for a direction, and a parser that leaves more
	// than that unused is treated as Done. Of a datagram nothing comes again.
	Data(c *Chunk) (used int, v Verdict)
	// Cut is called when a record was written and the flow goes on in the next
	// one: what was reported is forgotten, what is needed to go on stays.
	Cut()
	// Reset makes the parser as New gave it, but keeps its memory.
	Reset()
}

// A Holder is a Parser that may keep more than about 1 KiB. The engine holds
// the flows to max_memory by it.
type Holder interface {
	// Held is how many bytes the parser keeps for the flow beside its own struct,
	// 0 after Reset. It is asked after each packet: it adds up a few numbers, and
	// nothing else. What it counts is what the flow has brought (len and not cap),
	// so that a run evicts the same flows whatever a parser from the pool still
	// has; what is behind len has to be bounded by Cut and Reset.
	Held() int
}

// A View says which directions a record is about.
type View uint8

const (
	Both    View = iota // one record for both directions (bidir=1)
	OnlyOut             // what the side that opened the flow sent
	OnlyIn              // what the other side sent
)

// Has reports whether what side d sent belongs into the record.
func (v View) Has(d Dir) bool { return v == Both || v == OnlyOut && d == Out || v == OnlyIn && d == In }

// A Transport is a set of what carries a protocol.
type Transport uint8

const (
	TCP Transport = 1 << iota
	UDP
	ICMP
	ICMPv6
)

// Settings are what a run sets for all parsers.
type Settings struct {
	// Secrets has credentials reported as they are, and not by their Digest.
	Secrets bool
	// Digest is a keyed hash that stands for a secret: the same for the same
	// secret within a run with the same key.
	Digest func(secret []byte) string
	// Body is the number of bytes of a message body that are reported.
	Body int
}

// A Module is all that engine, command line, help and schema know of a
// protocol.
type Module struct {
	Key   string    // JSON key and name of the option
	Doc   string    // one sentence for the help
	Over  Transport //
	Ports []uint16  // well-known ports: they break ties, and are never a proof
	// Match looks at the first bytes of a direction, or at a datagram, of which
	// Maybe takes those alone that are of a flow already recognised. It keeps
	// no state. Lost and EOF of the Chunk are set as for Data.
	Match func(*Chunk) Guess
	Keep  int // most unused bytes kept for a direction
	New   func(*Settings) Parser
	// Carries says that another protocol may follow, as TLS does after STARTTLS:
	// the parser may give Switch. Such a protocol is followed also where only what
	// it carries is asked for.
	Carries bool
}
