// Package measure holds the optional per-packet features of a flow, a file
// each. The engine keeps one value of a feature's type for a flow while its
// option is on, calls Add for each packet that counts, and asks for the result
// at the end.
//
// A direction is 0 or 1, the number of the side that sent. Which side opened
// the flow may turn out late, so results take the direction as an argument.
//
// Nothing here allocates for each packet, once slices have grown; all of them
// have a bound. Reset readies a value for another flow and keeps the memory.
package measure

// usualList is the length of a list that Reset keeps the memory of. Flows with
// longer ones are few, and those that come after them should not pay for them.
const usualList = 16

// emptied is a list without its elements. Memory for more than usual is given
// back.
func emptied[T any](list []T, usual int) []T {
	if cap(list) > usual {
		return nil
	}
	return list[:0]
}
