package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"joy"
)

const captureDir = "../testdata/captures"

// A client is a browser with a session.
type client struct {
	*testing.T
	*Server
	cookie string
}

func config(t testing.TB) Config {
	cfg, _, _, err := joy.Parse([]string{"profile=full", "bidir=1", "threads=1"}, nil, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Dir: t.TempDir(), Flows: cfg, Clock: time.Now}
}

func start(t *testing.T, c Config) *client {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		left, err := os.ReadDir(c.Dir)
		if err != nil || len(left) > 0 {
			t.Errorf("%d files are left in the directory: %v", len(left), err)
		}
	})
	return &client{T: t, Server: s}
}

// send makes a request as the browser would; change may make it another one.
func (c *client) send(method, target string, body io.Reader, change ...func(*http.Request)) *httptest.ResponseRecorder {
	c.Helper()
	r := httptest.NewRequest(method, target, body)
	r.Host = "127.0.0.1:8417"
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", "http://127.0.0.1:8417")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		c.cookie = k.Name + "=" + k.Value
	}
	for _, h := range headers {
		if w.Header().Get(h[0]) != h[1] {
			c.Errorf("%s %s: %s is %q", method, target, h[0], w.Header().Get(h[0]))
		}
	}
	return w
}

func (c *client) get(target string) string {
	c.Helper()
	w := c.send(http.MethodGet, target, nil)
	if w.Code != http.StatusOK {
		c.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}

var csrfField = regexp.MustCompile(`name="csrf" value="([0-9a-f]{64})"`)

// token is the one of the forms.
func (c *client) token() string {
	c.Helper()
	m := csrfField.FindStringSubmatch(c.get("/"))
	if m == nil {
		c.Fatal("no form")
	}
	return m[1]
}

// opened opens a file and returns the path of its list when it is ready.
func (c *client) opened(path string) string {
	c.Helper()
	if err := c.Open(path); err != nil {
		c.Fatal(err)
	}
	f := c.files[len(c.files)-1]
	<-f.ready
	if f.err != nil {
		c.Fatal(f.err)
	}
	return "/f/" + f.id
}

func (c *client) text(text string) string {
	c.Helper()
	name := filepath.Join(c.TempDir(), "flows.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	return name
}

// form is a multipart form.
func form(t testing.TB, token string, files ...[2]string) (io.Reader, func(*http.Request)) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.WriteField("csrf", token)
	for _, f := range files {
		part, e := w.CreateFormFile("file", f[0])
		_, e2 := io.WriteString(part, f[1])
		err = errors.Join(err, e, e2)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return &b, func(r *http.Request) { r.Header.Set("Content-Type", w.FormDataContentType()) }
}

// A name of a stranger may lead here; then all that his pages ask is refused.
func TestHost(t *testing.T) {
	cfg := config(t)
	cfg.Names = []string{"desk.example"}
	c := start(t, cfg)
	for host, status := range map[string]int{
		"127.0.0.1:8417": 200, "localhost:8417": 200, "LOCALHOST": 200, "[::1]:8417": 200, "192.0.2.9:80": 200, "desk.example:8417": 200, "Desk.Example": 200,
		"evil.example:8417": 421, "": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "desk.example.": 421, "localhost:8417:1": 421, "[::1": 421, "127.1": 421,
	} {
		w := c.send(http.MethodGet, "/", nil, func(r *http.Request) { r.Host = host })
		if w.Code != status {
			t.Errorf("Host %q: %d, not %d", host, w.Code, status)
		}
	}
}

// What changes something needs a form of ours, sent by one of our pages.
func TestForgery(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(captureDir + "/dns.pcap")
	token := c.token()
	post := func(token string, change ...func(*http.Request)) int {
		return c.send(http.MethodPost, path+"/close", strings.NewReader("csrf="+token), change...).Code
	}
	other := strings.Repeat("0", 64)
	for name, status := range map[string]int{
		"no token":           post(""),
		"another token":      post(other),
		"a token of another": post(start(t, config(t)).token()),
		"another origin":     post(token, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example"); r.Header.Del("Sec-Fetch-Site") }),
		"another port":       post(token, func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1"); r.Header.Del("Sec-Fetch-Site") }),
		"another site":       post(token, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }),
		"the same site":      post(token, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }),
		"no session":         post(token, func(r *http.Request) { r.Header.Del("Cookie") }),
		"a session made up":  post(token, func(r *http.Request) { r.Header.Set("Cookie", strings.Split(c.cookie, "=")[0]+"=A."+other) }),
	} {
		if status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	c.token()
	if len(c.files) != 1 {
		t.Fatal("the file was closed")
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions, "TRACE"} {
		if w := c.send(method, path+"/close?csrf="+token, nil); w.Code == http.StatusOK || w.Code == http.StatusSeeOther {
			t.Errorf("%s closes the file: %d", method, w.Code)
		}
	}
	if status := post(c.token()); status != http.StatusSeeOther || len(c.files) != 0 {
		t.Errorf("the right form: %d, %d files", status, len(c.files))
	}
	body, kind := form(t, other, [2]string{"x.json", `{"sa":"1.2.3.4"}`})
	if w := c.send(http.MethodPost, "/upload", body, kind); w.Code != http.StatusForbidden || len(c.files) != 0 {
		t.Errorf("an upload without a token: %d", w.Code)
	}
}

// Files go by ids that nobody can guess, and no path of a request is one of a file.
func TestTraversal(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(captureDir + "/dns.pcap")
	for _, p := range []string{
		"/static/../web.go", "/static/..%2fweb.go", "/static/%2e%2e/guard.go", "/static/", "/static/..", "/static/../templates/frame.html", `/static/..\web.go`,
		"/f/..", "/f/../../etc/passwd", "/f/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/f/" + url.PathEscape(captureDir+"/dns.pcap"), "/f/x", "/f//", "/etc/passwd",
		path + "/flow/-1", path + "/flow/999999999999999999999", path + "/flow/1e3", path + "/flow/..%2f0", path + "/export/../json", path + "/export/exe", path + "x",
	} {
		w := c.send(http.MethodGet, p, nil)
		if w.Code != http.StatusNotFound && w.Code != http.StatusTemporaryRedirect && w.Code != http.StatusMovedPermanently && w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %.80s", p, w.Code, w.Body)
		}
	}
	if err := c.Open(t.TempDir()); err == nil {
		t.Error("a directory was opened")
	}
}

// Without the token there is the page that asks for it, and nothing else.
func TestToken(t *testing.T) {
	cfg := config(t)
	cfg.Token = "correct horse battery"
	now := time.Unix(1_800_000_000, 0)
	cfg.Clock = func() time.Time { return now }
	c := start(t, cfg)
	path := c.opened(captureDir + "/dns.pcap")
	for _, p := range []string{"/", path, path + "/flow/0", path + "/flow/0/json", path + "/export/json", path + "/state", path + "/findings", "/nowhere"} {
		if w := c.send(http.MethodGet, p, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/login" || c.cookie != "" {
			t.Errorf("%s: %d, cookie %q", p, w.Code, c.cookie)
		}
	}
	if w := c.send(http.MethodPost, "/upload", strings.NewReader("")); w.Code != http.StatusSeeOther {
		t.Errorf("upload: %d", w.Code)
	}
	c.get("/login")
	c.get("/static/style.css")
	if w := c.send(http.MethodGet, "/login?token=wrong", nil); w.Code != http.StatusForbidden || c.cookie != "" {
		t.Errorf("a wrong token: %d", w.Code)
	}
	login := func(token string) int {
		return c.send(http.MethodPost, "/login", strings.NewReader(url.Values{"token": {token}}.Encode())).Code
	}
	for range maxFailed - 1 {
		login("correct horse batter")
	}
	if got := login(cfg.Token); got != http.StatusTooManyRequests {
		t.Errorf("after many wrong ones: %d", got)
	}
	now = now.Add(2 * time.Minute)
	if got := login(cfg.Token); got != http.StatusSeeOther {
		t.Errorf("the right token: %d", got)
	}
	if !strings.Contains(c.get("/"), "dns.pcap") {
		t.Error("the file is not there")
	}
	c.cookie = ""
	w := c.send(http.MethodGet, "/login?token="+url.QueryEscape(cfg.Token), nil)
	k := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(k) != 1 || !k[0].HttpOnly || k[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("%d, %v", w.Code, k)
	}
}

// Uploads are read, shown by the name that they had, and gone when they are closed.
func TestUpload(t *testing.T) {
	c := start(t, config(t))
	data, err := os.ReadFile(captureDir + "/http-get.pcap")
	if err != nil {
		t.Fatal(err)
	}
	body, kind := form(t, c.token(), [2]string{`C:\Users\x\..\<b>one.pcap`, string(data)})
	w := c.send(http.MethodPost, "/upload", body, kind)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	path := w.Header().Get("Location")
	<-c.files[0].ready
	page := c.get(path)
	if !strings.Contains(page, "3 flows") || !strings.Contains(page, "<h1>&lt;b&gt;one.pcap</h1>") {
		t.Error(page)
	}
	left, err := os.ReadDir(c.Dir)
	if err != nil || len(left) != 2 { // the capture and its flows
		t.Errorf("%v %v", left, err)
	}
	for _, f := range left {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
	}
	c.send(http.MethodPost, path+"/close", strings.NewReader("csrf="+c.token()))
	if left, err = os.ReadDir(c.Dir); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
	if w := c.send(http.MethodGet, path, nil); w.Code != http.StatusNotFound {
		t.Errorf("a closed file: %d", w.Code)
	}
}

// What is too large, too much, or no form, is refused and leaves nothing.
func TestBounds(t *testing.T) {
	cfg := config(t)
	cfg.Limits = Limits{Upload: 100_000, Files: 2, Flows: 5, Disk: 1 << 20, Age: time.Hour}
	now := time.Unix(1_800_000_000, 0)
	cfg.Clock = func() time.Time { return now }
	c := start(t, cfg)
	send := func(files ...[2]string) (int, string) {
		body, kind := form(t, c.token(), files...)
		w := c.send(http.MethodPost, "/upload", body, kind)
		return w.Code, w.Body.String()
	}
	empty := func(when string) {
		if left, err := os.ReadDir(c.Dir); err != nil || len(left) != 0 || len(c.files) != 0 {
			t.Errorf("%s: %d files are left, %d open: %v", when, len(left), len(c.files), err)
		}
	}
	if code, page := send([2]string{"large.pcap", strings.Repeat("x", 200_000)}); code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "97.65625 KiB") {
		t.Errorf("too large: %d %s", code, page)
	}
	empty("too large")
	if code, _ := send(); code != http.StatusBadRequest {
		t.Errorf("no file: %d", code)
	}
	if w := c.send(http.MethodPost, "/upload", strings.NewReader("csrf="+c.token())); w.Code != http.StatusBadRequest {
		t.Errorf("no form: %d", w.Code)
	}
	body, kind := form(t, c.token(), [2]string{"cut.pcap", strings.Repeat("x", 1000)})
	all, _ := io.ReadAll(body)
	if w := c.send(http.MethodPost, "/upload", bytes.NewReader(all[:500]), kind); w.Code != http.StatusBadRequest {
		t.Errorf("cut off: %d", w.Code)
	}
	empty("cut off")
	line := `{"sa":"192.0.2.1","da":"192.0.2.2","pr":17,"sp":1,"dp":53,"bytes_out":1,"num_pkts_out":1,"time_start":1.0,"time_end":2.0,"packets":[]}` + "\n"
	if code, _ := send([2]string{"a.json", strings.Repeat(line, 9)}, [2]string{"b.json", "no flows"}, [2]string{"c.json", line}); code != http.StatusConflict {
		t.Errorf("three files: %d", code)
	}
	if len(c.files) != 2 {
		t.Fatalf("%d files", len(c.files))
	}
	<-c.files[0].ready
	<-c.files[1].ready
	if page := c.get("/f/" + c.files[0].id); !strings.Contains(page, "Only the first 5 flows are here") || !strings.Contains(page, "5 flows,") {
		t.Error(page)
	}
	if page := c.get("/f/" + c.files[1].id); !strings.Contains(page, "It could not be read: this is neither a capture nor a flow file") {
		t.Error(page)
	}
	now = now.Add(30 * time.Minute)
	c.get("/f/" + c.files[0].id)
	now = now.Add(40 * time.Minute)
	if err := c.Sweep(); err != nil || len(c.files) != 1 {
		t.Errorf("%d files after a sweep: %v", len(c.files), err)
	}
	now = now.Add(time.Hour)
	if err := c.Sweep(); err != nil {
		t.Error(err)
	}
	empty("two sweeps")
}

// Who sends a byte now and then is cut off.
func TestSlow(t *testing.T) {
	s := start(t, config(t))
	h := httptest.NewServer(s)
	defer h.Close()
	begin := time.Now()
	s.Clock = func() time.Time { return time.Now().Add(-grace + 300*time.Millisecond) }
	s.guard.clock = func() time.Time { return time.Now() }
	r, w := io.Pipe()
	go func() {
		m := multipart.NewWriter(w)
		_ = m.WriteField("csrf", s.guard.sign("csrf", "A"))
		part, _ := m.CreateFormFile("file", "slow.pcap")
		for part != nil {
			if _, err := io.WriteString(part, "x"); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, h.URL+"/upload", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", s.guard.cookie()+"=A."+s.guard.sign("session", "A"))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	answer, err := h.Client().Do(req)
	if err == nil {
		answer.Body.Close()
	}
	if took := time.Since(begin); took > 10*time.Second || err == nil && answer.StatusCode < 400 {
		t.Errorf("it took %v: %v", took, answer)
	}
	w.CloseWithError(io.ErrClosedPipe)
}

// hostile is a flow file whose texts would like to be more than that.
func hostile(texts []string) string {
	var b strings.Builder
	for i, s := range texts {
		q, _ := json.Marshal(s)
		fmt.Fprintf(&b, `{"sa":%s,"da":%[1]s,"pr":6,"sp":1,"dp":80,"bytes_out":1,"num_pkts_out":1,"bytes_in":2,"num_pkts_in":2,"time_start":%d.5,"time_end":%[2]d.6,`+
			`"packets":[{"b":1,"dir":%[1]s,"ipt":1}],"app":[%[1]s],"end_reason":%[1]s,"flow_id":%[1]s,%[1]s:{%[1]s:%[1]s},`+
			`"tls":{"sni":[%[1]s],"s_version":5,"scs":"c030","c_extensions":[{%[1]s:%[1]s}],"s_cert":[{"issuer":[{"commonName":%[1]s}],"subject":[{"commonName":%[1]s}],"signature_algo":%[1]s,`+
			`"validity_not_before":%[1]s,"extensions":[{"X509v3 Subject Alternative Name":%[1]s}],"subject_public_key_algo":%[1]s}]},`+
			`"http":[{"out":[{"Host":%[1]s},{"Authorization":%[1]s}],"in":[]}],"fingerprints":{"tls":%[1]s},"byte_dist":[%[1]s]}`+"\n", q, i)
	}
	return b.String()
}

var nasty = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</title><script>alert(1)</script>`,
	"\u202egnp.exe", "a\x00b\x1b[31m", `{{.}}`, `--><svg/onload=alert(1)>`, `</svg><script>alert(1)</script>`, "=HYPERLINK(\"http://evil.example\")", "\u2028\u2029", strings.Repeat("W", 100_000),
}

// No text of a flow is anything but text, on any page.
func TestHostile(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(c.text(hostile(nasty)))
	pages := []string{"/", path, path + "?sort=name&where=" + url.QueryEscape(`tls{sni}="<script>"`), path + "/findings", "/" + url.PathEscape(nasty[0])}
	for i, s := range nasty {
		pages = append(pages, fmt.Sprintf("%s/flow/%d", path, i))
		s = s[:min(len(s), 200)]
		pages = append(pages, path+"?where="+url.QueryEscape(s), path+"?text="+url.QueryEscape(s), path+"?sort="+url.QueryEscape(s), path+"?page="+url.QueryEscape(s))
	}
	for _, p := range pages {
		page := c.send(http.MethodGet, p, nil).Body.String()
		for _, bad := range []string{"<script>", "<img", "<svg/", "onmouseover='", "href=\"javascript", "\u202e", "\x1b", "\x00", "\u2028"} {
			if strings.Contains(p, url.QueryEscape(bad)) && len(bad) <= 3 {
				continue // the form has the question as it was asked
			}
			if strings.Contains(page, bad) {
				i := strings.Index(page, bad)
				t.Errorf("%s has %q: ...%s", p, bad, page[max(0, i-100):min(len(page), i+100)])
			}
		}
		if len(page) > 600_000 {
			t.Errorf("%s: %d bytes", p, len(page))
		}
	}
	table := c.get(path + "/export/csv")
	if strings.Contains(table, "\n=") || strings.Contains(table, ",=") || !strings.Contains(table, "'=HYPERLINK") {
		t.Error(table)
	}
	if d := c.send(http.MethodGet, path+"/export/json", nil).Header().Get("Content-Disposition"); d != `attachment; filename="flows-selection.json"` {
		t.Error(d)
	}
	if name := plainName("a\"b\r\nc/../../x y.pcap.gz"); name != "x_y-selection" {
		t.Error(name)
	}
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that is closed ends what goes on with it.
func TestClosing(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(c.text(lines(1000)))
	f := c.files[0]
	ctx, release, err := f.use(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	body := strings.NewReader("csrf=" + c.token())
	go func() { done <- c.send(http.MethodPost, path+"/close", body).Code }()
	<-ctx.Done()
	select {
	case <-done:
		t.Error("the file was closed while it was used")
	case <-time.After(50 * time.Millisecond):
	}
	release()
	if code := <-done; code != http.StatusSeeOther {
		t.Error(code)
	}
	if _, _, err := f.use(context.Background()); !errors.Is(err, errGone) {
		t.Error(err)
	}
}
