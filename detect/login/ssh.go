package login

import "joy/query/flow"

// afterKex is how many bytes the client sent behind what is in clear.
func afterKex(f *flow.Flow) uint64 { return f.BytesOut }
