package facts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"joy/feature"
	"joy/proto/tls"
	"joy/query/flow"
	"joy/query/value"
)

// line is what is read of the JSON of a flow.
type line struct {
	TLS *tlsLine
	SSH *sshLine
	IKE *ikeLine
}

type tlsLine struct {
	CVersion    uint8      `json:"c_version"`
	SVersion    uint8      `json:"s_version"`
	KeyLength   uint32     `json:"c_key_length"`
	SNI         texts      `json:"sni"`
	SCS         string     `json:"scs"`
	CS          []string   `json:"cs"`
	SExtensions []member   `json:"s_extensions"`
	CExtensions []member   `json:"c_extensions"`
	Versions    []string   `json:"supported_versions"`
	Groups      []string   `json:"groups"`
	SGroup      string     `json:"s_group"`
	SDHBits     uint32     `json:"s_dh_bits"`
	SigAlgs     []string   `json:"signature_algorithms"`
	SSigAlg     string     `json:"s_signature_algorithm"`
	Compression uint8      `json:"s_compression"`
	Resumed     bool       `json:"resumed"`
	EarlyData   bool       `json:"early_data"`
	CCert       []certLine `json:"c_cert"`
	SCert       []certLine `json:"s_cert"`
	DTLS        *struct{}  `json:"dtls"`
	Truncated   bool       `json:"truncated"`
	Malformed   bool       `json:"malformed"`
	Lost        bool       `json:"lost"`
}

type certLine struct {
	Version    uint8    `json:"version"`
	SigAlg     string   `json:"signature_algo"`
	SigKeySize uint32   `json:"signature_key_size"`
	Issuer     []member `json:"issuer"`
	Subject    []member `json:"subject"`
	Extensions []member `json:"extensions"`
	NotBefore  string   `json:"validity_not_before"`
	NotAfter   string   `json:"validity_not_after"`
	KeyAlgo    string   `json:"subject_public_key_algo"`
	KeySize    uint32   `json:"subject_public_key_size"`
	Curve      string   `json:"subject_public_key_curve"`
	Malformed  string   `json:"malformed"`
	Truncated  bool     `json:"truncated"`
}

type sshLine struct {
	Cli        *sshSide `json:"cli"`
	Srv        *sshSide `json:"srv"`
	Negotiated *struct {
		Kex         string `json:"kex_algo"`
		HostKey     string `json:"s_host_key_algo"`
		CEncryption string `json:"c_encryption_algo"`
		SEncryption string `json:"s_encryption_algo"`
		CMAC        string `json:"c_mac_algo"`
		SMAC        string `json:"s_mac_algo"`
		CComp       string `json:"c_comp_algo"`
		SComp       string `json:"s_comp_algo"`
		StrictKex   bool   `json:"strict_kex"`
	} `json:"negotiated"`
}

type sshSide struct {
	Version     string `json:"protocol_version"`
	KexAlgos    string `json:"kex_algos"`
	HostKeys    string `json:"s_host_key_algos"`
	CEncryption string `json:"c_encryption_algos"`
	SEncryption string `json:"s_encryption_algos"`
	CMAC        string `json:"c_mac_algos"`
	SMAC        string `json:"s_mac_algos"`
	KeyType     string `json:"s_hostkey_type"`
	KeyBits     uint32 `json:"s_hostkey_bits"`
	GexBits     uint32 `json:"s_gex_bits"`
	Lost        uint32 `json:"lost"`
	Truncated   bool   `json:"truncated"`
	Malformed   bool   `json:"malformed"`
}

// FromJSON fills f from a line of a flow file; flow.ErrNoFlow says that it is of
// another kind.
func FromJSON(text []byte, f *Flow) error {
	var r flow.Flow
	if err := r.Parse(text); err != nil {
		return err
	}
	return FromFlow(&r, f)
}

// FromFlow fills f from a line that has been parsed.
func FromFlow(r *flow.Flow, f *Flow) error {
	var l line
	if err := errors.Join(value.Decode(r.Rest.Get("tls"), &l.TLS), value.Decode(r.Rest.Get("ssh"), &l.SSH), value.Decode(r.Rest.Get("ike"), &l.IKE)); err != nil {
		return fmt.Errorf("flow record: %w", err)
	}
	if l.tooLong() {
		return fmt.Errorf("flow record: an offer of more than %d entries or bytes, which no message can hold", maxOffer)
	}
	*f = Flow{Start: float64(r.Start/1000) / 1e6, SA: string(r.SA), DA: string(r.DA), SP: r.SP, DP: r.DP, Pr: r.Pr}
	if l.TLS != nil {
		f.TLS = l.TLS.facts()
		f.TLS.Transport = transport(r.Rest.Get("quic").Kind() == value.Object, l.TLS.DTLS != nil)
	}
	if l.SSH != nil {
		f.SSH = l.SSH.facts()
	}
	if l.IKE != nil {
		f.IKE = l.IKE.facts()
	}
	return nil
}

// maxOffer bounds each list of an offer: of TLS in entries, of SSH in bytes. A
// message of either protocol can hold no more.
const maxOffer = 1 << 16

