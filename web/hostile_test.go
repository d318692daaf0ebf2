package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// Times whose distance does not fit a number are flows like others.
func TestTimesFarApart(t *testing.T) {
	c := start(t, config(t))
	page := c.opened(c.text(`{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1,"dp":2,"bytes_out":5,"time_start":-9000000000,"time_end":-9000000000}
{"sa":"10.0.0.3","da":"10.0.0.2","pr":6,"sp":1,"dp":2,"bytes_out":5,"time_start":9000000000,"time_end":9000000001}
`))
	if _, flows := c.found(page); len(flows) != 2 {
		t.Errorf("%d flows", len(flows))
	}
}

// What becomes very long when it is unpacked, and has no flow, can be stopped.
func TestBombStops(t *testing.T) {
	c := start(t, config(t))
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(append([]byte("{}"), bytes.Repeat([]byte("\n"), 4<<20)...))
	name := filepath.Join(t.TempDir(), "bomb.json.gz")
	if err = errors.Join(err, z.Close(), os.WriteFile(name, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, asked := range []int{20, 1 << 30} {
		f := &file{name: "bomb", path: name, table: &table{}}
		err := f.readAll(&patient{context.Background(), asked}, c.Server)
		if errors.Is(err, context.Canceled) != (asked == 20) {
			t.Errorf("asked %d times: %v", asked, err)
		}
		if err := f.remove(); err != nil {
			t.Error(err)
		}
	}
}

// A patient context is over when it was asked so often.
type patient struct {
	context.Context
	left int
}

func (p *patient) Err() error {
	if p.left--; p.left < 0 {
		return context.Canceled
	}
	return nil
}

// Who looks at a file that another closes is told so.
func TestClosedUnderway(t *testing.T) {
	c := start(t, config(t))
	w := httptest.NewRecorder()
	c.answer(func(http.ResponseWriter, *http.Request) error { return context.Canceled }).
		ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusGone {
		t.Errorf("status %d", w.Code)
	}
}

// Files on their way count: more than may be open are not taken at the same time.
func TestUploadsAtATime(t *testing.T) {
	cfg := config(t)
	cfg.Limits.Files = 1
	c := start(t, cfg)
	token := c.token()
	if !c.reserve() {
		t.Fatal("there is no place")
	}
	body, kind := form(t, token, [2]string{"a.json", "{}\n"})
	if w := c.send(http.MethodPost, "/upload", body, kind); w.Code != http.StatusConflict {
		t.Errorf("beside another: status %d", w.Code)
	}
	c.unreserve()
	body, kind = form(t, token, [2]string{"a.json", "{}\n"})
	if w := c.send(http.MethodPost, "/upload", body, kind); w.Code != http.StatusSeeOther {
		t.Errorf("alone: status %d", w.Code)
	}
}
