package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"joy"
	"joy/model/file"
	"joy/model/lightgbm"
	"joy/model/params"
	"joy/model/trees"
	"joy/model/vector"
	"joy/model/xgboost"
)

// convertOptions are the flags of joy classify convert.
type convertModelOptions struct {
	to, features string
	classes      []string
}

func (p *program) convertModelCommand(status *int) *cobra.Command {
	var o convertModelOptions
	c := &cobra.Command{
		Use:   "convert [flags] MODEL",
		Short: "Make a model file of joy's of another program's, or one for Joy",
		Long: `Write a model on standard output in another form. Read are models of joy, Joy's parameter files (one of 208 or 464
numbers), text files of LightGBM and JSON files of XGBoost. The features of the latter two are found by their names; where
they have none, --features says which set their columns are.`,
		Args: cobra.ExactArgs(1),
		Run: func(_ *cobra.Command, args []string) {
			*status = p.finish("classify convert", p.convertModel(args[0], &o))
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "json", "json, a model of joy; or joy, a parameter file for Cisco's Joy")
	f.StringVar(&o.features, "features", "", "the feature set of the columns, such as joy-metadata+joy-lengths (docs/features-joy.md)")
	f.StringSliceVar(&o.classes, "classes", nil, "names of the classes in order, with commas between, where the model has none")
	return c
}

func (p *program) convertModel(name string, o *convertModelOptions) error {
	if o.to != "json" && o.to != "joy" {
		return asUsage(fmt.Errorf("--to: %q is none of json, joy", o.to))
	}
	f, err := os.Open(name)
	if err != nil {
		return asUsage(err)
	}
	defer f.Close()
	m, err := o.read(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		return asUsage(fmt.Errorf("%s: %w", name, err))
	}
	if o.to == "json" {
		m.Joy = joy.Version
		return m.Write(p.stdout)
	}
	w, err := params.FromLogistic(m.Logistic, m.Set.Name, m.Features)
	if err != nil {
		return asUsage(fmt.Errorf("%s: %w", name, err))
	}
	return w.Write(p.stdout)
}

// read reads whatever it is.
func (o *convertModelOptions) read(r *bufio.Reader) (*file.Model, error) {
	head, _ := r.Peek(4 << 10) // an error comes again
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("tree")):
		return o.trees(lightgbm.Read(r))
	case bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"learner"`)) && !bytes.Contains(head, []byte(`"joy_model"`)):
		return o.trees(xgboost.Read(r))
	case bytes.HasPrefix(head, []byte("{")):
		return file.Read(r)
	}
	return o.joy(r)
}

// joy reads one of Joy's parameter files.
func (o *convertModelOptions) joy(r io.Reader) (*file.Model, error) {
	w, err := params.ReadAny(r)
	if err != nil {
		return nil, err
	}
	name := vector.JoySPLT
	if len(w) == params.BD {
		name = vector.JoyBD
	}
	set, err := vector.Find(name)
	if err != nil {
		return nil, err
	}
	m := &file.Model{Classes: []string{"benign", "malware"}, Set: set, Features: set.Names()}
	if len(o.classes) > 0 {
		m.Classes = o.classes
	}
	if m.Logistic, err = w.Logistic(); err != nil {
		return nil, err
	}
	return m, m.Check()
}

// trees gives names to what another program's file has none for.
func (o *convertModelOptions) trees(t *trees.Model, err error) (*file.Model, error) {
	if err != nil {
		return nil, err
	}
	m := &file.Model{Classes: o.classes, Features: t.Features, Trees: t.Forest}
	if len(o.classes) != t.Classes {
		return nil, fmt.Errorf("the model has %d classes without names: give them with --classes", t.Classes)
	}
	name := o.features
	if name == "" {
		if name, err = vector.Holding(t.Features); err != nil {
			return nil, err
		}
	}
	if m.Set, err = vector.Find(name); err != nil {
		return nil, err
	}
	if o.features != "" {
		if len(t.Features) != m.Set.Len() {
			return nil, fmt.Errorf("%d columns, and %s has %d", len(t.Features), name, m.Set.Len())
		}
		m.Features = m.Set.Names()
	}
	return m, m.Check()
}
