package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const captures = "../../testdata/captures"

// chromium is the program, "" if there is none.
func chromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// program is joy, built once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "joy-browser-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "joy")
	out, err := exec.Command("go", "build", "-C", "../..", "-o", path, "./cmd/joy").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

func TestMain(m *testing.M) {
	if chromium() == "" {
		fmt.Println("skipped: the pages of joy serve are tested in a Chromium, and none was found (apt-get install chromium, or CHROMIUM=PATH)")
		return
	}
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// serve starts joy serve and returns its address.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	joy, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(joy, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("joy serve: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("joy serve says nothing")
	}
	go func() {
		for lines.Scan() {
			t.Log(lines.Text())
		}
	}()
	address, ok := strings.CutPrefix(lines.Text(), "joy serve: ")
	if !ok {
		t.Fatal(lines.Text())
	}
	return strings.TrimSuffix(address, "/")
}

// A tab is one of a browser. What its pages complain of, and what breaks their
// security policy, fails the test.
type tab struct {
	*testing.T
	ctx  context.Context
	base string
}

func open(t *testing.T, base string) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium()),
		chromedp.NoSandbox, // the pages are our own, and root has no sandbox
		chromedp.Flag("lang", "en"), chromedp.Flag("force-color-profile", "srgb"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	b := &tab{t, ctx, base}
	b.run(chromedp.EmulateViewport(1280, 900))
	var listening sync.WaitGroup
	t.Cleanup(listening.Wait)
	t.Cleanup(cancel)
	listen(ctx, &listening, runtime.ExceptionThrown, func(e runtime.EventExceptionThrown) {
		t.Errorf("an exception: %s", e.ExceptionDetails.Text)
	})
	listen(ctx, &listening, page.JavascriptDialogOpening, func(e page.EventJavascriptDialogOpening) {
		t.Errorf("a dialog opens: %s", e.Message)
	})
	listen(ctx, &listening, log.EntryAdded, func(e log.EventEntryAdded) {
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "status of 4") {
			t.Errorf("the browser complains: %s %s", e.Entry.Text, e.Entry.URL)
		}
	})
	b.run(call(log.Enable, cdp.Empty{}))
	return b
}

// listen calls use for events until the tab is closed.
func listen[E any](ctx context.Context, wg *sync.WaitGroup, event cdp.Event[E], use func(E)) {
	events := chromedp.Events(ctx, event)
	wg.Go(func() {
		for e, err := range events {
			if err != nil {
				return
			}
			use(e)
		}
	})
}

// call is a command of the protocol as an action.
func call[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// visit loads a page.
func (b *tab) visit(path string) {
	b.Helper()
	b.run(chromedp.Navigate(b.base+path), chromedp.WaitVisible(chromedp.CSS("main")))
}

// eval evaluates an expression in the page.
func eval[V any](b *tab, expression string) V {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return v
}

// text is that of an element.
func (b *tab) text(selector string) string {
	b.Helper()
	quoted, _ := json.Marshal(selector)
	return eval[string](b, "document.querySelector("+string(quoted)+")?.innerText ?? 'there is none'")
}

// wait waits until a condition is true in the page, which may be on its way.
func (b *tab) wait(what, condition string) {
	b.Helper()
	var err error
	for range 200 {
		var ok bool
		if ok, err = chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Promise.resolve("+condition+").then(v => !!v && document.readyState === 'complete')", chromedp.EvalAwaitPromise)); ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatalf("%s: never came (%v); the page is %s", what, err, eval[string](b, `location.href + ", " + document.activeElement.outerHTML.slice(0, 100) + ", " + document.querySelector("main").innerText.slice(0, 300)`))
}

// first is the path of the list of the first file, when it is ready.
func (b *tab) first() string {
	b.Helper()
	b.visit("/")
	path := eval[string](b, `new URL(document.querySelector("tbody a").href).pathname`)
	b.wait("the file is read", "fetch('"+path+"/state').then(r => r.json()).then(s => s.ready)")
	return path
}

// flowFile writes a flow file with all features, of captures.
func flowFile(t *testing.T, names ...string) string {
	t.Helper()
	joy, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "flows.json")
	args := []string{"profile=full", "bidir=1", "output=" + out}
	for _, n := range names {
		args = append(args, filepath.Join(captures, n))
	}
	if text, err := exec.Command(joy, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// dark and light are what the reader wants.
func colors(scheme string) chromedp.Action[chromedp.Void] {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}
