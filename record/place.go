package record

// A How says what may stand at a place of a written record, for who hides
// addresses in it.
type How uint8

const (
	HowPlain  How = iota // numbers, bools and texts of our own tables: no address
	HowKept              // tagged anon:"keep": random, or a hash
	HowStage             // tagged anon:"stage": seen to by hand
	HowAddr              // an address
	HowText              // any text
	HowHex               // bytes in hexadecimal
	HowRandom            // the same, tagged anon:"text": random by protocol
	HowBytes             // bytes as a list of numbers
	HowObject            // an object, whose members have places
	HowOwn               // a type that writes itself
)

// A Place is a member of an object of a written record, or the elements of its
// list.
type Place struct {
	How How
	// Object is the object's number in Places, of HowObject.
	Object int
	// Own names the type, as http.Message, of HowOwn.
	Own string
	// Omit says that the member is left out when it is empty.
	Omit bool
}
