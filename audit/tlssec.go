package audit

import (
	"fmt"
	"slices"
	"strings"

	"joy/audit/algorithm"
	"joy/audit/facts"
	"joy/audit/policy"
	"joy/audit/suite"
	"joy/feature"
)

// TLSSecOptions are those of sleuth's --tls_sec. The zero value does what sleuth
// does without options.
type TLSSecOptions struct {
	// Policy is one of Joy's form, or nil for the one that is shipped
	// (policy.Open("joy")).
	Policy *policy.Policy
	// Threshold is the level, 1 to 4, up to which something is a concern; 0 for that
	// of the policy.
	Threshold int
	// IgnoreUnknowns leaves out what no table knows (--sec_unknowns ignore).
	IgnoreUnknowns bool
	// Compliance are names of lists to look the suite up in; a name that Lists does
	// not have is that of a shipped policy, as fips_140.
	Compliance []string
	// Lists are those of a compliance file: names of IANA by name of list.
	Lists map[string][]string
}

// TLSSec is what sleuth's --tls_sec says of a flow.
type TLSSec struct {
	// Classification is a name of the policy, or "unknown".
	Classification string
	// Concerns are in Joy's words.
	Concerns []string
	// Compliant are the answers to Compliance.
	Compliant []Compliant
}

// Compliant is the answer "yes", "no", "unknown" or "unknown - undefined policy".
type Compliant struct{ Name, Answer string }

// A TLSSecurity judges as sleuth's --tls_sec does, and right where that is
// wrong.
type TLSSecurity struct {
	options  TLSSecOptions
	policy   *policy.Policy
	joy      *policy.Joy
	policies map[string]*policy.Policy // for Compliance
}

// NewTLSSecurity opens what the options name.
func NewTLSSecurity(o TLSSecOptions) (*TLSSecurity, error) {
	s := &TLSSecurity{options: o, policy: o.Policy, policies: make(map[string]*policy.Policy)}
	if s.policy == nil {
		p, err := policy.Open("joy")
		if err != nil {
			return nil, err
		}
		s.policy = p
	}
	if s.joy = s.policy.Joy(); s.joy == nil {
		return nil, fmt.Errorf("policy %s is not of Joy's form, which --tls_sec needs", s.policy.Name)
	}
	if s.options.Threshold == 0 {
		s.options.Threshold = s.joy.Threshold
	}
	for _, name := range o.Compliance {
		if _, own := o.Lists[name]; own {
			continue
		}
		shipped := strings.ReplaceAll(name, "_", "-")
		if shipped == "fips-140" {
			shipped = "fips-140-3"
		}
		if p, err := policy.Open(shipped); err == nil && p.Covers(policy.TLSSuite) {
			s.policies[name] = p
		}
	}
	return s, nil
}

// A grade collects levels.
type grade struct {
	worst   policy.Level // of those that are known
	unknown bool
	any     bool
}

func (g *grade) add(l policy.Level) {
	g.any = true
	if l == policy.Unknown || l == policy.NotJudged {
		g.unknown = true
		return
	}
	g.worst = policy.Worse(g.worst, l)
}

// Judge judges what TLS showed; nil when t is.
func (s *TLSSecurity) Judge(t *facts.TLS) *TLSSec {
	if t == nil {
		return nil
	}
	sec := &TLSSec{Classification: Unknown}
	var g grade
	s.certificates(sec, &g, t)
	s.suite(sec, &g, t)
	switch {
	case g.any && (!g.unknown || s.options.IgnoreUnknowns || g.worst == policy.Avoid || g.worst == policy.Legacy):
		if n := policy.JoyNumber(g.worst); n > 0 {
			sec.Classification = s.joy.Names[n]
		}
	}
	for _, name := range s.options.Compliance {
		sec.Compliant = append(sec.Compliant, Compliant{name, s.compliant(name, t)})
	}
	return sec
}

