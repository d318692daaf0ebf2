//go:build !linux

package flowtable

func hugePages[T any](*[chunkLen]T) {}
