package quic

import "joy/wire"

// Types of frames in Initial packets (RFC 9000 19), and those of Google that
// are others.
const (
	framePadding     = 0x00
	framePing        = 0x01
	frameAck         = 0x02
	frameAckECN      = 0x03
	frameCrypto      = 0x06
	frameClose       = 0x1c
	frameCloseByApp  = 0x1d
	googleClose      = 0x02
	googleStop       = 0x06
	googlePing       = 0x07
	googleCrypto     = 0x08
	googleAck        = 0x40 // with its form in the low six bits
	maxCloseReason   = 256
	maxAckRanges     = 1 << 10
	googleAckRanges  = 0x20
	googleTimestamps = 3 // bytes each, the first one two more
)

// A frame of a packet. The type is framePadding for one that does not matter
// here.
type frame struct {
	typ    uint8  // frameCrypto, or frameClose
	offset uint64 // of CRYPTO
	data   []byte // of CRYPTO, or the reason of CONNECTION_CLOSE; borrowed
	code   uint64 // of CONNECTION_CLOSE
}

// nextFrame reads on until there is a frame that matters; ok is false at the
// end, and at a frame that is not known.
func nextFrame(b []byte, googles bool) (f frame, rest []byte, ok bool) {
	for {
		// Most packets are padded to 1,200 bytes (BenchmarkFirst).
		for len(b) > 0 && b[0] == framePadding {
			b = b[1:]
		}
		if len(b) == 0 {
			return f, nil, false
		}
		r := wire.NewReader(b)
		if googles {
			f, ok = googleFrame(&r)
		} else {
			f, ok = standardFrame(&r)
		}
		if b = r.Rest(); !ok || r.Bad() || f.typ != framePadding {
			return f, b, ok && !r.Bad()
		}
	}
}

// standardFrame reads a frame of RFC 9000; ok says that its type is known.
func standardFrame(r *wire.Reader) (f frame, ok bool) {
	switch typ := r.Uint8(); typ {
	case framePing:
	case frameAck, frameAckECN:
		skipAck(r, typ == frameAckECN)
	case frameCrypto:
		f.typ, f.offset = frameCrypto, varint(r)
		f.data = r.Bytes(int(min(varint(r), 1<<16)))
	case frameClose, frameCloseByApp:
		f.typ, f.code = frameClose, varint(r)
		if typ == frameClose {
			varint(r) // type of the frame that is to blame
		}
		f.data = r.Bytes(int(min(varint(r), 1<<16)))
	default:
		return f, false
	}
	return f, true
}

// skipAck passes over an ACK (RFC 9000 19.3).
func skipAck(r *wire.Reader, ecn bool) {
	varint(r)
	varint(r)
	n := min(varint(r), maxAckRanges)
	for range 1 + 2*n {
		varint(r)
	}
	if ecn {
		varint(r)
		varint(r)
		varint(r)
	}
}

// googleFrame reads a frame of Google's versions Q050, T050 and T051; ok says
// that its type is known.
func googleFrame(r *wire.Reader) (f frame, ok bool) {
	switch typ := r.Uint8(); {
	case typ == framePing, typ == googlePing:
	case typ == googleStop:
		r.Skip(4)
	case typ == googleCrypto:
		f.typ, f.offset = frameCrypto, varint(r)
		f.data = r.Bytes(int(min(varint(r), 1<<16)))
	case typ == googleClose:
		f.typ, f.code = frameClose, uint64(r.Uint32())
		f.data = r.Bytes(int(r.Uint16()))
	case typ&0xc0 == googleAck:
		skipGoogleAck(r, typ)
	default:
		return f, false
	}
	return f, true
}

// skipGoogleAck passes over an ACK of the form 01nullmm: whether there are
// several ranges, and the lengths of the numbers.
func skipGoogleAck(r *wire.Reader, typ uint8) {
	lengths := [4]int{1, 2, 4, 6}
	r.Skip(lengths[typ>>2&3] + 2)
	n := 0
	if typ&googleAckRanges != 0 {
		n = int(r.Uint8())
	}
	r.Skip(lengths[typ&3])
	r.Skip(n * (1 + lengths[typ&3]))
	if stamps := int(r.Uint8()); stamps > 0 {
		r.Skip(googleTimestamps*stamps + 2)
	}
}
