package facts

import (
	"net/netip"
	"strings"
	"time"
)

// A Certificate is what matters here of one.
type Certificate struct {
	// Signature and Key are OpenSSL's names of the algorithms.
	Signature, Key string
	// SignatureBits is the length of the signature, which for RSA is the size of
	// the issuer's key; KeyBits is the size of the key that is certified.
	SignatureBits, KeyBits uint32
	// Curve is OpenSSL's name of the curve of the key.
	Curve string
	// Issuer and Subject are names in one string, equal for equal names.
	Issuer, Subject string
	// Organization is the first organizationName of the issuer; CommonName that of
	// the subject.
	Organization, CommonName string
	// HasIssuer says that the record has the field.
	HasIssuer bool
	// NotBefore and NotAfter are seconds since 1970, when Dated.
	NotBefore, NotAfter int64
	Dated               bool
	// Version is that of the form.
	Version uint8
	// Names and Addresses are the alternative names.
	Names     []string
	Addresses []netip.Addr
	// CA says that it may sign others. AKI and SKI are the key identifiers, of
	// issuer and of the key, empty for none.
	CA       bool
	AKI, SKI string
	// Timestamps says that it has signed timestamps (RFC 6962).
	Timestamps bool
	// Malformed says that its form is wrong, or that its end is missing.
	Malformed bool
}

// maxCertificates bounds a chain, as records do.
const maxCertificates = 10

// SelfSigned reports whether the certificate names itself as its issuer: the
// names are equal, and the key identifiers do not say otherwise. (The signature
// is not verified.)
func (c *Certificate) SelfSigned() bool {
	return c.Subject != "" && c.Subject == c.Issuer && (c.AKI == "" || c.SKI == "" || c.AKI == c.SKI)
}

// Issued reports whether c could have signed d, by names and key identifiers.
func (c *Certificate) Issued(d *Certificate) bool {
	return c.Subject != "" && c.Subject == d.Issuer && (c.SKI == "" || d.AKI == "" || c.SKI == d.AKI)
}

// The two forms of a time in records: a fraction stays as it is.
const (
	certTime     = "Jan _2 15:04:05 2006 GMT"
	certFraction = "Jan _2 15:04:05.999999999 2006 GMT"
)

// dates reads both times of the validity.
func (c *Certificate) dates(before, after string) {
	from, err1 := parseTime(before)
	to, err2 := parseTime(after)
	c.Dated = err1 == nil && err2 == nil
	if c.Dated {
		c.NotBefore, c.NotAfter = from.Unix(), to.Unix()
	}
}

func parseTime(text string) (time.Time, error) {
	if t, err := time.Parse(certTime, text); err == nil {
		return t, nil
	}
	return time.Parse(certFraction, text)
}

// attribute is a name and a value of an issuer, a subject or an extension.
type attribute struct{ name, value string }

// setIssuer and setSubject take the attributes of a name in order.
func (c *Certificate) setIssuer(list []attribute) {
	c.Issuer, c.HasIssuer = joined(list), true
	c.Organization = firstOf(list, "organizationName")
}

func (c *Certificate) setSubject(list []attribute) {
	c.Subject = joined(list)
	c.CommonName = firstOf(list, "commonName")
}

func firstOf(list []attribute, name string) string {
	for _, a := range list {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// joined is one string for a name; a byte that texts do not have is between.
func joined(list []attribute) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(a.name)
		b.WriteByte(0)
		b.WriteString(a.value)
		b.WriteByte(0)
	}
	return b.String()
}

// extension takes one extension, by the name and text of OpenSSL.
func (c *Certificate) extension(a attribute) {
	switch a.name {
	case "X509v3 Basic Constraints":
		c.CA = strings.Contains(a.value, "CA:TRUE")
	case "X509v3 Subject Key Identifier":
		c.SKI = strings.TrimSpace(a.value)
	case "X509v3 Authority Key Identifier":
		key, _, _ := strings.Cut(a.value, ",")
		c.AKI = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(key, "keyid:"), "."))
		if strings.HasPrefix(key, "DirName:") || strings.HasPrefix(key, "serial:") {
			c.AKI = ""
		}
	case "X509v3 Subject Alternative Name":
		c.alternatives(a.value)
	case "CT Precertificate SCTs", "1.3.6.1.4.1.11129.2.4.2":
		c.Timestamps = true
	}
}

// alternatives reads the text of alternative names. Text with a comma in it
// cannot be told from two names; no certificate that works has one.
func (c *Certificate) alternatives(text string) {
	for name := range strings.SplitSeq(text, ", ") {
		if dns, ok := strings.CutPrefix(name, "DNS:"); ok {
			c.Names = append(c.Names, dns)
		} else if ip, ok := strings.CutPrefix(name, "IP Address:"); ok {
			if a, err := netip.ParseAddr(ip); err == nil {
				c.Addresses = append(c.Addresses, a)
			}
		}
	}
}

// A Match says how a certificate has a name.
type Match uint8

// The ways: not at all, by the common name without any alternative names (which
// RFC 9525 forbids), and as it should be.
const (
	Differs Match = iota
	CommonName
	Matches
)

// Has tells whether the certificate is for a name that a client asks for.
func (c *Certificate) Has(name string) Match {
	for _, n := range c.Names {
		if covers(n, name) {
			return Matches
		}
	}
	if a, err := netip.ParseAddr(name); err == nil {
		for _, b := range c.Addresses {
			if a == b {
				return Matches
			}
		}
	}
	if len(c.Names) == 0 && len(c.Addresses) == 0 && covers(c.CommonName, name) {
		return CommonName
	}
	return Differs
}

// covers compares names of hosts; an asterisk stands for the whole first label
// (RFC 9525 section 6.3).
func covers(pattern, name string) bool {
	pattern, name = strings.TrimSuffix(pattern, "."), strings.TrimSuffix(name, ".")
	if rest, ok := strings.CutPrefix(pattern, "*."); ok {
		label, domain, ok := strings.Cut(name, ".")
		return ok && label != "" && strings.Contains(rest, ".") && strings.EqualFold(rest, domain)
	}
	return pattern != "" && strings.EqualFold(pattern, name)
}

// Title is the name of the subject for people: its common name, or else the
// last part of it.
func (c *Certificate) Title() string {
	if c.CommonName != "" {
		return c.CommonName
	}
	parts := strings.Split(strings.TrimSuffix(c.Subject, "\x00"), "\x00")
	return parts[len(parts)-1]
}
