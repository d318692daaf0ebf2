// Package where holds the conditions that sleuth filters flows by, such as
// pr=6,(dp=443|dp=8443),tls{cs}~00*.
package where

import (
	"joy/query/element"
)

// A Condition is true or false of a record.
type Condition struct {
	test  tester
	names element.List
}

// Names are the elements that the condition looks at.
func (c *Condition) Names() element.List { return c.names }

// Holds reports whether the condition is true of src.
func (c *Condition) Holds(src element.Source) bool { return c.test.holds(src) }

// A tester is a node of a condition.
type tester interface {
	holds(element.Source) bool
}

// all is true if each part is.
type all []tester

func (a all) holds(src element.Source) bool {
	for _, t := range a {
		if !t.holds(src) {
			return false
		}
	}
	return true
}

// some is true if a part is.
type some []tester

func (s some) holds(src element.Source) bool {
	for _, t := range s {
		if t.holds(src) {
			return true
		}
	}
	return false
}
