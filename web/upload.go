package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// grace is how long a piece of a stream may take, and slowest the bytes a second
// that an upload has to bring on average: who is slower is cut off.
const (
	grace   = 30 * time.Second
	slowest = 16 << 10
)

// A pacedWriter gives each piece that time to arrive.
type pacedWriter struct {
	w       io.Writer
	c       *http.ResponseController
	clock   func() time.Time
	written int64
}

func (p *pacedWriter) Write(b []byte) (int, error) {
	// A recorder in a test has no deadlines.
	_ = p.c.SetWriteDeadline(p.clock().Add(grace))
	n, err := p.w.Write(b)
	p.written += int64(n)
	return n, err
}

// A pacedReader ends the reading of what comes too slowly.
type pacedReader struct {
	r     io.Reader
	c     *http.ResponseController
	begin time.Time
	read  int64
}

func (p *pacedReader) Read(b []byte) (int, error) {
	// A recorder in a test has no deadlines.
	_ = p.c.SetReadDeadline(p.begin.Add(grace + time.Duration(p.read/slowest)*time.Second))
	n, err := p.r.Read(b)
	p.read += int64(n)
	return n, err
}

// formRoom is what a form may have beside its files, in bytes.
const formRoom = 64 << 10

// upload takes files from a form whose first part is its token.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) error {
	c := http.NewResponseController(w)
	begin := s.Clock()
	_ = c.SetWriteDeadline(begin.Add(time.Duration(s.Limits.Upload/slowest)*time.Second + 2*grace))
	body := &pacedReader{r: http.MaxBytesReader(w, r.Body, s.Limits.Upload+formRoom), c: c, begin: begin}
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, r.Body}
	form, err := r.MultipartReader()
	if err != nil {
		return &problem{http.StatusBadRequest, "This is no form with files.", err}
	}
	opened, err := s.parts(r, form)
	if err != nil {
		return err
	}
	if len(opened) == 1 {
		http.Redirect(w, r, "/f/"+opened[0].id, http.StatusSeeOther)
		return nil
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// parts takes the parts of a form.
func (s *Server) parts(r *http.Request, form *multipart.Reader) (opened []*file, err error) {
	for first := true; ; first = false {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && len(opened) == 0:
			return nil, &problem{http.StatusBadRequest, "No file was chosen.", nil}
		case errors.Is(err, io.EOF):
			return opened, nil
		case err != nil:
			return opened, tooMuch(err, s.Limits.Upload)
		}
		if first {
			token, err := io.ReadAll(io.LimitReader(part, 256))
			if err != nil || part.FormName() != "csrf" || !s.guard.formed(r, string(token)) {
				return nil, errForm
			}
			continue
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		f, err := s.keep(part)
		if err != nil {
			return opened, err
		}
		opened = append(opened, f)
	}
}

// tooMuch says what is wrong with an upload.
func tooMuch(err error, most int64) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return &problem{http.StatusRequestEntityTooLarge, "The file is larger than " + size(most) + ", which is the most.", nil}
	}
	return &problem{http.StatusBadRequest, "The upload did not come to its end.", err}
}

// keep stores a file under a name of our own and opens it.
func (s *Server) keep(part *multipart.Part) (*file, error) {
	if !s.reserve() {
		return nil, errFiles
	}
	defer s.unreserve()
	to, err := os.CreateTemp(s.Dir, "upload-*")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(to, part)
	if err != nil {
		err = tooMuch(err, s.Limits.Upload)
	}
	var f *file
	if err = errors.Join(err, to.Close()); err == nil {
		f, err = s.open(shownName(part.FileName()), to.Name(), true)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(to.Name()))
	}
	return f, nil
}

// reserve keeps a place for a file that is on its way, so that no more of them are
// on disk than may be open.
func (s *Server) reserve() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.files)+s.arriving >= s.Limits.Files {
		return false
	}
	s.arriving++
	return true
}

func (s *Server) unreserve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arriving--
}

// shownName is the last part of the name that the browser gives, for people.
func shownName(name string) string {
	text := []rune(strings.ToValidUTF8(path.Base(strings.ReplaceAll(name, `\`, "/")), "?"))
	return string(text[:min(len(text), 100)])
}
