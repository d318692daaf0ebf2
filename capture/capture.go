// Package capture says where frames come from: a Source fills Batches.
package capture

// Link types, as in the registry of tcpdump.org/linktypes.html.
const (
	LinkNull       = 0 // BSD loopback, address family in the byte order of the writer
	LinkEthernet   = 1
	LinkPPP        = 9
	LinkRawBSD     = 12 // raw IP, as BSDs number it in files
	LinkRawOpenBSD = 14
	LinkPPPSerial  = 50
	LinkPPPEther   = 51 // PPPoE session packet without its Ethernet header
	LinkRaw        = 101
	LinkCiscoHDLC  = 104
	LinkIEEE80211  = 105
	LinkLoop       = 108 // OpenBSD loopback, address family in network byte order
	LinkLinuxSLL   = 113
	LinkPrism      = 119
	LinkRadiotap   = 127
	LinkAVS        = 163
	LinkPPI        = 192
	LinkIPv4       = 228
	LinkIPv6       = 229
	LinkNFLOG      = 239
	LinkLinuxSLL2  = 276
)

// A Frame is one captured frame.
type Frame struct {
	Time int64  // nanoseconds since 1970, from the capture
	Data []byte // captured bytes; they live in the Batch
	Wire int    // length on the wire, at least len(Data)
	Link uint16 // link type
	FCS  uint8  // bytes of frame check sequence at the end of Data
}

// A Batch is a run of frames together with the buffer that holds their bytes.
// Who calls Next owns the Batch until it passes it to Next again: a Batch can
// be handed to another goroutine whole, without a copy.
type Batch struct {
	Frames []Frame
	Input  int    // number of the input that the frames came from, from 0
	Buf    []byte // the Source's: space for the bytes, kept between uses
}

// A Source gives frames in the order in which they were captured.
type Source interface {
	// Next empties b and fills it with at least one frame, all of one input.
	// It returns io.EOF when there are no more. Any other error ends the
	// capture too; the frames before it have been given.
	Next(b *Batch) error
	Stats() Stats
	Close() error
}

// Stats counts what a Source has read so far. It may be asked for from
// another goroutine than the one that calls Next.
type Stats struct {
	Inputs  int   // inputs opened
	Frames  int64 // frames given
	Bytes   int64 // bytes read from the inputs, compressed where they are
	Total   int64 // size of all inputs in bytes; 0 when not known
	Damaged int   // inputs that could not be read to their end
	Dropped int64 // frames lost before they could be read (live capture)
}
