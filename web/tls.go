package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"joy/audit/facts"
	"joy/plot"
)

// tlsVersions are the names of Joy's numbers.
var tlsVersions = []string{"", "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}

// tlsVersion names a version, as DTLS where that carries it.
func tlsVersion(number uint8, transport string) string {
	if int(number) >= len(tlsVersions) {
		return ""
	}
	name := tlsVersions[number]
	switch {
	case transport == "dtls" && number == 4:
		return "DTLS 1.0"
	case transport == "dtls":
		return strings.Replace(name, "TLS", "DTLS", 1)
	case transport == "quic" && name != "":
		return name + " in QUIC"
	}
	return name
}

// tls says what was negotiated.
func (c *crypto) tls(t *facts.TLS) {
	switch {
	case !t.ServerHello:
		c.fact("Version", "the client offers "+tlsVersion(t.Offer.Version, t.Transport)+"; no answer was seen")
	default:
		c.fact("Version", tlsVersion(t.Version, t.Transport))
	}
	if t.HasSuite {
		c.fact("Cipher suite", t.Suite.Name())
	}
	c.fact("Key exchange", t.Group)
	if t.DHBits > 0 {
		c.fact("Key exchange", strconv.Itoa(int(t.DHBits))+" bits over a finite field")
	}
	c.fact("Signature", t.Signature)
	c.fact("The client asked for", t.SNI)
	if t.Resumed {
		c.fact("Session", "resumed, so that no certificate was sent")
	}
	if t.EarlyData {
		c.fact("Early data", "sent with the first message: it can be replayed")
	}
	if t.Damaged {
		c.fact("Incomplete", "bytes were missing, or made no sense")
	}
}

// A certificate is one in words.
type certificate struct {
	Subject, Issuer, Key, Signature string
	Validity                        string
	Bad                             bool // not valid at the time of the flow
	Names                           string
	SelfSigned, CA                  bool
}

// certificates are those of one side. At is the time of the flow.
func certificates(list []facts.Certificate, at float64) (out []certificate) {
	for i := range list {
		c := &list[i]
		o := certificate{
			Subject: plot.Printable(c.Title(), maxText), Issuer: plot.Printable(nameOf(c.Issuer), maxText),
			Key: plot.Printable(key(c), maxText), Signature: plot.Printable(c.Signature, maxText),
			Names: plot.Printable(alternatives(c), maxText), SelfSigned: c.SelfSigned(), CA: c.CA,
		}
		if c.Dated {
			o.Validity, o.Bad = validity(c, at)
		}
		out = append(out, o)
	}
	return out
}

// nameOf writes the values of a distinguished name of facts, in which names and
// values take turns, with a zero behind each; the most particular first.
func nameOf(s string) string {
	parts := strings.Split(strings.TrimSuffix(s, "\x00"), "\x00")
	var values []string
	for i := 1; i < len(parts); i += 2 {
		values = append(values, parts[i])
	}
	slices.Reverse(values)
	return strings.Join(values, ", ")
}

func key(c *facts.Certificate) string {
	s := c.Key
	if c.KeyBits > 0 {
		s += fmt.Sprintf(", %d bits", c.KeyBits)
	}
	if c.Curve != "" {
		s += ", " + c.Curve
	}
	return s
}

func alternatives(c *facts.Certificate) string {
	names := append([]string(nil), c.Names...)
	for _, a := range c.Addresses {
		names = append(names, a.String())
	}
	return strings.Join(names, ", ")
}

// validity says for when a certificate is, and how that is to the flow.
func validity(c *facts.Certificate, at float64) (text string, bad bool) {
	day := func(s int64) string { return time.Unix(s, 0).UTC().Format("2006-01-02") }
	text = day(c.NotBefore) + " to " + day(c.NotAfter)
	const aDay = 24 * 60 * 60
	switch t := int64(at); {
	case t > c.NotAfter:
		return text + ": expired " + plural(int((t-c.NotAfter)/aDay), "day") + " before this flow", true
	case t < c.NotBefore:
		return text + ": not yet valid, for " + plural(int((c.NotBefore-t)/aDay), "day"), true
	}
	return text + ": valid at the time of this flow", false
}
