package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"joy/plot"
)

// A problem is an answer that is no page: a status and a sentence.
type problem struct {
	status int
	text   string
	cause  error
}

func (p *problem) Error() string {
	if p.cause != nil {
		return p.text + " (" + p.cause.Error() + ")"
	}
	return p.text
}

func (p *problem) Unwrap() error { return p.cause }

// answer calls h, and shows its error as a page.
func (s *Server) answer(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		if r.Context().Err() != nil {
			panic(http.ErrAbortHandler) // nobody is there, or was too slow
		}
		p := &problem{http.StatusInternalServerError, "Something went wrong.", err}
		errors.As(err, &p)
		if errors.Is(err, context.DeadlineExceeded) {
			p = &problem{http.StatusServiceUnavailable, "This took too long. A narrower question may help.", nil}
		}
		if errors.Is(err, context.Canceled) { // and not by who asked, see above
			p = errGone
		}
		s.show(w, r, p.status, "problem", "Problem", plot.Printable(p.Error(), 500))
	})
}

// parsePages reads the templates: each page with the frame around it.
func parsePages() (map[string]*template.Template, error) {
	pages := map[string]*template.Template{}
	names, err := fs.Glob(assets, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "frame" {
			continue
		}
		t, err := template.New("frame.html").Funcs(functions).ParseFS(assets, "templates/frame.html", name)
		if err != nil {
			return nil, err
		}
		pages[base] = t
	}
	return pages, nil
}

// functions are for templates. What is of hostile origin goes through safe, which
// shows what hides itself; escaping is the template's.
var functions = template.FuncMap{
	"safe":     func(s string) string { return plot.Printable(s, maxText) },
	"amount":   amount,
	"bytes":    func(n uint64) string { return bytesText(n) },
	"grouped":  groupedAny,
	"clock":    clock,
	"duration": func(ns int64) string { return plot.Duration(float64(ns) / 1e9) },
	"plural":   plural,
	"int":      func(n uint64) int { return int(n) },
}

// maxText bounds a text on a page, in characters.
const maxText = 300

// amount is a number with a prefix of SI.
func amount(n uint64) string { return plot.Amount(float64(n)) }

// groupedAny is that for templates, which know no type parameters.
func groupedAny(n any) (string, error) {
	switch n := n.(type) {
	case int:
		return grouped(n), nil
	case int64:
		return grouped(n), nil
	case uint64:
		return grouped(n), nil
	}
	return "", fmt.Errorf("%T is no number", n)
}

// bytesText is a number of bytes with a prefix of SI.
func bytesText(n uint64) string {
	if s := amount(n); strings.ContainsRune(s, ' ') {
		return s + "B"
	}
	return amount(n) + " bytes"
}

// grouped is a whole number with commas.
func grouped[T int | int64 | uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// A frame is what the template of every page is given.
type frame struct {
	Title string
	CSRF  string
	Token bool // whether one is asked for
	Page  any
}

// show writes a page.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name, title string, page any) {
	var b bytes.Buffer
	err := s.pages[name].Execute(&b, frame{Title: title, CSRF: s.guard.csrf(r), Token: s.Token != "", Page: page})
	if err != nil {
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // who asked may be gone
}

// static gives the style sheet and the script.
func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	data, err := assets.ReadFile("static/" + name)
	if err != nil {
		return errNotFound
	}
	if name == "style.css" {
		data = append([]byte(plot.CSS()), data...)
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	_, _ = w.Write(data) // who asked may be gone
	return nil
}

// loginPage asks for the token, or takes it from the address.
func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if s.Token == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	if token == "" {
		s.show(w, r, http.StatusOK, "login", "Log in", "")
		return nil
	}
	return s.enter(w, r, token)
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	return s.enter(w, r, r.PostFormValue("token"))
}

// enter begins a session for who knows the token.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, token string) error {
	ok, busy := s.guard.admits(token)
	switch {
	case busy:
		s.show(w, r, http.StatusTooManyRequests, "login", "Log in", "Too many wrong tokens. Wait a minute.")
	case !ok:
		s.show(w, r, http.StatusForbidden, "login", "Log in", "This is not the token.")
	default:
		s.guard.begin(w)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
	return nil
}

// A homePage lists what is open.
type homePage struct {
	Files  []fileLine
	Upload string // the most that may be uploaded
	Age    string
}

type fileLine struct {
	ID, Name string
	Uploaded bool
	Capture  bool
	Ready    bool
	Flows    int64
	Error    string
}

func (f *file) summary() fileLine {
	l := fileLine{ID: f.id, Name: f.name, Uploaded: f.uploaded, Flows: f.done.Load(), Ready: f.isReady()}
	if l.Ready {
		l.Capture = f.capture
		if f.err != nil {
			l.Error = f.err.Error()
		}
	}
	return l
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	p := homePage{Upload: size(s.Limits.Upload), Age: plot.Duration(s.Limits.Age.Seconds())}
	s.mu.Lock()
	for _, f := range s.files {
		p.Files = append(p.Files, f.summary())
	}
	s.mu.Unlock()
	s.show(w, r, http.StatusOK, "home", "Files", p)
	return nil
}

// size is a number of bytes in binary units, as limits are given.
func size(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	v, i := float64(n), 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	return strconv.FormatFloat(v, 'f', -1, 64) + " " + units[i]
}

// closeFile closes one.
func (s *Server) closeFile(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	if !s.guard.formed(r, r.PostFormValue("csrf")) {
		return errForm
	}
	if err := s.drop(r.PathValue("file")); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

var errForm = &problem{http.StatusForbidden, "The form is too old, or of another page. Go back, load the page again, and try once more.", nil}

// state says how far reading has come, for the script.
func (s *Server) state(w http.ResponseWriter, r *http.Request) error {
	f, err := s.find(r.PathValue("file"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"ready":%v,"flows":%d}`, f.isReady(), f.done.Load())
	return nil
}

// request finds the file that a request is about. When it is not ready, or could
// not be read, that is the page that is shown, and f is nil.
func (s *Server) request(w http.ResponseWriter, r *http.Request) (f *file, err error) {
	if f, err = s.find(r.PathValue("file")); err != nil {
		return nil, err
	}
	if !f.isReady() || f.err != nil {
		s.show(w, r, http.StatusOK, "wait", f.name, f.summary())
		return nil, nil //nolint:nilerr // the page says it
	}
	return f, nil
}

// busy takes one of the places for long answers; the caller calls done.
func (s *Server) busy(ctx context.Context) (done func(), err error) {
	t := time.NewTimer(10 * time.Second)
	defer t.Stop()
	select {
	case s.heavy <- struct{}{}:
		return func() { <-s.heavy }, nil
	case <-t.C:
		return nil, &problem{http.StatusServiceUnavailable, "Other questions are being answered. Try again in a moment.", nil}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// address writes an address with its port.
func address(addr string, port uint16, ports bool) string {
	if !ports {
		return addr
	}
	return net.JoinHostPort(addr, strconv.Itoa(int(port)))
}

// protocols are the names of IP protocols that people know.
var protocols = map[uint8]string{
	1: "ICMP", 2: "IGMP", 4: "IPIP", 6: "TCP", 17: "UDP", 33: "DCCP", 41: "IPv6", 47: "GRE", 50: "ESP", 51: "AH",
	58: "ICMPv6", 89: "OSPF", 103: "PIM", 112: "VRRP", 132: "SCTP", 136: "UDP-Lite",
}

func protocolName(pr uint8) string {
	if n, ok := protocols[pr]; ok {
		return n
	}
	return "IP " + strconv.Itoa(int(pr))
}