// tooLong reports whether a list is of a length that no message has: a line that
// somebody made up is not to become many things to judge.
func (l *line) tooLong() bool {
	if t := l.TLS; t != nil && max(len(t.CS), len(t.Versions), len(t.Groups), len(t.SigAlgs)) > maxOffer {
		return true
	}
	if l.SSH != nil && l.SSH.Cli != nil {
		c := l.SSH.Cli
		if max(len(c.KexAlgos), len(c.HostKeys), len(c.CEncryption), len(c.CMAC)) > maxOffer {
			return true
		}
	}
	return l.IKE != nil && l.IKE.transforms() > maxOffer
}

func (l *tlsLine) facts() *TLS {
	t := &TLS{
		Hello: l.CVersion != 0 || len(l.CS) > 0, ServerHello: l.SVersion != 0 || l.SCS != "",
		Version: l.SVersion, DHBits: l.SDHBits, ClientKey: l.KeyLength, Group: l.SGroup, Signature: l.SSigAlg,
		Compression: l.Compression, Resumed: l.Resumed, EarlyData: l.EarlyData,
		Damaged: l.Truncated || l.Malformed || l.Lost,
		Server:  certs(l.SCert), Client: certs(l.CCert),
		Offer: TLSOffer{Version: l.CVersion, Versions: l.Versions, Groups: l.Groups, Signatures: l.SigAlgs},
	}
	t.Suite, t.HasSuite = code(l.SCS)
	for _, s := range l.CS {
		if c, ok := code(s); ok {
			t.Offer.Suites = append(t.Offer.Suites, c)
		}
	}
	if len(l.SNI) > 0 {
		t.SNI = original(l.SNI[0])
	} else {
		t.SNI = l.joyName()
	}
	for _, e := range l.SExtensions {
		t.agreed(e.name)
	}
	return t
}

// joyName is the server name as Joy has it, among the extensions: a text, where
// ours is hexadecimal.
func (l *tlsLine) joyName() string {
	for _, e := range l.CExtensions {
		if e.name == "server_name" && strings.Contains(e.text, ".") {
			return original(e.text)
		}
	}
	return ""
}

// code reads four hexadecimal digits, or six.
func code(digits string) (tls.Code, bool) {
	n, err := strconv.ParseUint(digits, 16, 24)
	return tls.Code(n), err == nil && (len(digits) == 4 || len(digits) == 6)
}

func certs(list []certLine) (out []Certificate) {
	for i := range min(len(list), maxCertificates) {
		out = append(out, list[i].facts())
	}
	return out
}

func (l *certLine) facts() Certificate {
	c := Certificate{
		Signature: l.SigAlg, SignatureBits: l.SigKeySize, Key: l.KeyAlgo, KeyBits: l.KeySize, Curve: l.Curve,
		Version: l.Version, Malformed: l.Malformed != "" || l.Truncated,
	}
	c.setIssuer(originals(l.Issuer))
	c.HasIssuer = l.Issuer != nil
	c.setSubject(originals(l.Subject))
	c.dates(l.NotBefore, l.NotAfter)
	for _, e := range l.Extensions {
		c.extension(attribute{e.name, original(e.text)})
	}
	return c
}

// ServerCertificate reads the server's own certificate alone, which is much less
// work than FromFlow. False says that there is none.
func ServerCertificate(r *flow.Flow) (Certificate, bool, error) {
	for v := range r.Rest.Get("tls").Get("s_cert").Items() {
		var l certLine
		if err := value.Decode(v, &l); err != nil {
			return Certificate{}, false, fmt.Errorf("flow record: %w", err)
		}
		return l.facts(), true, nil
	}
	return Certificate{}, false, nil
}

func originals(list []member) []attribute {
	out := make([]attribute, len(list))
	for i, m := range list {
		out[i] = attribute{original(m.name), original(m.text)}
	}
	return out
}

// original is a text of a record as it was on the wire.
func original(s string) string {
	if strings.IndexByte(s, escapes) < 0 {
		return s
	}
	return string(feature.OriginalBytes(s))
}

// escapes is the byte that U+F700 to U+F7FF begin with in UTF-8: the characters
// that stand for bytes of the wire.
const escapes = 0xef

func (l *sshLine) facts() *SSH {
	s := &SSH{}
	if c := l.Cli; c != nil {
		s.Offer = SSHOffer{Kex: c.KexAlgos, HostKey: c.HostKeys, Ciphers: c.CEncryption, MACs: c.CMAC}
		s.Damaged = c.Lost > 0 || c.Malformed || c.Truncated
	}
	if c := l.Srv; c != nil {
		s.Version, s.KeyType, s.KeyBits, s.GexBits = c.Version, c.KeyType, c.KeyBits, c.GexBits
		s.Server = SSHOffer{Kex: c.KexAlgos, HostKey: c.HostKeys, Ciphers: c.SEncryption, MACs: c.SMAC}
		s.Damaged = s.Damaged || c.Lost > 0 || c.Malformed || c.Truncated
	}
	if n := l.Negotiated; n != nil {
		s.Negotiated, s.StrictKex, s.Kex, s.HostKey = true, n.StrictKex, n.Kex, n.HostKey
		s.Ciphers = [2]string{n.CEncryption, n.SEncryption}
		s.MACs = [2]string{n.CMAC, n.SMAC}
		s.Compressions = [2]string{n.CComp, n.SComp}
	}
	return s
}
