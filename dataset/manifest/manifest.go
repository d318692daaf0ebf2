// Package manifest says where a data set comes from and what is in it, so that
// it can be made again and so that flows can be compared with it.
package manifest

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"joy/dataset/leak"
	"joy/dataset/sketch"
	"joy/dataset/truth"
	"joy/dataset/twins"
)

// Version is that of the format.
const Version = 1

// The limits of a manifest.
const (
	MaxSize     = 64 << 20
	MaxFeatures = 1 << 16
	MaxClasses  = 256
	maxText     = 4096
)

// A Manifest is the JSON.
type Manifest struct {
	Format int `json:"joy_dataset"`
	// Joy is the version of joy that made it.
	Joy string `json:"joy"`
	// Set and SetVersion name the features, which Features defines.
	Set        string `json:"feature_set"`
	SetVersion int    `json:"feature_set_version"`
	// Options are the settings of joy that flows were made with, as NAME=VALUE: of
	// captures, unless the input says otherwise.
	Options []string `json:"options"`
	// Needs are those of them that the features depend on.
	Needs []string `json:"needs,omitempty"`
	// Float32 says that values are rounded to 32 bits.
	Float32 bool    `json:"float32,omitzero"`
	Inputs  []Input `json:"inputs"`
	Labels  Labels  `json:"labels"`
	Split   Split   `json:"split"`
	// Doubles says which rows with the same features and class are left out: none,
	// those of a part, or all.
	Doubles string  `json:"dedup"`
	Classes []Class `json:"classes"`
	Counts  Counts  `json:"counts"`
	Bounds  Bounds  `json:"bounds"`
	Files   []File  `json:"files"`
	Leakage Leakage `json:"leakage"`
	// Features have, beside their definition, how they are distributed in the flows
	// for training, doubles included.
	Features []Feature `json:"features"`
}

// An Input is a file that flows were read from.
type Input struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Flows  uint64 `json:"flows"`
	// Damaged says that it could not be read to its end, or not every line of it.
	Damaged bool `json:"damaged,omitzero"`
	// Joy is the version of joy that wrote it, for a flow file.
	Joy string `json:"joy,omitempty"`
}

// Labels says where classes come from.
type Labels struct {
	Sources    []string `json:"sources"`
	Files      []File   `json:"files,omitempty"`
	Unlabelled string   `json:"unlabelled"` // drop or keep
	Conflict   string   `json:"conflict"`   // error or drop
}

// A Split says how flows were dealt out.
type Split struct {
	By        string    `json:"by"`
	Fractions []float64 `json:"fractions"`
	Seed      uint64    `json:"seed"`
	// Cuts are the times at which validation and test begin, in nanoseconds since 1970.
	Cuts []int64 `json:"cuts,omitempty"`
	File *File   `json:"file,omitempty"`
	// Groups is how many there are; 0 where flows are not grouped.
	Groups uint64 `json:"groups"`
}

// A Class has its rows in each part.
type Class struct {
	Name       string `json:"name"`
	Train      uint64 `json:"train"`
	Validation uint64 `json:"validation"`
	Test       uint64 `json:"test"`
}

// Counts are what became of the flows.
type Counts struct {
	Flows      uint64 `json:"flows"`
	Rows       uint64 `json:"rows"`
	Train      uint64 `json:"train"`
	Validation uint64 `json:"validation"`
	Test       uint64 `json:"test"`
	// KeptUnlabelled are rows without a class.
	KeptUnlabelled uint64 `json:"kept_unlabelled"`

	// The others are not in the matrix.
	Unlabelled    uint64 `json:"unlabelled"`     // no source knows them
	Conflicts     uint64 `json:"conflicts"`      // sources differ
	OtherClass    uint64 `json:"other_class"`    // not of those that were asked for
	NotApplicable uint64 `json:"not_applicable"` // without what the features are about
	NoGroup       uint64 `json:"no_group"`       // the table of groups has none, or several
	Straddling    uint64 `json:"straddling"`     // across a cut in time
	Doubles       uint64 `json:"doubles"`        // same features and class, in the same part
	DoublesAcross uint64 `json:"doubles_across"` // the same, in another part
	// NoCommunityID are flows that a table keyed on it could not be asked about; they
	// are among the others too.
	NoCommunityID uint64 `json:"no_community_id"`
}

// Bounds are how often something was not looked at, because of a limit.
type Bounds struct {
	// RowsNotRemembered are rows whose doubles and twins were not found.
	RowsNotRemembered uint64 `json:"rows_not_remembered"`
	// NamesNotRemembered are hosts, groups and flows that were not counted.
	NamesNotRemembered uint64 `json:"names_not_remembered"`
	// ListsCut are rows whose list of packets had as many as num_pkts allows for a
	// direction, so that packets may be missing in it.
	ListsCut uint64 `json:"lists_cut"`
}

