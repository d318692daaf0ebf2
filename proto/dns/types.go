package dns

import "strconv"

// Types of records and classes that the code asks for.
const (
	typeA          = 1
	typeNS         = 2
	typeCNAME      = 5
	typeSOA        = 6
	typeNULL       = 10
	typePTR        = 12
	typeHINFO      = 13
	typeMX         = 15
	typeTXT        = 16
	typeRP         = 17
	typeAFSDB      = 18
	typeSIG        = 24
	typeAAAA       = 28
	typeNB         = 32
	typeSRV        = 33
	typeNAPTR      = 35
	typeKX         = 36
	typeDNAME      = 39
	typeOPT        = 41
	typeDS         = 43
	typeSSHFP      = 44
	typeRRSIG      = 46
	typeNSEC       = 47
	typeDNSKEY     = 48
	typeNSEC3      = 50
	typeNSEC3PARAM = 51
	typeTLSA       = 52
	typeSMIMEA     = 53
	typeCDS        = 59
	typeCDNSKEY    = 60
	typeSVCB       = 64
	typeHTTPS      = 65
	typeSPF        = 99
	typeTSIG       = 250
	typeURI        = 256
	typeCAA        = 257

	// typeNBSTAT stands for type 33 of a NetBIOS name, which is SRV elsewhere.
	typeNBSTAT = 1<<16 | typeSRV

	classIN   = 1
	classNONE = 254
	classANY  = 255

	opQuery  = 0
	opIQuery = 1
)

// typeNames has the mnemonics of the IANA registry "Resource Record (RR)
// TYPEs", as of October 2025, up to 261. 32 is NB of RFC 1002, as NIMLOC was
// never used.
var typeNames = [...]string{
	1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS",
	12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT",
	22: "NSAP", 23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT",
	31: "EID", 32: "NB", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 40: "SINK",
	41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID",
	50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 56: "NINFO", 57: "RKEY", 58: "TALINK",
	59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 66: "DSYNC",
	67: "HHIT", 68: "BRID", 99: "SPF", 100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "NID", 105: "L32",
	106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 128: "NXNAME", 249: "TKEY", 250: "TSIG", 251: "IXFR",
	252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 258: "AVC", 259: "DOA",
	260: "AMTRELAY", 261: "RESINFO",
}

// typeName is the mnemonic of a type, empty when it has none.
func typeName(t uint16) string {
	switch {
	case int(t) < len(typeNames):
		return typeNames[t]
	case t == 32768:
		return "TA"
	case t == 32769:
		return "DLV"
	}
	return ""
}

func knownClass(c uint16) bool { return className(c&0x7fff) != "" }

func className(c uint16) string {
	switch c {
	case classIN:
		return "IN"
	case 3:
		return "CH"
	case 4:
		return "HS"
	case classNONE:
		return "NONE"
	case classANY:
		return "ANY"
	}
	return ""
}

// A QType is the type of a question.
type QType uint32

// AppendJSON appends the mnemonic, or TYPE and the number (RFC 3597), as a
// JSON string.
func (t QType) AppendJSON(b []byte) []byte {
	return append(appendType(append(b, '"'), uint32(t)), '"')
}

func appendType(b []byte, t uint32) []byte {
	if t == typeNBSTAT {
		return append(b, "NBSTAT"...)
	}
	if s := typeName(uint16(t)); s != "" {
		return append(b, s...)
	}
	return strconv.AppendUint(append(b, "TYPE"...), uint64(t), 10)
}

// A QClass is the class of a question.
type QClass uint16

// AppendJSON appends the mnemonic, or CLASS and the number (RFC 3597), as a
// JSON string.
func (c QClass) AppendJSON(b []byte) []byte {
	b = append(b, '"')
	if s := className(uint16(c)); s != "" {
		return append(append(b, s...), '"')
	}
	return append(strconv.AppendUint(append(b, "CLASS"...), uint64(c), 10), '"')
}

// An RRType is the type of a record that has no key of its own.
type RRType uint16

