package anon

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxKeyFile is more than any key file has.
const maxKeyFile = 256

// loadKeyFile returns what is in a key file. If it does not exist and create
// is set, it is made of what fresh gives, readable by its owner only. Errors
// never hold bytes of the file.
func loadKeyFile(path string, create bool, fresh func() ([]byte, error)) ([]byte, error) {
	content, err := readKeyFile(path)
	if !create || !errors.Is(err, fs.ErrNotExist) {
		return content, err
	}
	content, err = fresh()
	if err != nil {
		return nil, fmt.Errorf("making a key for %s: %w", path, err)
	}
	if err := writeKeyFile(path, content); err != nil {
		return nil, err
	}
	return content, nil
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxKeyFile))
}

// writeKeyFile makes a file that must not exist yet: of two programs that
// start together, one fails rather than losing its key. A file that could not
// be written whole is removed.
func writeKeyFile(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// random reads n bytes.
func random(rnd io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(rnd, b)
	return b, err
}

// sealed encrypts a number together with what it is for, and keeps 64 bits.
func sealed(block cipher.Block, n uint64) uint64 {
	b := [16]byte{8: 'f', 'l', 'o', 'w', ' ', 'i', 'd'}
	binary.BigEndian.PutUint64(b[:], n)
	block.Encrypt(b[:], b[:])
	return binary.BigEndian.Uint64(b[:])
}
