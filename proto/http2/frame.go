package http2

import "encoding/binary"

// Frame types (RFC 9113, section 6). Others are passed over.
const (
	frameData = iota
	frameHeaders
	framePriority
	frameReset
	frameSettings
	framePushPromise
	framePing
	frameGoaway
	frameWindowUpdate
	frameContinuation
)

const (
	flagAck        = 1
	flagEndStream  = 1
	flagEndHeaders = 4
	flagPadded     = 8
	flagPriority   = 32

	frameHeader = 9 // bytes
)

// A header is that of a frame (RFC 9113, section 4.1).
type header struct {
	size   int
	kind   uint8
	flags  uint8
	stream uint32
}

// parseHeader reads the first 9 bytes of b.
func parseHeader(b []byte) header {
	return header{
		size: int(b[0])<<16 | int(b[1])<<8 | int(b[2]), kind: b[3], flags: b[4],
		stream: binary.BigEndian.Uint32(b[5:]) & (1<<31 - 1),
	}
}

// prefix is the number of bytes at the start of the payload that are read at
// once: the pad length, priority and promised stream, or what there is of a
// small frame.
func (h *header) prefix() int {
	n := 0
	switch h.kind {
	case frameHeaders, framePushPromise, frameData:
		if h.flags&flagPadded != 0 {
			n++
		}
		if h.kind == frameHeaders && h.flags&flagPriority != 0 {
			n += 5
		}
		if h.kind == framePushPromise {
			n += 4
		}
	case frameWindowUpdate:
		n = 4
	case frameGoaway:
		n = min(h.size, 8+maxDebug)
	}
	return n
}

// legal reports whether a frame may be where it is: its size and its stream
// are those of its type, and a header block is not interrupted.
func (h *header) legal(block uint32) bool {
	if block != 0 || h.kind == frameContinuation {
		return h.kind == frameContinuation && h.stream == block && block != 0
	}
	switch h.kind {
	case frameData, frameHeaders, framePushPromise:
		return h.stream != 0 && h.size >= h.prefix()
	case framePriority:
		return h.stream != 0 && h.size == 5
	case frameReset:
		return h.stream != 0 && h.size == 4
	case frameSettings:
		return h.stream == 0 && h.size%6 == 0 && (h.flags&flagAck == 0 || h.size == 0)
	case framePing:
		return h.stream == 0 && h.size == 8
	case frameGoaway:
		return h.stream == 0 && h.size >= 8
	case frameWindowUpdate:
		return h.size == 4
	}
	return true
}
