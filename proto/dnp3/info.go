package dnp3

// Info has what each side sent.
type Info struct {
	// What the side that opened the flow sent; absent for nothing.
	Out *Side `json:"out,omitempty"`
	// What the other side sent; absent for nothing.
	In *Side `json:"in,omitempty"`
}

// A Side is what one side sent. The stations are those of its first frame.
type Side struct {
	// Address of the sending station. Source: IEEE 1815 section 9.2.4.1.
	Source uint16 `json:"source"`
	// Address of the receiving station.
	Destination uint16 `json:"destination"`
	// The sender is the master.
	Master bool `json:"master"`
	// Frames of the link layer.
	Frames uint64 `json:"frames"`
	// Functions of the application in the order of their first message, at most 16;
	// absent when only the link layer was in use.
	Functions []Function `json:"functions,omitempty"`
	// Messages with functions beyond 16; absent for none.
	More uint64 `json:"more,omitempty"`
	// Bytes that are no frame and were passed over; absent for none.
	Skipped uint64 `json:"skipped,omitempty"`
	// Bytes are missing in the capture.
	Lost bool `json:"lost,omitempty"`
}

// A Function is a function of the application. Source: IEEE 1815 section 4.2.2.5.
type Function struct {
	// Number as sent.
	Code uint8 `json:"code"`
	// Name, such as read; absent when there is none.
	Name string `json:"name,omitempty"`
	// Messages with it.
	Count uint64 `json:"count"`
}
