package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"joy/plot"
	"joy/query/flow"
	"joy/query/where"
	"joy/report"
)

// plotOptions are the flags of joy plot.
type plotOptions struct {
	output, format, title, where, flow string
	size                               plot.Size
	raster                             plot.Raster
	top, record                        int
	order                              bool
}

// A drawer is what all pictures are.
type drawer interface{ Draw(plot.Size) *plot.Drawing }

// ofMany are the pictures of many flows.
var ofMany = map[string]func(*report.Aggregate, *plotOptions) drawer{
	"traffic":   func(a *report.Aggregate, _ *plotOptions) drawer { return a.Traffic() },
	"arrivals":  func(a *report.Aggregate, _ *plotOptions) drawer { return a.Arrivals() },
	"talkers":   func(a *report.Aggregate, o *plotOptions) drawer { return a.Talkers(o.top) },
	"ports":     func(a *report.Aggregate, o *plotOptions) drawer { return a.Ports(o.top) },
	"hours":     func(a *report.Aggregate, o *plotOptions) drawer { return a.Hours(o.top) },
	"lengths":   func(a *report.Aggregate, _ *plotOptions) drawer { return a.Lengths() },
	"waits":     func(a *report.Aggregate, _ *plotOptions) drawer { return a.Waits() },
	"sizes":     func(a *report.Aggregate, _ *plotOptions) drawer { return a.Sizes() },
	"durations": func(a *report.Aggregate, _ *plotOptions) drawer { return a.Durations() },
}

// ofOne are the pictures of one flow.
var ofOne = map[string]func(*report.Facts, *plotOptions) drawer{
	"packets": func(f *report.Facts, o *plotOptions) drawer {
		p := f.Packets()
		p.Order = o.order
		return p
	},
	"bytes": func(f *report.Facts, _ *plotOptions) drawer { return f.Bytes() },
}

// plotKinds are the names of all pictures.
func plotKinds() []string {
	return append(slices.Sorted(maps.Keys(ofOne)), slices.Sorted(maps.Keys(ofMany))...)
}

func (p *program) plotCommand(status *int) *cobra.Command {
	var o plotOptions
	c := &cobra.Command{
		Use:   "plot [flags] KIND [name=value]... FILE...",
		Short: "Draw one picture of flows, as SVG or PNG",
		Long: `Draw one picture of captures and flow files, for a paper or a page.

Of one flow, the first that --flow, --record and --where leave: packets (lengths and times, up from sa, down from da) and
bytes (how often each byte value occurs). Of all flows: ` + strings.Join(slices.Sorted(maps.Keys(ofMany)), ", ") + `.
docs/plot.md shows them and says what they count.`,
		ValidArgs: plotKinds(),
		Run:       func(_ *cobra.Command, args []string) { *status = p.finish("plot", p.plot(args, &o)) },
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "-", "the file to write, - for standard output")
	f.StringVarP(&o.format, "format", "f", "", "svg or png (by the name of the file, else svg)")
	f.StringVar(&o.title, "title", "", "the title of the picture; none for no title")
	f.StringVar(&o.where, "where", "", "only flows for which this holds, as in joy sleuth")
	f.StringVar(&o.flow, "flow", "", "the flow_id of a flow, with .N behind it for the segment N")
	f.IntVar(&o.record, "record", 0, "the number of a flow record, from 1, of those that the other flags leave")
	f.IntVar(&o.size.Width, "width", 0, "pixels; of a PNG with --scale 1")
	f.IntVar(&o.size.Height, "height", 0, "pixels")
	f.Float64Var(&o.raster.Scale, "scale", 2, "pixels of a PNG for each pixel of --width and --height; 300 dots an inch are 3.125")
	f.BoolVar(&o.raster.Dark, "dark", false, "a PNG for dark pages; an SVG goes by the page")
	f.IntVar(&o.top, "top", 20, "hosts or ports in the picture")
	f.BoolVar(&o.order, "order", false, "packets side by side in their order, and not in time")
	return c
}

