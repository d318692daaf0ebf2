package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// A guard stands before all pages. It holds off pages of others in the same
// browser (by the Host of a request, its origin, and a token in every form) and
// who does not know the token.
type guard struct {
	key   [32]byte // of this run
	token string
	names []string
	clock func() time.Time

	mu     sync.Mutex
	failed []time.Time // attempts to log in
}

// policyHeader lets a page have its own style sheet, script and pictures, and talk
// to its own server: nothing that stands in a page runs.
const policyHeader = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers are those of every answer.
var headers = [][2]string{
	{"Content-Security-Policy", policyHeader},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Embedder-Policy", "require-corp"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
	{"X-Robots-Tag", "noindex"},
	{"Cache-Control", "no-store"},
}

// patience is how long a request, or an answer that is not streamed, may take.
const patience = 2 * time.Minute

// around lets through what may pass.
func (g *guard) around(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, h := range headers {
			w.Header().Set(h[0], h[1])
		}
		c := http.NewResponseController(w)
		// A recorder in a test has no deadlines.
		_ = c.SetReadDeadline(g.clock().Add(patience))
		_ = c.SetWriteDeadline(g.clock().Add(patience))
		switch {
		case !g.knows(r.Host):
			http.Error(w, "This is not the address of these pages: use the one that joy serve has printed, or --host NAME.", http.StatusMisdirectedRequest)
			return
		case origin.Check(r) != nil:
			http.Error(w, "The request comes from another page.", http.StatusForbidden)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost:
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if g.session(r) == "" {
			if g.token != "" && !open(r.URL.Path) {
				http.Redirect(w, r, "/login", http.StatusSeeOther)
				return
			}
			if g.token == "" {
				r.AddCookie(g.begin(w))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// open are the pages for everyone.
func open(path string) bool { return path == "/login" || strings.HasPrefix(path, "/static/") }

// knows reports whether a Host is an address, localhost, or one of the names. All
// others could be names of a stranger that lead here (DNS rebinding).
func (g *guard) knows(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
		host = strings.TrimSuffix(inner, "]")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return strings.EqualFold(host, "localhost") ||
		slices.ContainsFunc(g.names, func(n string) bool { return strings.EqualFold(host, n) })
}

// sign is a text that nobody else can make.
func (g *guard) sign(purpose, text string) string {
	m := hmac.New(sha256.New, g.key[:])
	m.Write([]byte(purpose + "\x00" + text))
	return hex.EncodeToString(m.Sum(nil))
}

// cookie is its name: several servers on one machine share their cookies.
func (g *guard) cookie() string { return "joy_" + g.sign("name", "")[:8] }

// session is the session of a request, "" without a valid one.
func (g *guard) session(r *http.Request) string {
	c, err := r.Cookie(g.cookie())
	if err != nil {
		return ""
	}
	id, mac, _ := strings.Cut(c.Value, ".")
	if !equal(mac, g.sign("session", id)) {
		return ""
	}
	return id
}

// begin gives the browser a session.
func (g *guard) begin(w http.ResponseWriter) *http.Cookie {
	id := rand.Text()
	c := &http.Cookie{
		Name: g.cookie(), Value: id + "." + g.sign("session", id), Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	http.SetCookie(w, c)
	return c
}

// csrf is what every form of a session has to have in it.
func (g *guard) csrf(r *http.Request) string { return g.sign("csrf", g.session(r)) }

// formed reports whether a form is one of ours.
func (g *guard) formed(r *http.Request, token string) bool {
	return g.session(r) != "" && equal(token, g.csrf(r))
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// maxFailed bounds the attempts to log in, of all together, in a minute.
const maxFailed = 20

// admits reports whether the token is right. busy says that too many were wrong.
func (g *guard) admits(token string) (ok, busy bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	g.failed = slices.DeleteFunc(g.failed, func(t time.Time) bool { return now.Sub(t) > time.Minute })
	if len(g.failed) >= maxFailed {
		return false, true
	}
	// The hashes have one length, so that the time tells nothing of the token's.
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(g.token))
	if subtle.ConstantTimeCompare(a[:], b[:]) == 1 {
		return true, false
	}
	g.failed = append(g.failed, now)
	return false, false
}
