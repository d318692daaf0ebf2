// Package input has the lines of flow files: of files that hold them, whatever
// these are compressed with, and of captures. It reads them as often as a query
// wants to, and tells what is wrong with them once.
package input

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"joy"
	"joy/capture/pcapfile"
	"joy/unpack"
)

// A Set is the inputs of a command.
type Set struct {
	Parquet []string // files in Parquet, for DuckDB to read
	Lines   []*File  // files of lines
	Notes   *Notes

	dir string // for what cannot be read twice
	cfg joy.Config
}

// A File is one of lines.
type File struct {
	Name string // as the user knows it
	path string
}

// Options say how to open inputs.
type Options struct {
	Names     []string // files, directories, - for standard input
	Stdin     io.Reader
	Config    joy.Config // of the engine, for captures
	Directory string     // for temporary files
	Notes     *Notes
}

// magic is what files in Parquet begin with.
const magic = "PAR1"

// Open looks at all inputs, and makes lines of the captures among them. Input
// that is missing or damaged is noted, and the rest is used.
func Open(ctx context.Context, o Options) (*Set, error) {
	s := &Set{Notes: o.Notes, dir: o.Directory, cfg: o.Config}
	names, err := files(o.Names)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := s.add(ctx, name, o.Stdin); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			s.Notes.Damage(name, err)
		}
	}
	return s, nil
}

// files has the files of a directory in its place, in the order of their names.
func files(inputs []string) (list []string, err error) {
	for _, name := range inputs {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			list = append(list, name)
			continue
		}
		found, err := pcapfile.Files(name)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// add looks what an input is.
func (s *Set) add(ctx context.Context, name string, stdin io.Reader) error {
	f, again := stdin, false
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return errors.Unwrap(err) // without the name, which is told
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		f, again = file, info.Mode().IsRegular()
	}
	b := bufio.NewReaderSize(f, bufferSize)
	head, _ := b.Peek(len(magic)) // an error comes again
	if string(head) == magic {
		if !again {
			return errors.New("Parquet has to be a file")
		}
		s.Parquet = append(s.Parquet, name)
		return nil
	}
	in, closeInput, err := unpacked(b)
	if err != nil {
		return err
	}
	defer closeInput()
	return s.lines(ctx, name, in, again)
}

// lines takes a file of lines as it is when it can be read again.
func (s *Set) lines(ctx context.Context, name string, in *bufio.Reader, again bool) error {
	head, err := in.Peek(1)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	case head[0] != '{':
		return s.capture(ctx, name, in)
	case again:
		s.Lines = append(s.Lines, &File{Name: name, path: name})
		return nil
	}
	return s.spool(name, func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}

// spool writes a temporary file and takes that. What was written before an error
// counts.
func (s *Set) spool(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(s.dir, "*.json")
	if err != nil {
		return err
	}
	s.Lines = append(s.Lines, &File{Name: name, path: f.Name()})
	b := bufio.NewWriterSize(f, bufferSize)
	return errors.Join(write(b), b.Flush(), f.Close())
}

// capture runs the engine.
func (s *Set) capture(ctx context.Context, name string, in io.Reader) error {
	src, err := pcapfile.Open([]string{"-"}, pcapfile.Options{
		Stdin: in,
		Warn: func(e *pcapfile.DamageError) {
			e.Path = name
			s.Notes.say(e.Error())
		},
	})
	if err != nil {
		return err
	}
	err = s.spool(name, func(out io.Writer) error {
		_, err := joy.Run(ctx, s.cfg, src, sink{out}, joy.RunOptions{})
		return err
	})
	return errors.Join(err, src.Close())
}

// A sink writes records as they are.
type sink struct{ io.Writer }

func (s sink) Write(b []byte, _ []int, _ int64) error {
	_, err := s.Writer.Write(b)
	return err
}
func (sink) Tick(int64) error { return nil }
func (sink) Close() error     { return nil }

// bufferSize is how much is read and written at a time.
const bufferSize = 256 << 10

// unpacked reads what b is compressed with.
func unpacked(b *bufio.Reader) (*bufio.Reader, func(), error) {
	u, _, err := unpack.Open(b)
	switch {
	case err != nil:
		return nil, nil, err
	case u == nil:
		return b, func() {}, nil
	}
	return bufio.NewReaderSize(u, bufferSize), func() { u.Close() }, nil
}

// Size is about how many bytes of lines there are.
func (s *Set) Size() (size int64) {
	for _, f := range s.Lines {
		if info, err := os.Stat(f.path); err == nil {
			size += info.Size()
		}
	}
	return size
}

// open opens a file of lines.
func (f *File) open() (*bufio.Reader, func(), error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, nil, errors.Unwrap(err)
	}
	in, closeInput, err := unpacked(bufio.NewReaderSize(file, bufferSize))
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return in, func() { closeInput(); file.Close() }, nil
}

// printable escapes what would do something to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return '?'
		}
		return r
	}, s)
}

// lastLine returns where the last whole line of b ends.
func lastLine(b []byte) int { return bytes.LastIndexByte(b, '\n') + 1 }
