package filter

// An expr is a part of an expression that is true or false. compile makes its
// condition at the place in the frame that g has come to.
type expr interface {
	compile(g *generator) *cond
}

type (
	// logic is two expressions joined by and or or.
	logic struct {
		and  bool
		l, r expr
	}
	negation struct{ x expr }

	// address is a value with what is said about it: port 80, src net 10.
	address struct {
		qual
		value token
		mask  token  // behind "mask"; tokenEnd when there is none
		bits  uint32 // behind "/", valid if slash
		slash bool
	}

	// protocol is a word alone: tcp.
	protocol struct{ word token }

	// relation compares two values.
	relation struct {
		op   token
		l, r value
	}

	// special is any other primitive: a word, what came before it and what
	// may follow it.
	special struct {
		word   token
		proto  token // as in "ip broadcast"
		arg    token // a number or a name
		arg2   token
		hasArg bool
	}
)

// A qual says what an address is about. It is carried over to values that
// follow without one: port 80 or 443.
type qual struct {
	proto token // tokenEnd for none
	dir   direction
	kind  addressKind
}

type direction uint8

const (
	dirAny direction = iota // source or destination
	dirSrc
	dirDst
	dirBoth
	dirAddr1 // of 802.11
	dirAddr2
	dirAddr3
	dirAddr4
	dirReceiver
	dirTransmitter
)

type addressKind uint8

const (
	kindNone    addressKind = iota // there is nothing to carry over
	kindDefault                    // host, not spelled
	kindHost
	kindNet
	kindPort
	kindPortRange
	kindProto
	kindProtoChain
)

// A value is a number, known now or found in a frame. load makes the
// instructions that leave it in A and the condition under which they may be
// run, nil for none.
type value interface {
	load(g *generator) ([]Instruction, *cond)
}

type (
	number   struct{ tok token }
	length   struct{}
	negative struct{ x value }

	// field is size bytes of the header of a protocol.
	field struct {
		proto token
		index value
		size  token
	}

	arithmetic struct {
		op   token
		l, r value
	}
)
