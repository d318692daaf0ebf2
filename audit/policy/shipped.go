package policy

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed shipped
var files embed.FS

// Default is the policy that is used unless another is named.
const Default = "ietf"

// Shipped are the names of the policies that come with joy.
func Shipped() []string {
	var names []string
	entries, _ := files.ReadDir("shipped") // it is there, or the build fails
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	slices.Sort(names)
	return names
}

// Text is the file of a shipped policy.
func Text(name string) ([]byte, error) {
	for _, ext := range []string{".toml", ".json"} {
		if text, err := files.ReadFile("shipped/" + path.Base(name) + ext); err == nil {
			return text, nil
		}
	}
	return nil, fmt.Errorf("there is no policy %q; there are %s", name, strings.Join(Shipped(), ", "))
}

// Open reads a shipped policy.
func Open(name string) (*Policy, error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	p, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	return p, nil
}