// A File is what was written, or read to make it.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Leakage is what speaks against believing a result that was got with the data.
type Leakage struct {
	// Warnings are what is found, in words; there is nothing to warn of without any.
	Warnings []string `json:"warnings"`
	// Threshold is what auc or information of a feature is to reach.
	Threshold float64 `json:"threshold"`
	// GiveAway are the features that do, the strongest first; Strongest are those that
	// tell most, whether they do or not.
	GiveAway  []leak.Feature `json:"give_away"`
	Strongest []leak.Feature `json:"strongest"`
	// Identity are features that tell hosts, services or times apart.
	Identity []string `json:"identity"`
	// Constant are features with one value in all rows.
	Constant []string `json:"constant"`
	// OneSided are classes that are in validation or test and not in training, or the
	// other way round.
	OneSided []string `json:"one_sided_classes"`
	twins.Counts
	// TwinsValidation and TwinsTest are flows whose features are those of a flow for
	// training; the others are those of them with its class.
	TwinsValidation     uint64 `json:"twins_validation"`
	TwinsValidationSame uint64 `json:"twins_validation_same_class"`
	TwinsTest           uint64 `json:"twins_test"`
	TwinsTestSame       uint64 `json:"twins_test_same_class"`
	// Hosts are addresses of both ends, Shared those in training and in another part.
	Sources       uint64 `json:"sources"`
	SourcesShared uint64 `json:"sources_shared"`
	Destinations  uint64 `json:"destinations"`
	DestShared    uint64 `json:"destinations_shared"`
	// FlowsShared are flows that were cut into records which are in several parts.
	FlowsShared uint64 `json:"flows_shared"`
}

// A Feature is a column.
type Feature struct {
	Name       string      `json:"name"`
	Definition string      `json:"definition"`
	Training   sketch.Kept `json:"training"`
}

// Write writes a manifest.
func Write(w io.Writer, m *Manifest) error {
	text, err := json.Marshal(m, json.Deterministic(true), jsontext.Multiline(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	text = compact(text)
	_, err = w.Write(append(text, '\n'))
	return err
}

// Read reads a manifest, or the one that a model has in it. What is not as it
// should be is refused.
func Read(r io.Reader) (*Manifest, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSize {
		return nil, fmt.Errorf("more than %d bytes", MaxSize)
	}
	var head struct {
		Format   *int           `json:"joy_dataset"`
		Model    *int           `json:"joy_model"`
		Manifest jsontext.Value `json:"manifest"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	if head.Model != nil && head.Format == nil {
		return readInside(head.Manifest)
	}
	return parse(text, head.Format)
}

// readInside reads the manifest of a model: as it is, or in its member dataset.
func readInside(text jsontext.Value) (*Manifest, error) {
	if text == nil {
		return nil, errors.New("the model has no manifest of its data in it")
	}
	var head struct {
		Format  *int           `json:"joy_dataset"`
		Dataset jsontext.Value `json:"dataset"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("manifest of the model: %w", err)
	}
	if head.Format == nil && head.Dataset != nil {
		text = head.Dataset
		if err := json.Unmarshal(text, &head); err != nil {
			return nil, fmt.Errorf("manifest of the model: %w", err)
		}
	}
	return parse(text, head.Format)
}

func parse(text []byte, format *int) (*Manifest, error) {
	switch {
	case format == nil:
		return nil, errors.New("no manifest of joy: it has no joy_dataset")
	case *format != Version:
		return nil, fmt.Errorf("version %d of the format; this joy reads version %d", *format, Version)
	}
	m := new(Manifest)
	if err := json.Unmarshal(text, m, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return m, m.check()
}

func (m *Manifest) check() error {
	if len(m.Features) == 0 || len(m.Features) > MaxFeatures {
		return fmt.Errorf("%d features, where 1 to %d may be", len(m.Features), MaxFeatures)
	}
	for i := range m.Features {
		f := &m.Features[i]
		if f.Name == "" || len(f.Name) > maxText {
			return fmt.Errorf("feature %d has no name, or one that is too long", i)
		}
		if _, err := f.Training.Sketch(); err != nil {
			return fmt.Errorf("feature %.60q: %w", f.Name, err)
		}
	}
	if len(m.Classes) > MaxClasses {
		return fmt.Errorf("more than %d classes", MaxClasses)
	}
	for _, c := range m.Classes {
		if err := truth.CheckName(c.Name); err != nil {
			return fmt.Errorf("class: %w", err)
		}
	}
	for _, o := range append(m.Options, m.Needs...) {
		if len(o) > maxText {
			return errors.New("an option that is too long")
		}
	}
	return nil
}

// Open reads the file of a manifest or a model.
func Open(name string) (*Manifest, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}
