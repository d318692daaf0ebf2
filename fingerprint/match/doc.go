// Package match says which software sent a fingerprint: the same one in the
// database, or the nearest ones, and among their processes the one that the
// destination speaks for. docs/fingerprint-matching.md has the arithmetic.
package match
