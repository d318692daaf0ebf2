package smb

import (
	"strconv"

	"joy/feature"
)

// A Dialect is a version of SMB 2 or 3.
type Dialect uint16

// AppendJSON appends the version with dots as a JSON string, 0x0202 as 2.0.2.
func (d Dialect) AppendJSON(b []byte) []byte {
	if d == 0x02ff {
		return append(b, `"2.???"`...)
	}
	b = strconv.AppendUint(append(b, '"'), uint64(d>>8), 16)
	b = strconv.AppendUint(append(b, '.'), uint64(d>>4&15), 16)
	if d&15 != 0 {
		b = strconv.AppendUint(append(b, '.'), uint64(d&15), 16)
	}
	return append(b, '"')
}

// Windows is a version of Windows.
type Windows [4]byte

// IsZero reports whether there is none.
func (w Windows) IsZero() bool { return w == Windows{} }

// AppendJSON appends major.minor.build as a JSON string.
func (w Windows) AppendJSON(b []byte) []byte {
	b = strconv.AppendUint(append(b, '"'), uint64(w[0]), 10)
	b = strconv.AppendUint(append(b, '.'), uint64(w[1]), 10)
	return append(strconv.AppendUint(append(b, '.'), uint64(le16(w[2:])), 10), '"')
}

// Capabilities is a set of capabilities of SMB 2.
type Capabilities uint32

var capabilities = [...]string{"dfs", "leasing", "large_mtu", "multi_channel", "persistent_handles", "directory_leasing", "encryption", "notifications"}

// AppendJSON appends the names, others as hexadecimal bit, as a JSON array of
// strings.
func (c Capabilities) AppendJSON(b []byte) []byte {
	return feature.AppendBits(b, uint32(c), capabilities[:])
}

// A Cipher encrypts messages.
type Cipher uint16

// AppendJSON appends the name, or the number, as a JSON string.
func (c Cipher) AppendJSON(b []byte) []byte {
	return feature.AppendName(b, []string{1: "aes-128-ccm", 2: "aes-128-gcm", 3: "aes-256-ccm", 4: "aes-256-gcm"}, int64(c))
}

// A SigningAlgorithm signs messages.
type SigningAlgorithm uint16

// AppendJSON appends the name, or the number, as a JSON string.
func (a SigningAlgorithm) AppendJSON(b []byte) []byte {
	return feature.AppendName(b, []string{"hmac-sha256", "aes-cmac", "aes-gmac"}, int64(a))
}
