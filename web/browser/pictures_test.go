package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Every page is whole in light and dark, wide and narrow: nothing hangs out at the
// side. With PICTURES=DIR they are kept, to be looked at.
func TestPictures(t *testing.T) {
	base := serve(t, flowFile(t, ""), filepath.Join(captures, "tls1.2.pcap"))
	b := open(t, base)
	list := b.first()
	flow := eval[string](b, `fetch("`+list+`?where=tls{s_cert}=*&sort=-bytes").then(r => r.text())
		.then(t => new DOMParser().parseFromString(t, "text/html").querySelector("table.flows tbody a").getAttribute("href"))`)
	for _, p := range []struct{ name, path string }{
		{"files", "/"},
		{"list", list},
		{"question", list + "?where=tls%3D%2A,bytes_in%3E1000&sort=-bytes"},
		{"mistake", list + "?where=dp%3D443,(sp%3D1"},
		{"none", list + "?where=dp%3D1"},
		{"flow", strings.Split(flow, "#")[0]},
		{"findings", list + "/findings"},
		{"missing", "/nowhere"},
	} {
		for _, v := range []struct {
			name  string
			width int64
		}{{"wide", 1280}, {"narrow", 400}} {
			for _, scheme := range []string{"light", "dark"} {
				b.run(chromedp.EmulateViewport(v.width, 900), colors(scheme))
				b.visit(p.path)
				b.whole(p.name + ", " + v.name + ", " + scheme)
				b.picture(p.name + "-" + v.name + "-" + scheme)
			}
		}
	}
}

// whole wants nothing beside the page.
func (b *tab) whole(name string) {
	b.Helper()
	beside := eval[[]string](b, `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
		[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .plot, .hidden, .skip"))
		.map(e => e.tagName + "." + e.className).slice(0, 5)`)
	if len(beside) > 0 {
		b.Errorf("%s: wider than the window: %v", name, beside)
	}
}

// picture keeps what the page looks like, if that is wanted.
func (b *tab) picture(name string) {
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	size := eval[[]float64](b, "[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
	b.run(chromedp.EmulateViewport(int64(size[0]), int64(min(size[1], 2600))))
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.Error(err)
	}
}
