// Package element is the table of information elements: what the fields of
// NetFlow v9 and IPFIX records are called, which type they have and in which
// unit they count. Those that collectors send to and exporters receive from are
// one table, so that what joy writes it can read.
//
// There are three kinds: those of IANA's registry (RFC 7012), with the reverse
// of each that has one (RFC 5103); those of Cisco's Encrypted Traffic
// Analytics; and our own, for what nobody else has a number.
package element

// An ID is an enterprise number in the upper bits and the number of the element,
// without the enterprise bit, in the lower 16. Elements of IANA's registry have
// enterprise 0, so that their ID is their number.
type ID uint64

// Enterprise numbers.
const (
	IANA    = 0
	Cisco   = 9
	Reverse = 29305 // RFC 5103: the elements of IANA, of the other direction
	// Own is set aside for examples in documents (RFC 5612). A site that has a
	// number of its own can send our elements under that one.
	Own = 32473
)

// Make puts an ID together.
func Make(enterprise uint32, number uint16) ID { return ID(enterprise)<<16 | ID(number) }

// Enterprise is the enterprise number.
func (id ID) Enterprise() uint32 { return uint32(id >> 16) }

// Number is the number of the element, without the enterprise bit.
func (id ID) Number() uint16 { return uint16(id) }

// Reverse is the same element of the other direction. It makes sense for the
// elements of IANA alone.
func (id ID) Reverse() ID { return Make(Reverse, id.Number()) }

// A Type is an abstract data type (RFC 7012 section 3.1). The numbers are those
// of the registry of IPFIX Information Element Data Types (RFC 5610, RFC 6313).
type Type uint8

// The types. Integers may be sent in fewer bytes than the type has (RFC 7011
// section 6.2).
const (
	OctetArray Type = iota
	Unsigned8
	Unsigned16
	Unsigned32
	Unsigned64
	Signed8
	Signed16
	Signed32
	Signed64
	Float32
	Float64
	Boolean
	MACAddress
	String
	DateTimeSeconds
	DateTimeMilliseconds
	DateTimeMicroseconds
	DateTimeNanoseconds
	IPv4Address
	IPv6Address
	BasicList
	SubTemplateList
	SubTemplateMultiList
)

var typeNames = [...]string{
	"octetArray", "unsigned8", "unsigned16", "unsigned32", "unsigned64", "signed8", "signed16", "signed32", "signed64",
	"float32", "float64", "boolean", "macAddress", "string", "dateTimeSeconds", "dateTimeMilliseconds",
	"dateTimeMicroseconds", "dateTimeNanoseconds", "ipv4Address", "ipv6Address", "basicList", "subTemplateList",
	"subTemplateMultiList",
}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// Variable is the length in a template of a field whose values carry their own
// length (RFC 7011 section 7).
const Variable = 0xffff

var sizes = [...]uint16{
	OctetArray: Variable, Unsigned8: 1, Unsigned16: 2, Unsigned32: 4, Unsigned64: 8, Signed8: 1, Signed16: 2, Signed32: 4,
	Signed64: 8, Float32: 4, Float64: 8, Boolean: 1, MACAddress: 6, String: Variable, DateTimeSeconds: 4,
	DateTimeMilliseconds: 8, DateTimeMicroseconds: 8, DateTimeNanoseconds: 8, IPv4Address: 4, IPv6Address: 16,
	BasicList: Variable, SubTemplateList: Variable, SubTemplateMultiList: Variable,
}

// Size is the full length of a value in bytes, or Variable.
func (t Type) Size() uint16 {
	if int(t) < len(sizes) {
		return sizes[t]
	}
	return Variable
}

// A Unit says what a number counts. The numbers are those of the registry of
// IPFIX Information Element Units (RFC 5610).
type Unit uint16

// The units.
const (
	None Unit = iota
	Bits
	Octets
	Packets
	Flows
	Seconds
	Milliseconds
	Microseconds
	Nanoseconds
	FourOctetWords
	Messages
	Hops
	Entries
	Frames
)

var unitNames = [...]string{
	"", "bits", "octets", "packets", "flows", "seconds", "milliseconds", "microseconds", "nanoseconds", "4-octet words",
	"messages", "hops", "entries", "frames",
}

func (u Unit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return "unknown"
}

// An Element is one information element.
type Element struct {
	ID   ID
	Name string
	Type Type
	Unit Unit
}

// Lookup finds an element.
func Lookup(id ID) (Element, bool) {
	e, ok := byID[id]
	return e, ok
}

// Named finds an element by its name.
func Named(name string) (Element, bool) {
	id, ok := byName[name]
	if !ok {
		return Element{}, false
	}
	return Lookup(id)
}

var (
	byID   = index()
	byName = names()
)

// index gathers the tables.
func index() map[ID]Element {
	m := make(map[ID]Element, 2*len(iana)+len(cisco)+len(own))
	for _, e := range iana {
		m[e.ID] = e
		if reversible(e.ID) {
			e.ID, e.Name = e.ID.Reverse(), reverseName(e.Name)
			m[e.ID] = e
		}
	}
	for _, e := range cisco {
		m[e.ID] = e
	}
	for _, e := range own {
		m[e.ID] = e
	}
	return m
}

func names() map[string]ID {
	m := make(map[string]ID, len(byID))
	for id, e := range byID {
		m[e.Name] = id
	}
	return m
}
