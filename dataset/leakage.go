package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"joy/dataset/columns"
	"joy/dataset/leak"
	"joy/dataset/manifest"
	"joy/dataset/split"
)

// strongest is how many features are listed whatever they tell.
const strongest = 10

// leakage fills in what speaks against the data.
func (b *Builder) leakage(m *manifest.Manifest) {
	l := &m.Leakage
	l.Threshold = b.Threshold
	l.Counts = b.rows.Counts()
	l.TwinsValidation, l.TwinsTest = l.Twins[split.Validation], l.Twins[split.Test]
	l.TwinsValidationSame, l.TwinsTestSame = l.Same[split.Validation], l.Same[split.Test]
	l.Sources, l.SourcesShared = b.sources.Counts()
	l.Destinations, l.DestShared = b.targets.Counts()
	_, l.FlowsShared = b.flows.Counts()
	b.features(l)
	b.oneSided(l)
	b.warn(m)
}

// features measures each of them alone.
func (b *Builder) features(l *manifest.Leakage) {
	var all []leak.Feature
	for i, c := range b.Set.Columns {
		if columns.Identity(c.Name) != "" {
			l.Identity = append(l.Identity, c.Name)
		}
		if b.counts.Rows > 0 && len(b.joint[i].Bins()) <= 1 {
			l.Constant = append(l.Constant, c.Name)
		}
		f, class := leak.Measure(b.joint[i])
		if class >= 0 {
			f.Name, f.Class = c.Name, b.classes[class].Name
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(x, y leak.Feature) int {
		return cmp.Compare(max(y.AUC, y.Information), max(x.AUC, x.Information))
	})
	l.Strongest = all[:min(len(all), strongest)]
	for _, f := range all {
		if f.AUC >= b.Threshold || f.Information >= b.Threshold {
			l.GiveAway = append(l.GiveAway, f)
		}
	}
}

// oneSided finds classes that are not in all parts that have rows.
func (b *Builder) oneSided(l *manifest.Leakage) {
	for _, c := range b.classes {
		rest := c.Validation + c.Test
		if b.counts.Validation+b.counts.Test > 0 && (c.Train == 0) != (rest == 0) {
			l.OneSided = append(l.OneSided, c.Name)
		}
	}
}

// warn says in words what is found.
func (b *Builder) warn(m *manifest.Manifest) {
	l, n := &m.Leakage, &b.counts
	say := func(found bool, format string, args ...any) {
		if found {
			l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...))
		}
	}
	names := make([]string, 0, strongest)
	for _, f := range l.GiveAway[:min(len(l.GiveAway), strongest)] {
		names = append(names, f.Name)
	}
	labelled := 0
	for _, c := range b.classes {
		if c.Train+c.Validation+c.Test > 0 {
			labelled++
		}
	}
	held := n.Validation + n.Test
	say(labelled < 2, "rows of %d class: nothing can be learned", labelled)
	say(len(names) > 0, "%d features give the class away alone (AUC or information of %g or more): %s", len(l.GiveAway), b.Threshold, strings.Join(names, ", "))
	say(len(l.Identity) > 0, "features that tell services, hosts or times apart, and not what they do: %s", strings.Join(l.Identity, ", "))
	say(len(l.OneSided) > 0, "classes in training or in validation and test only: %s", strings.Join(l.OneSided, ", "))
	say(b.Plan.By == split.None, "nothing is set apart for a test: a split made of the rows later cannot keep hosts, captures or times together")
	say(b.Plan.By == split.Flow, "split by flow: the same hosts and captures are in training and test")
	say(held > 0 && l.SourcesShared > 0, "%d of %d addresses that open flows are in training and in another part", l.SourcesShared, l.Sources)
	say(held > 0 && l.DestShared > 0, "%d of %d addresses that answer are in training and in another part", l.DestShared, l.Destinations)
	say(l.FlowsShared > 0, "%d flows were cut into records that are in several parts", l.FlowsShared)
	say(l.TwinsTest+l.TwinsValidation > 0, "%d flows of validation and test have the features of one for training", l.TwinsTest+l.TwinsValidation)
	say(l.Conflicting > 0, "%d of %d different feature vectors have more than one class", l.Conflicting, l.Vectors)
	say(n.Rows > 0 && b.Plan.By != split.None && (n.Train == 0 || held == 0), "one of training and test is empty")
	say(m.Bounds != manifest.Bounds{}, "bounds were hit: doubles, twins, shared hosts or packets may be missed (bounds)")
}

// FileOf hashes a file.
func FileOf(path string) (manifest.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return manifest.File{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return manifest.File{Name: path, Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}
