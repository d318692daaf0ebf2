package plot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/plot"
)

// A picture is what every kind has.
type picture interface{ Draw(plot.Size) *plot.Drawing }

// pictures are one of each kind, with numbers that are the same on every run.
func pictures() map[string]picture {
	r := rand.New(rand.NewPCG(1, 2))
	packets := &plot.Packets{Title: "192.0.2.1:50123 > 198.51.100.7:443", Up: "192.0.2.1", Down: "198.51.100.7", Left: true}
	at := 0.0
	for i := range 80 {
		at += r.ExpFloat64() * 0.02
		down := r.IntN(3) > 0
		size := 60 + r.Float64()*400
		if down {
			size = 1000 + r.Float64()*460
		}
		packets.List = append(packets.List, plot.Packet{At: at, Bytes: math.Round(size), Down: down && i > 2})
	}
	traffic := &plot.Traffic{Title: "Traffic", Unit: "bytes", Start: 1795539200, Step: 60}
	for _, name := range []string{"tls", "http", "dns", "quic", "ssh", "ntp", "other"} {
		v := plot.Values{Name: name}
		for i := range 120 {
			v.Values = append(v.Values, (1+math.Sin(float64(i)/20))*1e6*r.Float64())
		}
		traffic.Series = append(traffic.Series, v)
	}
	bars := &plot.Bars{Title: "Top talkers", Unit: "bytes", Labels: []string{"192.0.2.1", "2001:db8:1234:5678:9abc:def0:1234:5678", "198.51.100.7"}, Series: plot.Series{
		{Name: "sent", Values: []float64{3e9, 2e9, 1e8}}, {Name: "received", Values: []float64{1e9, 2.5e9, 8e7}},
	}}
	values := &plot.Bytes{Title: "Byte values"}
	for i := range 256 {
		v := 10 + r.Float64()*5
		if i >= 'a' && i <= 'z' {
			v += 40
		}
		values.Counts = append(values.Counts, v)
	}
	lengths := &plot.Distribution{Title: "Packet lengths", Unit: "packets", Axis: "bytes of payload", Log: true}
	for b := 1.0; b < 2000; b *= math.Sqrt2 {
		lengths.Bins = append(lengths.Bins, plot.Bin{Low: b, High: b * math.Sqrt2, Count: math.Round(1000 * r.Float64())})
	}
	hours := &plot.HeatMap{Title: "Hosts by hour", Unit: "bytes", Axis: "hour, UTC", Rows: []string{"192.0.2.1", "192.0.2.2", "2001:db8::1"}}
	for h := range 24 {
		hours.Columns = append(hours.Columns, string([]byte{byte('0' + h/10), byte('0' + h%10)}))
	}
	for range hours.Rows {
		var row []float64
		for range 24 {
			row = append(row, math.Round(math.Exp(r.Float64()*14)))
		}
		hours.Cells = append(hours.Cells, row)
	}
	return map[string]picture{"packets": packets, "traffic": traffic, "bars": bars, "bytes": values, "lengths": lengths, "hours": hours}
}

// To look at them: JOY_PICTURES=/tmp/pictures go test ./plot -run TestPictures
func TestPictures(t *testing.T) {
	for name, p := range pictures() {
		d := p.Draw(plot.Size{})
		svg := d.SVG()
		wellFormed(t, svg)
		if again := p.Draw(plot.Size{}).SVG(); !bytes.Equal(svg, again) {
			t.Errorf("%s: two drawings of the same differ", name)
		}
		if d.Title() == "" || d.Desc() == "" || !bytes.Contains(svg, []byte("<title>")) || !bytes.Contains(svg, []byte("<desc>")) || !bytes.Contains(svg, []byte(`role="img"`)) {
			t.Errorf("%s: says nothing to who does not see it: %q, %q", name, d.Title(), d.Desc())
		}
		var pixels bytes.Buffer
		if err := d.PNG(&pixels, plot.Raster{Scale: 2}); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(pixels.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := img.Bounds().Size(), image.Pt(2*d.Size().Width, 2*d.Size().Height); got != want {
			t.Errorf("%s: %v pixels, want %v", name, got, want)
		}
		if n := colours(img); n < 10 {
			t.Errorf("%s: %d colours: not much was drawn", name, n)
		}
		if dir := os.Getenv("JOY_PICTURES"); dir != "" {
			os.WriteFile(filepath.Join(dir, name+".svg"), svg, 0o644)
			os.WriteFile(filepath.Join(dir, name+".png"), pixels.Bytes(), 0o644)
		}
	}
}

func colours(img image.Image) int {
	seen := make(map[[4]uint32]bool)
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, b, a := img.At(x, y).RGBA()
			seen[[4]uint32{r, g, b, a}] = true
		}
	}
	return len(seen)
}