// AppendJSON appends the mnemonic, or, as Joy does, the number in hexadecimal,
// as a JSON string.
func (t RRType) AppendJSON(b []byte) []byte {
	return appendNameOrHex(b, typeName(uint16(t)), uint16(t))
}

// An RRClass is the class of a record.
type RRClass uint16

// AppendJSON appends the mnemonic of a class other than IN, or, as Joy does,
// the number in hexadecimal, as a JSON string.
func (c RRClass) AppendJSON(b []byte) []byte {
	name := className(uint16(c))
	if c == classIN {
		name = ""
	}
	return appendNameOrHex(b, name, uint16(c))
}

func appendNameOrHex(b []byte, name string, n uint16) []byte {
	b = append(b, '"')
	if name != "" {
		b = append(b, name...)
	} else {
		b = strconv.AppendUint(b, uint64(n), 16)
	}
	return append(b, '"')
}

// An Option is the code of an option of EDNS.
type Option uint16

// AppendJSON appends the mnemonic, or OPT and the number, as a JSON string.
func (o Option) AppendJSON(b []byte) []byte {
	names := [...]string{
		1: "LLQ", 2: "UL", 3: "NSID", 4: "ESU", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE",
		11: "TCP-KEEPALIVE", 12: "PADDING", 13: "CHAIN", 14: "KEY-TAG", 15: "EDE", 16: "CLIENT-TAG", 17: "SERVER-TAG",
		18: "REPORT-CHANNEL", 19: "ZONEVERSION",
	}
	b = append(b, '"')
	if int(o) < len(names) && names[o] != "" {
		b = append(b, names[o]...)
	} else {
		b = strconv.AppendUint(append(b, "OPT"...), uint64(o), 10)
	}
	return append(b, '"')
}

// A SVCKey is the key of a parameter of a service binding.
type SVCKey uint16

// AppendJSON appends the name, or key and the number (RFC 9460, 2.1), as a
// JSON string.
func (k SVCKey) AppendJSON(b []byte) []byte {
	names := [...]string{"mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"}
	b = append(b, '"')
	if int(k) < len(names) {
		b = append(b, names[k]...)
	} else {
		b = strconv.AppendUint(append(b, "key"...), uint64(k), 10)
	}
	return append(b, '"')
}

// opcodeName is the mnemonic of an opcode, those of RFC 1002 (4.2.1.1) for
// NetBIOS names; empty for QUERY.
func opcodeName(op uint8, netbios bool) string {
	dns := [16]string{
		"", "IQUERY", "STATUS", "OPCODE3", "NOTIFY", "UPDATE", "DSO", "OPCODE7",
		"OPCODE8", "OPCODE9", "OPCODE10", "OPCODE11", "OPCODE12", "OPCODE13", "OPCODE14", "OPCODE15",
	}
	if netbios {
		switch op {
		case 5:
			return "REGISTRATION"
		case 6:
			return "RELEASE"
		case 7:
			return "WACK"
		case 8, 9:
			return "REFRESH"
		case 15:
			return "MULTI-HOMED REGISTRATION"
		}
	}
	return dns[op&15]
}

// flagNames has the mnemonics for each combination of the 7 flags below the
// opcode; flagNamesNB with those of RFC 1002.
var (
	flagNames   = makeFlagNames([7]string{"cd", "ad", "z", "ra", "rd", "tc", "aa"})
	flagNamesNB = makeFlagNames([7]string{"b", "ad", "z", "ra", "rd", "tc", "aa"})
)

func makeFlagNames(names [7]string) (t [128][]string) {
	for set := range t {
		for i := len(names) - 1; i >= 0; i-- {
			if set>>i&1 != 0 {
				t[set] = append(t[set], names[i])
			}
		}
	}
	return t
}

// flagList gives the mnemonics of the flags of a header.
func flagList(flags uint16, netbios bool) []string {
	if netbios {
		return flagNamesNB[flags>>4&127]
	}
	return flagNames[flags>>4&127]
}
