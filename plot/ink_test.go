package plot

import (
	"math"
	"testing"
)

func linearRGB(s string) [3]float64 {
	c := rgb(s)
	var v [3]float64
	for i, x := range []uint8{c.R, c.G, c.B} {
		if u := float64(x) / 255; u <= 0.04045 {
			v[i] = u / 12.92
		} else {
			v[i] = math.Pow((u+0.055)/1.055, 2.4)
		}
	}
	return v
}

// contrast is that of WCAG 2.2.
func contrast(a, b string) float64 {
	light := func(s string) float64 {
		v := linearRGB(s)
		return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// eyes turn linear RGB into what is seen of it: by all, and without one of the
// three receptors (Machado, Oliveira and Fernandes 2009, severity 1).
var eyes = map[string][3][3]float64{
	"all":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
	"deutan": {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"tritan": {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .303900}},
}

// oklab is a colour in Ottosson's space, in which distances are those that eyes
// see; about 0.02 is the least that can be told.
func oklab(v [3]float64, eye [3][3]float64) (lab [3]float64) {
	var c [3]float64
	for i, row := range eye {
		c[i] = min(max(row[0]*v[0]+row[1]*v[1]+row[2]*v[2], 0), 1)
	}
	l := math.Cbrt(.4122214708*c[0] + .5363325363*c[1] + .0514459929*c[2])
	m := math.Cbrt(.2119034982*c[0] + .6806995451*c[1] + .1073969566*c[2])
	s := math.Cbrt(.0883024619*c[0] + .2817188376*c[1] + .6299787005*c[2])
	return [3]float64{
		.2104542553*l + .7936177850*m - .0040720468*s,
		1.9779984951*l - 2.4285922050*m + .4505937099*s,
		.0259040371*l + .7827717662*m - .8086757660*s,
	}
}

func TestPalettes(t *testing.T) {
	for name, p := range map[string]*palette{"light": &light, "dark": &dark} {
		for _, i := range []ink{plain, muted} {
			if c := contrast(p[i], p[paper]); c < 4.5 {
				t.Errorf("%s: text %s has a contrast of %.2f", name, names[i], c)
			}
		}
		kinds := []ink{other}
		for i := range maxSeries {
			kinds = append(kinds, of(i))
		}
		for n, i := range kinds {
			if c := contrast(p[i], p[paper]); c < 3 {
				t.Errorf("%s: %s has a contrast of %.2f", name, names[i], c)
			}
			for _, k := range kinds[:n] {
				for who, eye := range eyes {
					a, b := oklab(linearRGB(p[i]), eye), oklab(linearRGB(p[k]), eye)
					if d := math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2]); d < 0.055 {
						t.Errorf("%s: %s and %s are %.3f apart for %s", name, names[i], names[k], d, who)
					}
				}
			}
		}
		for i := heat; i < inks-1; i++ {
			a, b := oklab(linearRGB(p[i]), eyes["all"])[0], oklab(linearRGB(p[i+1]), eyes["all"])[0]
			if name == "light" && a-b < 0.03 || name == "dark" && b-a < 0.03 {
				t.Errorf("%s: %s and %s are not one lighter than the other: %.3f, %.3f", name, names[i], names[i+1], a, b)
			}
		}
	}
}
