package http

// Bounds of what a parser keeps. Each one that cuts shows in the Info.
const (
	maxMessages = 64      // of a direction in a record; Exchange.MoreOut and MoreIn count the others
	maxText     = 1 << 17 // bytes of a direction in a record: a message that begins behind them is counted only
	maxHeaders  = 100     // of a message; Exchange.OutLeft and InLeft count the others
	maxBlock    = 1 << 14 // bytes of the header lines of a message; likewise
	maxLine     = 1 << 13 // bytes of a line, with its folded ones: the rest is cut off, mark cut
	maxName     = 255     // bytes of the name of a header; likewise
	maxCookies  = 64      // of a header that are told apart: the rest is one secret
	maxPending  = 64      // requests without a response that are remembered

	maxMethod    = 24  // bytes
	believeAfter = 512 // bytes of a request line without its end that are enough for Yes

	keptText    = 1 << 13 // bytes of a buffer that Cut and Reset keep, for the next record
	keptEntries = 1 << 9  // likewise of lists
	keptInfo    = 1 << 6  // likewise of the exchanges that were told, which are larger
)
