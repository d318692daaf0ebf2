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
	Now    int64  // live: no frame older than this will come, nanoseconds since 1970; 0 = not known
	Load   uint8  // live: percent of the Source's queue that waits behind this batch
	Buf    []byte // the Source's: space for the bytes, kept between uses
	Tag    int    // the Source's: what it knows the batch by
}

// A Source gives frames in the order in which they were captured.
type Source interface {
	// Next empties b and fills it with at least one frame, all of one input.
	// A live Source may give no frame but Now, so that time goes on without
	// traffic; all its interfaces are one input. Next returns io.EOF when there
	// are no more frames. Any other error ends the capture too; the frames
	// before it have been given.
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

	Interfaces []InterfaceStats // live: each for itself
}

// InterfaceStats counts what a live Source has seen of one interface.
type InterfaceStats struct {
	Name    string `json:"name"`
	Frames  int64  `json:"frames"`  // given
	Bytes   int64  `json:"bytes"`   // of these on the wire
	Dropped int64  `json:"dropped"` // frames that the kernel had no room for
	Freezes int64  `json:"freezes"` // times that the ring was full
	Down    int64  `json:"down"`    // times that the interface went away
}