// level asks the policy, and notes a concern.
func (s *TLSSecurity) level(sec *TLSSec, g *grade, t policy.Thing, concern string) {
	t.Known = true
	l, _ := s.policy.Judge(&t, 0)
	if l == policy.NotJudged {
		l = policy.Unknown
	}
	if l == policy.Unknown && s.options.IgnoreUnknowns {
		return
	}
	g.add(l)
	if policy.JoyNumber(l) <= s.options.Threshold {
		sec.Concerns = append(sec.Concerns, concern)
	}
}

func (s *TLSSecurity) certificates(sec *TLSSec, g *grade, t *facts.TLS) {
	if len(t.Server) == 0 {
		sec.Concerns = append(sec.Concerns, "no certs data")
		return
	}
	for i := range t.Server {
		c := &t.Server[i]
		bits := c.SignatureBits
		if algorithmOf(c) == "rsa" && c.KeyBits > 0 {
			bits = min(bits, c.KeyBits) // the weaker of the issuer's key and its own
			if c.SignatureBits == 0 {
				bits = c.KeyBits
			}
		}
		s.level(sec, g, policy.Thing{About: policy.JoyCert, Name: c.Signature, Parts: algorithm.Parts{Bits: int(bits)}},
			fmt.Sprintf("cert_sig_alg - %s sig_key_size %d in cert %d", c.Signature, bits, i))
	}
	last := &t.Server[len(t.Server)-1]
	switch {
	case !last.HasIssuer:
	case last.Organization == "":
		sec.Concerns = append(sec.Concerns, "CA is none")
	case !slices.Contains(s.joy.Trusted, last.Organization):
		sec.Concerns = append(sec.Concerns, "CA not trusted: "+last.Organization)
	}
}

func algorithmOf(c *facts.Certificate) string {
	p, _ := algorithm.Key(c.Key)
	return p.Family
}

func (s *TLSSecurity) suite(sec *TLSSec, g *grade, t *facts.TLS) {
	if !t.HasSuite {
		return
	}
	u, ok := suite.Lookup(t.Suite)
	if !ok {
		if !s.options.IgnoreUnknowns {
			g.add(policy.Unknown)
			sec.Concerns = append(sec.Concerns, "suite - "+unknownSuite(t.Suite))
		}
		return
	}
	j := joyParts(&u)
	for _, attribute := range []struct{ about, name, value string }{
		{policy.JoyEnc, "enc", j.enc}, {policy.JoyHash, "hash", j.hash}, {policy.JoyAuth, "auth", j.auth}, {policy.JoySig, "sig", j.sig},
	} {
		if attribute.value != "" {
			s.level(sec, g, policy.Thing{About: attribute.about, Name: attribute.value}, attribute.name+" - "+attribute.value)
		}
	}
	if j.kex == "" {
		return
	}
	length := "None"
	if t.ClientKey > 16 {
		length = fmt.Sprint(t.ClientKey - 16)
	}
	s.level(sec, g, policy.Thing{About: policy.JoyKex, Name: j.kex, Parts: algorithm.Parts{Bits: keyBits(t, &u)}},
		fmt.Sprintf("kex - %s client_key_length %s", j.kex, length))
}

// keyBits is the size of the key exchange in Joy's measure: of a prime or of an
// RSA key its length, of a curve that of a point, which is twice its field. What
// was negotiated counts before the length of the client's message, of which Joy
// takes 16 bits off.
func keyBits(t *facts.TLS, s *suite.Suite) int {
	if p, ok := algorithm.Group(t.Group); ok {
		switch p.Family {
		case "prime", "montgomery", "brainpool", "koblitz", "binary", "hybrid", "sm2", "gost":
			return 2 * (p.Bits + 1) / 8 * 8 // 512 for x25519 too
		case "ff":
			return p.Bits
		}
	}
	if t.DHBits > 0 && s.FiniteField() {
		return int(t.DHBits)
	}
	return max(int(t.ClientKey)-16, 0)
}

// joySuite are the attributes of a suite in Joy's words.
type joySuite struct{ kex, sig, enc, auth, hash string }

