package match

import "joy/fingerprint"

// A Status says how an answer was found.
type Status string

// Unknown is also the answer where the fingerprint is known, and it is more
// probable that a program sent it which the database has not seen with it.
const (
	Exact       Status = "exact"
	Approximate Status = "approximate"
	Unknown     Status = "unknown"
)

// A Result says what software an observation is of. Its lists are the Matcher's,
// until the next observation.
type Result struct {
	Status Status `json:"status"`
	// By is how the database's fingerprint was found, also where no program is
	// named: exact or approximate; "" when none was.
	By Status `json:"by,omitempty"`
	// Fingerprint of the observation that the answer comes from; "" when the
	// database knows nothing like any of them.
	Fingerprint fingerprint.Fingerprint `json:"fingerprint,omitempty"`
	// Matched is the fingerprint of the database, or the nearest one; Count are the
	// flows that the answer rests on, with it or with all that are near.
	Matched fingerprint.Fingerprint `json:"matched,omitempty"`
	Count   uint64                  `json:"count,omitempty"`
	// Distance of the two: 0 for the same, below Threshold for near ones.
	Distance float64 `json:"distance"`
	// Near are the nearest of the database, where the fingerprint is not in it: the
	// answer is of their processes together.
	Near []Found `json:"near,omitempty"`
	// Answer is the most probable process; empty when the status is unknown.
	Answer Answer `json:"answer,omitzero"`
	// Others are programs that are less probable, the most probable first.
	Others []Answer `json:"others,omitempty"`
	// Unseen is the probability of a program that was not seen with the fingerprint.
	Unseen float64 `json:"unseen"`
	// Malware is the probability that the process is malware, whichever it is.
	Malware float64 `json:"malware"`
	// Evidence for the answer against the next best hypothesis.
	Evidence []Evidence `json:"evidence,omitempty"`
	// System that the SYN packet tells of.
	System System `json:"system,omitzero"`
}

// A Found is a fingerprint of the database.
type Found struct {
	Fingerprint fingerprint.Fingerprint `json:"fingerprint"`
	Distance    float64                 `json:"distance"`
	Count       uint64                  `json:"count"`
}

// An Answer is a process and how probable it is.
type Answer struct {
	// Process without its destinations; version and system are those that are most
	// probable when the name is right. Count is its flows with the fingerprint.
	fingerprint.Process
	// Probability that the name is right: calibrated, and as naive Bayes has it.
	Probability float64 `json:"probability"`
	Raw         float64 `json:"raw"`
	// Within is the probability of version and system, given the name.
	Within float64 `json:"within"`
}

// A System is what most flows with a SYN packet's fingerprint ran on.
type System struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"` // of the flows
}
