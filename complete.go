package joy

import "strings"

// Complete returns the words that may continue prefix on a command line: names
// of options that work, with = behind them, and values where they can be
// listed. A word that names a file is not its business.
func Complete(prefix string) []string {
	dashes := ""
	if strings.HasPrefix(prefix, "--") {
		dashes = "--"
	}
	var words []string
	for i := range options {
		o := &options[i]
		if o.state != works {
			continue
		}
		word := dashes + o.name + "="
		if !strings.HasPrefix(prefix, word) {
			if strings.HasPrefix(word, prefix) {
				words = append(words, word)
			}
			continue
		}
		for _, v := range o.kind.choices {
			if strings.HasPrefix(word+v, prefix) {
				words = append(words, word+v)
			}
		}
	}
	return words
}