func (p *program) plot(args []string, o *plotOptions) error {
	if len(args) == 0 {
		return usage("no kind of picture: one of " + strings.Join(plotKinds(), ", "))
	}
	kind := args[0]
	if err := o.check(); err != nil {
		return err
	}
	w, err := condition(o.where)
	if err != nil {
		return err
	}
	var picture drawer
	var result error
	switch one, many := ofOne[kind], ofMany[kind]; {
	case one != nil:
		picture, result, err = p.plotOne(args[1:], o, w, one)
	case many != nil:
		picture, result, err = p.plotMany(args[1:], o, w, many)
	default:
		return usage(fmt.Sprintf("%q is none of %s", kind, strings.Join(plotKinds(), ", ")))
	}
	if err != nil {
		return err
	}
	if o.title != "" {
		entitle(picture, o.title)
	}
	content, err := o.draw(picture)
	if err != nil {
		return err
	}
	return errors.Join(p.writeTo(o.output, content), result)
}

// entitle gives a picture another title.
func entitle(picture drawer, title string) {
	if title == "none" {
		title = ""
	}
	switch p := picture.(type) {
	case *plot.Packets:
		p.Title = title
	case *plot.Bytes:
		p.Title = title
	case *plot.Traffic:
		p.Title = title
	case *plot.Bars:
		p.Title = title
	case *plot.HeatMap:
		p.Title = title
	case *plot.Distribution:
		p.Title = title
	}
}

// check looks at the flags.
func (o *plotOptions) check() error {
	if o.format == "" {
		o.format = "svg"
		if strings.EqualFold(filepath.Ext(o.output), ".png") {
			o.format = "png"
		}
	}
	switch {
	case o.format != "svg" && o.format != "png":
		return usage(fmt.Sprintf("--format: %q is neither svg nor png", o.format))
	case o.top < 1 || o.top > maxTop:
		return usage(fmt.Sprintf("--top: must be from 1 to %d", maxTop))
	case o.record < 0 || o.size.Width < 0 || o.size.Height < 0:
		return usage("--record, --width and --height: must not be negative")
	case o.raster.Scale <= 0:
		return usage("--scale: must be above 0")
	}
	return nil
}

// draw makes the file.
func (o *plotOptions) draw(picture drawer) ([]byte, error) {
	d := picture.Draw(o.size)
	if o.format == "svg" {
		return d.SVG(), nil
	}
	var b bytes.Buffer
	if err := d.PNG(&b, o.raster); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (p *program) plotMany(args []string, o *plotOptions, w *where.Condition, of func(*report.Aggregate, *plotOptions) drawer) (drawer, error, error) {
	if o.flow != "" || o.record > 0 {
		return nil, nil, usage("--flow and --record: this picture is of many flows; --where chooses them")
	}
	var files []string
	all, r, err := p.aggregate(args, "", report.Options{Workers: 2, Where: w}, &files)
	if err != nil {
		return nil, nil, err
	}
	return of(all, o), r.result(), nil
}

// errChosen ends reading.
var errChosen = errors.New("found")

// plotOne looks for the flow.
func (p *program) plotOne(args []string, o *plotOptions, w *where.Condition, of func(*report.Facts, *plotOptions) drawer) (drawer, error, error) {
	r, inputs, err := p.newPlainReader(args, "")
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := untilSignal()
	defer stop()
	var f report.Facts
	number := 0 // of records that are wanted
	r.fromJSON = func(line []byte, l *[]byte) error {
		*l = bytes.Clone(line)
		return f.Take(*l)
	}
	err = r.each(ctx, inputs, func(string, *[]byte) error {
		if !o.wants(&f.Flow, w) {
			return nil
		}
		if number++; o.record > 0 && number < o.record {
			return nil
		}
		return errChosen
	})
	switch {
	case err == nil:
		return nil, nil, errors.New("no such flow")
	case !errors.Is(err, errChosen):
		return nil, nil, err
	}
	return of(&f, o), r.result(), nil
}

// wants reports whether a flow is one that was asked for.
func (o *plotOptions) wants(f *flow.Flow, w *where.Condition) bool {
	id, segment, cut := strings.Cut(o.flow, ".")
	return (id == "" || id == string(f.ID)) && (!cut || segment == strconv.Itoa(int(f.Segment))) && (w == nil || w.Holds(&f.Rest))
}
