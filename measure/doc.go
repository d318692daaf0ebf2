// Package measure holds the optional per-packet features of a flow, a file
// each. The engine keeps one value of a feature's type for a flow while its
// option is on, calls Add for each packet that counts, and asks for the result
// at the end.
//
// A direction is 0 or 1, the number of the side that sent. Which side opened
// the flow may turn out late, so results take the direction as an argument.
//
// Nothing here allocates for each packet, and the values hold no pointers: what
// they keep is in Blocks and Bins of the worker. All of it has a bound. Reset
// readies a value for another flow and gives back what it kept.
package measure