// wellFormed wants XML without a script or anything from elsewhere.
func wellFormed(t testing.TB, svg []byte) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "svg", "title", "desc", "style", "path", "text":
		default:
			t.Fatalf("an element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
				t.Fatalf("an attribute %s", a.Name.Local)
			}
			if name := a.Name.Local; len(name) <= 1 && strings.ContainsAny(a.Value, "NIe") { // d, x, y
				t.Fatalf("a coordinate that is no number: %s", a.Value)
			}
		}
	}
}

// Whatever the data are, the picture is well-formed and as large as asked for.
func FuzzDraw(f *testing.F) {
	f.Add("a title", "192.0.2.1", 12.5, 3.0, 720, 240)
	f.Add(`</title><script>alert(1)</script>`, "\u202eevil\x00\xff", math.Inf(1), math.NaN(), -5, 1<<30)
	f.Add("", "\uf7ff\u0301\u0301\u0301\u0301\u0301\u0301", -1e300, 1e300, 0, 0)
	f.Add("x", "y", 5e-324, 1e-300, 121, 121)
	f.Fuzz(func(t *testing.T, title, label string, v, w float64, width, height int) {
		size := plot.Size{Width: width, Height: height}
		series := plot.Series{{Name: label, Values: []float64{v, w, v}}, {Name: title, Values: []float64{w}}}
		for _, p := range []picture{
			&plot.Packets{Title: title, Up: label, Down: title, List: []plot.Packet{{At: v, Bytes: w}, {At: w, Bytes: v, Down: true}}},
			&plot.Traffic{Title: title, Unit: label, Start: v, Step: w, Series: series},
			&plot.Bars{Title: title, Unit: label, Labels: []string{label, title}, Series: series},
			&plot.Bytes{Title: title, Counts: []float64{v, w, 0, 1}},
			&plot.Distribution{Title: title, Unit: label, Axis: label, Log: v > w, Bins: []plot.Bin{{Low: v, High: w, Count: v}, {Low: w, High: v, Count: 1}}},
			&plot.HeatMap{Title: title, Unit: label, Rows: []string{label, title}, Columns: []string{title, label}, Cells: [][]float64{{v, w}, {w}}},
		} {
			d := p.Draw(size)
			svg := d.SVG()
			wellFormed(t, svg)
			if width > 0 && width < 300 && height > 0 && height < 300 {
				if err := d.PNG(io.Discard, plot.Raster{}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"www.example.org", "www.example.org"},
		{"a\x00b\tc", `a\u0000b\u0009c`},
		{"evil\u202egpj.exe", `evil\u202egpj.exe`},
		{"byte \uf7fe", `byte \xfe`},
		{"no \xff UTF-8", "no \ufffd UTF-8"},
		{"caf\u0065\u0301 \u05d0", "caf\u0065\u0301 \u05d0"},
		{"z\u0301\u0301\u0301\u0301\u0301", "z\u0301\u0301\u0301" + `\u0301\u0301`},
		{strings.Repeat("x", 1<<20), strings.Repeat("x", 20) + "…"},
	} {
		if got := plot.Printable(c.in, 20); got != c.want {
			t.Errorf("%.40q: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestAmount(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1", 12.34: "12.3", 0.05: "0.05", 999: "999", 999.96: "1 k", 1500: "1.5 k", 123456: "123 k", 2.5e9: "2.5 G", -1500: "-1.5 k"} {
		if got := plot.Amount(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0 s", 0.02: "20 ms", 1e-5: "10 µs", 59: "59 s", 5400: "90 min", 86400: "24 h", 864000: "10 d"} {
		if got := plot.Duration(v); got != want {
			t.Errorf("%v s: %q, want %q", v, got, want)
		}
	}
}

func TestPNGBounds(t *testing.T) {
	d := (&plot.Bars{}).Draw(plot.Size{Width: 8000, Height: 8000})
	for _, scale := range []float64{-1, 100, math.NaN(), math.Inf(1)} {
		if err := d.PNG(io.Discard, plot.Raster{Scale: scale}); err == nil {
			t.Errorf("scale %v is taken", scale)
		}
	}
}
