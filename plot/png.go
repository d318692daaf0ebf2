package plot

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// A Raster says how a drawing becomes pixels.
type Raster struct {
	Scale float64 // pixels for each pixel of the drawing; 0 for 1
	Dark  bool
}

// maxPixels bounds an image: 100 megapixels take 400 MB.
const maxPixels = 100_000_000

// PNG writes the drawing as pixels.
func (d *Drawing) PNG(w io.Writer, r Raster) error {
	if r.Scale == 0 {
		r.Scale = 1
	}
	c, err := newCanvas(d.size, r)
	if err != nil {
		return err
	}
	for i := range d.marks {
		if err := c.mark(&d.marks[i]); err != nil {
			return err
		}
	}
	return png.Encode(w, c.image)
}

// A canvas is an image that marks are drawn on.
type canvas struct {
	scale  float64
	colour *palette
	image  *image.RGBA
	shapes *vector.Rasterizer
	types  [2]*opentype.Font // regular and bold
	faces  map[face]font.Face
}

type face struct {
	size float64
	bold bool
}

func newCanvas(size Size, r Raster) (*canvas, error) {
	w, h := math.Round(float64(size.Width)*r.Scale), math.Round(float64(size.Height)*r.Scale)
	if !(w >= 1 && h >= 1 && w*h <= maxPixels) { // also for NaN
		return nil, fmt.Errorf("an image of %.0f x %.0f pixels: at least one, and at most %d", w, h, maxPixels)
	}
	c := &canvas{scale: r.Scale, colour: &light, faces: make(map[face]font.Face)}
	if r.Dark {
		c.colour = &dark
	}
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF} {
		var err error
		if c.types[i], err = opentype.Parse(ttf); err != nil {
			return nil, fmt.Errorf("type of Go: %w", err)
		}
	}
	c.image = image.NewRGBA(image.Rect(0, 0, int(w), int(h)))
	c.shapes = vector.NewRasterizer(int(w), int(h))
	return c, nil
}

func (c *canvas) mark(m *mark) error {
	ink := image.NewUniform(rgb(c.colour[m.ink]))
	if m.text != nil {
		return c.text(m.text, ink)
	}
	if len(m.paths) == 1 && m.line == 0 && c.square(m.paths[0], ink.C) {
		return nil
	}
	c.shapes.Reset(c.image.Rect.Dx(), c.image.Rect.Dy())
	for _, p := range m.paths {
		if m.line == 0 {
			c.polygon(p...)
			continue
		}
		for i := 1; i < len(p); i++ {
			c.segment(p[i-1], p[i], m.line/2)
		}
	}
	c.shapes.Draw(c.image, c.image.Rect, ink, image.Point{})
	return nil
}

// square fills a rectangle that ends with pixels, which all of the paper does,
// without reckoning edges.
func (c *canvas) square(p []point, ink color.Color) bool {
	if len(p) != 4 || p[0].y != p[1].y || p[1].x != p[2].x || p[2].y != p[3].y || p[3].x != p[0].x {
		return false
	}
	x0, y0, x1, y1 := p[0].x*c.scale, p[0].y*c.scale, p[2].x*c.scale, p[2].y*c.scale
	for _, v := range []float64{x0, y0, x1, y1} {
		if v != math.Trunc(v) {
			return false
		}
	}
	draw.Draw(c.image, image.Rect(int(x0), int(y0), int(x1), int(y1)), image.NewUniform(ink), image.Point{}, draw.Src)
	return true
}

func (c *canvas) polygon(p ...point) {
	for i, q := range p {
		x, y := float32(q.x*c.scale), float32(q.y*c.scale)
		if i == 0 {
			c.shapes.MoveTo(x, y)
		} else {
			c.shapes.LineTo(x, y)
		}
	}
	c.shapes.ClosePath()
}

// segment is a line with square ends, of half a width on both sides. All segments
// turn the same way, so that they add up where they meet.
func (c *canvas) segment(a, b point, half float64) {
	dx, dy := b.x-a.x, b.y-a.y
	n := math.Hypot(dx, dy)
	if n == 0 {
		dx, n = 1, 1
	}
	dx, dy = dx/n*half, dy/n*half
	if a.x == b.x || a.y == b.y { // straight lines end where they end
		c.polygon(point{a.x - dy, a.y + dx}, point{a.x + dy, a.y - dx}, point{b.x + dy, b.y - dx}, point{b.x - dy, b.y + dx})
		return
	}
	c.polygon(point{a.x - dx - dy, a.y - dy + dx}, point{a.x - dx + dy, a.y - dy - dx},
		point{b.x + dx + dy, b.y + dy - dx}, point{b.x + dx - dy, b.y + dy + dx})
}

func (c *canvas) text(t *text, ink image.Image) error {
	f, err := c.face(t)
	if err != nil {
		return err
	}
	s := Printable(t.s, maxTitle)
	d := font.Drawer{Dst: c.image, Src: ink, Face: f}
	x := fixed.Int26_6(math.Round(t.at.x * c.scale * 64))
	switch t.anchor {
	case middle:
		x -= d.MeasureString(s) / 2
	case end:
		x -= d.MeasureString(s)
	}
	d.Dot = fixed.Point26_6{X: x, Y: fixed.Int26_6(math.Round(t.at.y * c.scale * 64))}
	d.DrawString(s)
	return nil
}

func (c *canvas) face(t *text) (font.Face, error) {
	k := face{t.size, t.bold}
	if f := c.faces[k]; f != nil {
		return f, nil
	}
	of := c.types[0]
	if t.bold {
		of = c.types[1]
	}
	f, err := opentype.NewFace(of, &opentype.FaceOptions{Size: t.size * c.scale, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("type of %v pixels: %w", t.size*c.scale, err)
	}
	c.faces[k] = f
	return f, nil
}
