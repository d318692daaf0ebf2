package joy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"

	"joy/enrich/fingerprints"
	"joy/feature"
	"joy/record"
)

// withModules adds the protocols to the option table: those that Joy has stand
// in its place, the others behind all.
func withModules(table []option) []option {
	for i := range record.Modules {
		m := record.Modules[i].Module
		at := slices.IndexFunc(table, func(o option) bool { return o.name == m.Key })
		if at < 0 {
			at = len(table)
			table = append(table, option{name: m.Key, group: groupProtocols, def: "0"})
		}
		o := &table[at]
		o.state, o.kind, o.help, o.full = works, moduleOf(i), m.Doc+".", "1"
	}
	return table
}

// moduleOf is the switch of a protocol.
func moduleOf(i int) kind {
	k := flagOf(nil)
	k.read = func(c *Config, s string) (string, error) {
		on, err := parseFlag(s)
		if err != nil {
			return "", err
		}
		if c != nil {
			c.Protocols.Set(i, on)
		}
		return flagText(on), nil
	}
	k.print = func(c *Config) []string { return []string{flagText(c.Protocols.Has(i))} }
	return k
}

// parsers works out which protocols to look for, and their settings. With fpx
// those that show software are followed too, of which package fingerprints hides
// what is not asked for; with tls those that may carry it, without a part of the
// record.
func (c *Config) parsers() ([]record.Binding, *feature.Settings, error) {
	tls := slices.IndexFunc(record.Modules, func(b record.Binding) bool { return b.Key == "tls" })
	var list []record.Binding
	for i, b := range record.Modules {
		switch {
		case c.Protocols.Has(i), c.FPX && slices.Contains(fingerprints.Modules, b.Key):
			list = append(list, b)
		case b.Carries && (c.FPX || c.Protocols.Has(tls)):
			b.Fill = func(*record.Record, feature.Parser, feature.View) {}
			list = append(list, b)
		}
	}
	digest, err := c.digest()
	if err != nil {
		return nil, nil, &UsageError{Text: "secrets_key: " + err.Error()}
	}
	return list, &feature.Settings{Secrets: c.Secrets, Digest: digest, Body: c.HTTPBody}, nil
}

// hidden are the protocols that only fpx has followed.
func (c *Config) hidden() fingerprints.Hide {
	off := func(key string) bool {
		return !c.Protocols.Has(slices.IndexFunc(record.Modules, func(b record.Binding) bool { return b.Key == key }))
	}
	return fingerprints.Hide{
		TLS: off("tls"), DTLS: off("dtls"), QUIC: off("quic"), OpenVPN: off("openvpn"),
		SSH: off("ssh"), HTTP: off("http"), DHCP: off("dhcp"), STUN: off("stun"), SMTP: off("smtp"),
	}
}

// minSecretsKey is the least length of a key, in bytes: less can be guessed.
const minSecretsKey = 16

// digest returns what stands for a secret: with a key, the first half of its
// HMAC-SHA-256 in hexadecimal digits.
func (c *Config) digest() (func([]byte) string, error) {
	if c.SecretsKey == "" {
		return func([]byte) string { return "hidden" }, nil
	}
	key, err := os.ReadFile(c.SecretsKey)
	if err != nil {
		return nil, err
	}
	if len(key) < minSecretsKey {
		return nil, fmt.Errorf("%s has less than %d bytes", c.SecretsKey, minSecretsKey)
	}
	return func(secret []byte) string {
		h := hmac.New(sha256.New, key)
		h.Write(secret) // never fails
		return hex.EncodeToString(h.Sum(nil)[:sha256.Size/2])
	}, nil
}