// joyParts says in Joy's words what a suite is made of. TLS 1.3 has only cipher
// and hash there.
func joyParts(s *suite.Suite) joySuite {
	j := joySuite{kex: s.Kex, sig: s.Auth, hash: s.MAC}
	if s.MAC == "AEAD" {
		j.hash = s.Hash
	}
	if j.hash == "SHA1" {
		j.hash = "SHA"
	}
	j.enc = joyCipher(s)
	switch {
	case s.TLS13:
		return joySuite{enc: j.enc, hash: j.hash}
	case s.Cipher == "NULL":
		j.auth = "NULL"
	case s.MAC == "AEAD":
		j.auth = j.enc
	default:
		j.auth = "HMAC"
	}
	switch s.Kex {
	case "RSA":
		j.sig = "RSA-KT"
	case "RSA_PSK":
		j.kex, j.sig = "RSA", "PSK"
	case "ECDHE_PSK":
		j.kex = "ECDHE"
	case "SRP":
		j.kex = "SRP_SHA"
		if s.Auth == "RSA" {
			j.kex, j.sig = "SRP_SHA_RSA", "SRP_SHA_RSA"
		} else if s.Auth == "SRP" {
			j.sig = "SRP_SHA"
		}
	}
	return j
}

func joyCipher(s *suite.Suite) string {
	switch s.Cipher {
	case "NULL":
		return "NULL"
	case "3DES":
		return "3DES_EDE_CBC"
	case "DES":
		if s.Bits == 40 {
			return "DES40_CBC"
		}
		return "DES_CBC"
	case "IDEA", "SEED":
		return s.Cipher + "_CBC"
	case "SM4":
		return "SM4_" + s.Mode
	case "CHACHA20":
		return "CHACHA20_POLY1305"
	case "RC4":
		return fmt.Sprintf("RC4_%d", s.Bits)
	case "RC2":
		return fmt.Sprintf("RC2_CBC_%d", s.Bits)
	case "AEGIS":
		if s.Bits == 128 {
			return "AEGIS_128L"
		}
		return "AEGIS_256"
	}
	return fmt.Sprintf("%s_%d_%s", s.Cipher, s.Bits, s.Mode)
}

// compliant looks the suite up in a list, or asks a policy about it: as a list
// knows no dates, by the rules before their last day.
func (s *TLSSecurity) compliant(name string, t *facts.TLS) string {
	list, own := s.options.Lists[name]
	p := s.policies[name]
	switch {
	case !own && p == nil:
		return "unknown - undefined policy"
	case !t.HasSuite:
		return "unknown"
	}
	u, ok := suite.Lookup(t.Suite)
	if !ok {
		return "unknown"
	}
	yes := slices.Contains(list, u.Name)
	if !own {
		thing := policy.Thing{About: policy.TLSSuite, Name: u.Name, Known: true, Parts: algorithm.Parts{
			Kex: u.Kex, Auth: u.Auth, Cipher: u.Cipher, Mode: u.Mode, MAC: u.MAC, Hash: u.Hash, Bits: u.Bits,
		}}
		level, _ := p.Judge(&thing, 0)
		yes = level >= policy.Acceptable
	}
	if yes {
		return "yes"
	}
	return "no"
}

// AppendJSON appends the value of the key "tls_sec". With short the level is a
// string when there is no concern, as sleuth has it; else it is always an object.
func (t *TLSSec) AppendJSON(b []byte, short bool) []byte {
	b = append(b, `{"seclevel":`...)
	if short && len(t.Concerns) == 0 {
		b = feature.AppendString(b, t.Classification)
	} else {
		b = feature.AppendString(append(b, `{"classification":`...), t.Classification)
		for i, c := range t.Concerns {
			if i == 0 {
				b = append(b, `,"concerns":[`...)
			} else {
				b = append(b, ',')
			}
			b = feature.AppendString(b, c)
		}
		if len(t.Concerns) > 0 {
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	for _, c := range t.Compliant {
		b = feature.AppendString(append(b, ','), c.Name+"_compliant")
		b = feature.AppendString(append(b, ':'), c.Answer)
	}
	return append(b, '}')
}
