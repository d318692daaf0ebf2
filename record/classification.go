package record

// Classification is what a model says of a flow: a guess from statistics of
// earlier flows, as good as the data that the model was made of.
type Classification struct {
	// Most probable class, of those that the model knows. Source: own.
	Class Text `json:"class" anon:"keep"`
	// Probability that the model gives to it, from 0 to 1. Source: own.
	P float64 `json:"p" format:"%.6f"`
	// Next most probable classes, at most 3; absent when the model knows two.
	// Source: own.
	Others []ClassProbability `json:"others,omitempty"`
	// With explain=1 the features that contributed most to the score of class, the
	// strongest first, at most 5. Source: own.
	Top []Contribution `json:"top,omitempty" opt:"explain"`
}

// ClassProbability is a class that is less probable.
type ClassProbability struct {
	// Name of the class.
	Class Text `json:"class" anon:"keep"`
	// Probability, like that of the first.
	P float64 `json:"p" format:"%.6f"`
}

// Contribution is what one feature does to a score.
type Contribution struct {
	// Name of the feature, as docs/features-joy.md defines it.
	Feature Text `json:"feature" anon:"keep"`
	// Its value in this flow.
	Value float64 `json:"value" format:"%.6g"`
	// What it adds to the logarithm of the odds of class, compared with the mean of
	// the feature in training; negative when it speaks against the class.
	Contribution float64 `json:"contribution" format:"%.6g"`
}
