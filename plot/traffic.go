package plot

import "fmt"

// Traffic is an amount over time, in layers upon each other.
type Traffic struct {
	Title string
	Unit  string  // of the values: what is counted in a step
	Start float64 // of the first step, in seconds since 1970
	Step  float64 // seconds
	Series
}

// Series are amounts with names; all have as many values. More than six share the
// ink of what is other, so that the last one should be that.
type Series []Values

// Values are a series.
type Values struct {
	Name   string
	Values []float64
}

// columns is the largest number of values, and sums are those of all series.
func (s Series) sums() (sums []float64, most float64) {
	for _, v := range s {
		for i, x := range v.Values {
			if i == len(sums) {
				sums = append(sums, 0)
			}
			sums[i] += finite(x)
			most = max(most, sums[i])
		}
	}
	return sums, most
}

// legend names the series. One alone needs none.
func (s Series) legend(f *frame) {
	var list []entry
	for i, v := range s {
		list = append(list, entry{of(i), v.Name})
	}
	if len(list) > 1 {
		f.legend(list...)
	}
}

// Draw draws the layers.
func (t *Traffic) Draw(size Size) *Drawing {
	size = size.or(960, 300)
	t = &Traffic{t.Title, t.Unit, min(finite(t.Start), maxTime), min(finite(t.Step), maxTime), t.Series}
	sums, most := t.sums()
	f := newFrame(size, t.Title, t.desc(sums, most), 60)
	f.over(t.Unit + each(t.Step))
	t.legend(f)
	if len(sums) == 0 || t.Step == 0 {
		return f.empty()
	}
	y := linear(most, f.bottom, f.top, "")
	f.left = max(f.left, room(y))
	f.rows(y)
	x := clock(t.Start, t.Start+float64(len(sums))*t.Step, f.left, f.right)
	base := make([]float64, len(sums))
	for i, v := range t.Series {
		f.fill(of(i), t.layers(v.Values, base, x, y)...)
	}
	f.columns(x, "time, UTC")
	return f.Drawing
}

func each(step float64) string {
	if step <= 0 {
		return ""
	}
	return " each " + Duration(step)
}

// layers returns what a series covers: a polygon for each run of steps that are
// not 0, upon base, which it raises.
func (t *Traffic) layers(values, base []float64, x, y *scale) (list [][]point) {
	place := func(i int) float64 { return x.at(t.Start + float64(i)*t.Step) }
	for i := 0; i < len(values); {
		if finite(values[i]) == 0 {
			i++
			continue
		}
		from := i
		var upper []point
		for ; i < len(values) && finite(values[i]) > 0; i++ {
			top := y.at(base[i] + values[i])
			upper = append(upper, point{place(i), top}, point{place(i + 1), top})
		}
		for k := i - 1; k >= from; k-- {
			low := y.at(base[k])
			upper = append(upper, point{place(k + 1), low}, point{place(k), low})
			base[k] += values[k]
		}
		list = append(list, upper)
	}
	return list
}

func (t *Traffic) desc(sums []float64, most float64) string {
	if len(sums) == 0 || t.Step == 0 {
		return "No traffic."
	}
	all, peak := 0.0, 0
	for i, v := range sums {
		all += v
		if v == most {
			peak = i
		}
	}
	s := clock(t.Start, t.Start+float64(len(sums))*t.Step, 0, 1e5)
	return fmt.Sprintf("%s %s in %d steps of %s from %s UTC on; the most in one step are %s at %s.",
		Amount(all), t.Unit, len(sums), Duration(t.Step), s.name(t.Start), Amount(most), s.name(t.Start+float64(peak)*t.Step))
}
