// Package shipped is the database of fingerprints that comes with joy. lab/
// makes it.
package shipped

import (
	"bytes"
	_ "embed"
	"fmt"

	"joy/fingerprint/database"
)

//go:embed fingerprints.jsonl
var file []byte

// Database reads it.
func Database() (*database.Database, error) {
	d, err := database.Read(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("the database that comes with joy: %w", err)
	}
	return d, nil
}
