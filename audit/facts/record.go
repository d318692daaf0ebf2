package facts

import (
	"joy/feature"
	"joy/proto/ssh"
	"joy/proto/tls"
	"joy/record"
)

// FromRecord fills f from a record, which it does not keep: what outlives the
// call are copies.
func FromRecord(r *record.Record, f *Flow) {
	*f = Flow{
		Start: float64(r.TimeStart/1000) / 1e6, // as the record is written
		SA:    address(r.SA), DA: address(r.DA), SP: port(r.SP), DP: port(r.DP), Pr: r.Pr,
	}
	if r.TLS != nil {
		f.TLS = tlsOf(r.TLS)
		f.TLS.Transport = transport(r.QUIC != nil, r.TLS.DTLS != nil)
	}
	if r.SSH != nil {
		f.SSH = sshOf(r.SSH)
	}
	if r.IKE != nil {
		f.IKE = ikeOf(r.IKE)
	}
}

func transport(quic, dtls bool) string {
	switch {
	case quic:
		return "quic"
	case dtls:
		return "dtls"
	}
	return "tls"
}

func address(a feature.Addr) string {
	if a.Token != "" {
		return a.Token
	}
	return a.IP.String()
}

func port(p record.Port) uint16 { return uint16(max(p, 0)) }

func tlsOf(i *tls.Info) *TLS {
	t := &TLS{
		Hello: i.CVersion != 0 || len(i.CS) > 0, ServerHello: i.SVersion != 0 || i.HasSCS,
		Version: i.SVersion, Suite: i.SCS, HasSuite: i.HasSCS, DHBits: i.SDHBits, ClientKey: i.CKeyLength,
		Compression: i.SCompression, Resumed: i.Resumed, EarlyData: i.EarlyData,
		Damaged: i.Truncated || i.Malformed || i.Lost,
		Server:  certificates(i.SCert), Client: certificates(i.CCert),
		Offer: TLSOffer{Version: i.CVersion, Suites: i.CS},
	}
	if i.SGroup != 0 {
		t.Group = i.SGroup.Name()
	}
	if i.SSigAlg != 0 {
		t.Signature = i.SSigAlg.Name()
	}
	if len(i.SNI) > 0 {
		t.SNI = string(i.SNI[0])
	}
	for k := range i.SExtensions {
		t.agreed(i.SExtensions[k].Name())
	}
	for _, v := range i.Versions {
		t.Offer.Versions = append(t.Offer.Versions, v.Name())
	}
	for _, g := range i.Groups {
		t.Offer.Groups = append(t.Offer.Groups, g.Name())
	}
	for _, s := range i.SigAlgs {
		t.Offer.Signatures = append(t.Offer.Signatures, s.Name())
	}
	return t
}

// agreed takes an extension of the ServerHello.
func (t *TLS) agreed(name string) {
	switch name {
	case "extended_master_secret":
		t.MasterSecret = true
	case "encrypt_then_mac":
		t.EncryptThenMAC = true
	case "renegotiation_info":
		t.Renegotiation = true
	case "signed_certificate_timestamp":
		t.Timestamps = true
	}
}

func certificates(list []tls.Certificate) (out []Certificate) {
	for i := range min(len(list), maxCertificates) {
		c := &list[i]
		d := Certificate{
			Signature: string(c.SigAlg), SignatureBits: c.SigKeySize,
			Key: string(c.KeyAlgo), KeyBits: c.KeySize, Curve: string(c.Curve),
			Version: c.Version, Malformed: c.Malformed != "" || c.Truncated,
		}
		d.setIssuer(attributes(c.Issuer))
		d.setSubject(attributes(c.Subject))
		d.dates(string(c.NotBefore), string(c.NotAfter))
		for _, a := range c.Extensions {
			d.extension(attribute{string(a.Name), string(a.Value)})
		}
		out = append(out, d)
	}
	return out
}

func attributes(list []tls.Attribute) []attribute {
	out := make([]attribute, len(list))
	for i, a := range list {
		out[i] = attribute{string(a.Name), string(a.Value)}
	}
	return out
}

func sshOf(i *ssh.Info) *SSH {
	s := &SSH{}
	if c := i.Cli; c != nil {
		s.Offer = SSHOffer{Kex: string(c.KexAlgos), HostKey: string(c.HostKeyAlgos), Ciphers: string(c.CEncryption), MACs: string(c.CMAC)}
		s.Damaged = c.Lost > 0 || c.Malformed || c.Truncated
	}
	if c := i.Srv; c != nil {
		s.Version, s.KeyType, s.KeyBits, s.GexBits = string(c.Version), string(c.HostKeyType), c.HostKeyBits, c.GexBits
		s.Server = SSHOffer{Kex: string(c.KexAlgos), HostKey: string(c.HostKeyAlgos), Ciphers: string(c.SEncryption), MACs: string(c.SMAC)}
		s.Damaged = s.Damaged || c.Lost > 0 || c.Malformed || c.Truncated
	}
	if n := i.Negotiated; n != nil {
		s.Negotiated, s.StrictKex = true, n.StrictKex
		s.Kex, s.HostKey = string(n.Kex), string(n.HostKey)
		s.Ciphers = [2]string{string(n.CEncryption), string(n.SEncryption)}
		s.MACs = [2]string{string(n.CMAC), string(n.SMAC)}
		s.Compressions = [2]string{string(n.CComp), string(n.SComp)}
	}
	return s
}
