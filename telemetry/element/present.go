package element

// The bits of JoyPresent: a value that is 0 without its bit is not known.
const (
	KnowsSourcePort = 1 << iota
	KnowsDestinationPort
	KnowsFirstSeq
	KnowsWindow
	KnowsReverseWindow
	KnowsICMP
	KnowsReverseICMP
	KnowsMoments
	KnowsEntropy
	KnowsServerRTT
	KnowsClientRTT
	KnowsSuite
	KnowsResponseCode
)
