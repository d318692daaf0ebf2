package record

// Analysis is what a database of fingerprints says of the software at one end
// of a flow.
type Analysis struct {
	// "exact" when the database has a fingerprint of this end, "approximate" when
	// it has one that is near, "unknown" when it has neither or does not tell
	// which program it is. Source: own.
	Status string `json:"status"`
	// Kind of the fingerprint that decided, as its string begins: "tls", "ssh",
	// "ja4"; absent when there is none. Source: mercury.
	Kind Text `json:"kind,omitempty"`
	// Most probable program; absent when it is not known. Source: mercury.
	Process Text `json:"process,omitempty"`
	// Its most probable version; absent when not known. Source: own.
	Version Text `json:"version,omitempty"`
	// Its most probable operating system; absent when not known. Source: mercury
	// (os_info).
	OS Text `json:"os,omitempty"`
	// Category of the program; absent when not known. Source: Joy
	// (application_category).
	Category Text `json:"category,omitempty"`
	// The database says that the program is malware. Source: mercury.
	Malware bool `json:"malware,omitempty"`
	// Probability, calibrated, that the process is the one that is named, from 0 to
	// 1; of an end that is unknown, that it is. Source: mercury.
	Score float64 `json:"score" format:"%.4f"`
	// Distance of an approximate match, from 0 (the same) to 1; absent for others.
	// Source: Joy's fingerprinting.
	Distance float64 `json:"distance" when:"HasDistance" format:"%.4f"`
	// Fingerprint of the database that was nearest; absent unless approximate.
	// Source: own.
	Nearest Text `json:"nearest,omitempty" anon:"keep"`
	// Next most probable programs, at most 3; absent for none. Source: own.
	Others []AnalysisOther `json:"others,omitempty"`

	HasDistance bool `json:"-"`
}

// AnalysisOther is a program that is less probable.
type AnalysisOther struct {
	// Name of the program.
	Process Text `json:"process"`
	// Probability, like score.
	Score float64 `json:"score" format:"%.4f"`
}
