// Package arch holds the house rules of the module as tests over its source:
// which package may import which, and what no file may contain.
package arch
