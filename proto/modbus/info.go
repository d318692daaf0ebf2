package modbus

// Info has what each side sent.
type Info struct {
	// What the side that opened the flow sent; absent for nothing.
	Out *Side `json:"out,omitempty"`
	// What the other side sent; absent for nothing.
	In *Side `json:"in,omitempty"`
}

// A Side is what one side sent.
type Side struct {
	// Messages.
	Messages uint64 `json:"messages"`
	// Units in the order of their first message, at most 16.
	Units []uint8 `json:"units" encode:"numbers"`
	// Functions in the order of their first message, at most 16.
	Functions []Function `json:"functions"`
	// Messages with functions beyond 16; absent for none.
	More uint64 `json:"more,omitempty"`
	// Bytes are missing in the capture: what follows them was not read.
	Lost bool `json:"lost,omitempty"`
	// What is no message came: it and what follows was not read.
	Malformed bool `json:"malformed,omitempty"`
}

// A Function is a function of Modbus, or the exception that it led to.
type Function struct {
	// Number as sent; an exception has 128 more.
	Code uint8 `json:"code"`
	// Name, such as read_holding_registers; absent when there is none.
	Name string `json:"name,omitempty"`
	// It is an exception.
	Exception bool `json:"exception,omitempty"`
	// Messages with it.
	Count uint64 `json:"count"`
}
