package exchange

import (
	"bufio"
	"bytes"
	"io"

	"joy/fingerprint/database"
)

// Where a tar file says that it is one (POSIX.1-1988).
const (
	tarMagicAt = 257
	tarMagic   = "ustar"
)

// Read reads a database, told by its content: one of our own, of which a bad line
// is an error, or one of Joy, sleuth or mercury.
func Read(r io.Reader) (*database.Database, Report, error) {
	plain, err := database.Unpack(r)
	if err != nil {
		return nil, Report{}, err
	}
	defer plain.Close()
	in := bufio.NewReaderSize(plain, 4096)
	head, _ := in.Peek(tarMagicAt + len(tarMagic)) // an error comes again
	line, _, _ := bytes.Cut(head, []byte("\n"))
	switch {
	case len(head) == tarMagicAt+len(tarMagic) && string(head[tarMagicAt:]) == tarMagic:
		return Mercury(in)
	case bytes.Contains(line, []byte(`"joy_fingerprints"`)) || !bytes.HasPrefix(line, []byte("{")):
		d, err := database.Read(in)
		return d, Report{}, err
	}
	return Joy(in)
}
