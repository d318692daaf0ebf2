package kerberos

import (
	"joy/feature"
)

// Info has the messages of a flow.
type Info struct {
	// The first 16 messages, in the order of their ends.
	Messages []Message `json:"messages"`
	// Messages beyond these, and over TCP those of more than 64 KiB; absent for none.
	More uint32 `json:"more,omitempty"`
	// Bytes of the stream are missing; what follows them was not read.
	Gap bool `json:"gap,omitempty"`
}

// A Message is a message of Kerberos. What it has not, or only encrypted, is
// absent. Names are cut behind 512 bytes.
type Message struct {
	// AS-REQ, AS-REP, TGS-REQ, TGS-REP, AP-REQ, AP-REP or KRB-ERROR. Source: RFC 4120
	// section 5.10.
	Kind string `json:"type"`
	// Who sent it: ">" the side that opened the flow, "<" the other one.
	Dir string `json:"dir"`
	// Client principal, its parts with slashes between. Source: RFC 4120 section 6.2.
	Client feature.Text `json:"client,omitempty"`
	// Realm of the client, in replies and errors.
	ClientRealm feature.Text `json:"client_realm,omitempty"`
	// Realm of the service or its ticket; in an AS-REQ of the client too.
	Realm feature.Text `json:"realm,omitempty"`
	// Service principal, such as krbtgt/EXAMPLE.ORG, as Client.
	Service feature.Text `json:"service,omitempty"`
	// Encryption types: of a request those offered in order of preference, of a reply
	// the one that is used. Names as in IANA's registry, others as number. Source: RFC
	// 3961 section 8.
	Etypes []Etype `json:"etypes,omitempty"`
	// Encryption type of the ticket in a reply or AP-REQ.
	TicketEtype Etype `json:"ticket_etype" when:"HasTicket"`
	// Types of pre-authentication data: sent, or in an error those that the server
	// takes. Others as number. Source: RFC 4120 section 7.5.2, IANA.
	Preauth []Preauth `json:"preauth,omitempty"`
	// Requested end of validity, YYYYMMDDhhmmssZ.
	Till feature.Text `json:"till,omitempty"`
	// Error, others as number. Source: RFC 4120 section 7.5.9.
	Error ErrorCode `json:"error" when:"HasError"`
	// Text of the error.
	Text feature.Text `json:"error_text,omitempty"`
	// The message was not captured whole, or a bound cut something off.
	Truncated bool `json:"truncated,omitempty"`
	// It has a ticket.
	HasTicket bool `json:"-"`
	// It has an error code.
	HasError bool `json:"-"`
	dir      feature.Dir
}

var dirs = [2]string{">", "<"}

var kinds = [32]string{
	asReq: "AS-REQ", asRep: "AS-REP", tgsReq: "TGS-REQ", tgsRep: "TGS-REP", apReq: "AP-REQ", apRep: "AP-REP", krbErr: "KRB-ERROR",
}

// An Etype is an encryption type.
type Etype int32

// AppendJSON appends the name of the type, or its number, as a JSON string.
func (e Etype) AppendJSON(b []byte) []byte { return feature.AppendName(b, etypes[:], int64(e)) }

// A Preauth is a type of pre-authentication data.
type Preauth int32

// AppendJSON appends the name of the type, or its number, as a JSON string.
func (t Preauth) AppendJSON(b []byte) []byte { return feature.AppendName(b, preauths[:], int64(t)) }

// An ErrorCode says why a request failed.
type ErrorCode int32

// AppendJSON appends the name of the error, or its number, as a JSON string.
func (e ErrorCode) AppendJSON(b []byte) []byte { return feature.AppendName(b, errorCodes[:], int64(e)) }

var etypes = [...]string{
	1: "des-cbc-crc", 2: "des-cbc-md4", 3: "des-cbc-md5", 5: "des3-cbc-md5", 7: "des3-cbc-sha1",
	16: "des3-cbc-sha1-kd", 17: "aes128-cts-hmac-sha1-96", 18: "aes256-cts-hmac-sha1-96",
	19: "aes128-cts-hmac-sha256-128", 20: "aes256-cts-hmac-sha384-192", 23: "rc4-hmac", 24: "rc4-hmac-exp",
	25: "camellia128-cts-cmac", 26: "camellia256-cts-cmac",
}

var preauths = [...]string{
	1: "TGS-REQ", 2: "ENC-TIMESTAMP", 3: "PW-SALT", 10: "AFS3-SALT", 11: "ETYPE-INFO", 14: "PK-AS-REQ-OLD", 15: "PK-AS-REP-OLD",
	16: "PK-AS-REQ", 17: "PK-AS-REP", 19: "ETYPE-INFO2", 20: "SVR-REFERRAL-INFO", 128: "PAC-REQUEST", 129: "FOR-USER",
	130: "FOR-X509-USER", 133: "FX-COOKIE", 134: "AUTHENTICATION-SET", 136: "FX-FAST", 137: "FX-ERROR",
	138: "ENCRYPTED-CHALLENGE", 147: "PKINIT-KX", 149: "REQ-ENC-PA-REP", 150: "AS-FRESHNESS", 151: "SPAKE",
	165: "SUPPORTED-ETYPES", 167: "PAC-OPTIONS",
}

const (
	preauthFailed   = 24
	preauthRequired = 25
)

var errorCodes = [...]string{
	0: "KDC_ERR_NONE", 1: "KDC_ERR_NAME_EXP", 2: "KDC_ERR_SERVICE_EXP", 3: "KDC_ERR_BAD_PVNO", 4: "KDC_ERR_C_OLD_MAST_KVNO",
	5: "KDC_ERR_S_OLD_MAST_KVNO", 6: "KDC_ERR_C_PRINCIPAL_UNKNOWN", 7: "KDC_ERR_S_PRINCIPAL_UNKNOWN",
	8: "KDC_ERR_PRINCIPAL_NOT_UNIQUE", 9: "KDC_ERR_NULL_KEY", 10: "KDC_ERR_CANNOT_POSTDATE", 11: "KDC_ERR_NEVER_VALID",
	12: "KDC_ERR_POLICY", 13: "KDC_ERR_BADOPTION", 14: "KDC_ERR_ETYPE_NOSUPP", 15: "KDC_ERR_SUMTYPE_NOSUPP",
	16: "KDC_ERR_PADATA_TYPE_NOSUPP", 17: "KDC_ERR_TRTYPE_NOSUPP", 18: "KDC_ERR_CLIENT_REVOKED",
	19: "KDC_ERR_SERVICE_REVOKED", 20: "KDC_ERR_TGT_REVOKED", 21: "KDC_ERR_CLIENT_NOTYET", 22: "KDC_ERR_SERVICE_NOTYET",
	23: "KDC_ERR_KEY_EXPIRED", preauthFailed: "KDC_ERR_PREAUTH_FAILED", preauthRequired: "KDC_ERR_PREAUTH_REQUIRED",
	26: "KDC_ERR_SERVER_NOMATCH", 27: "KDC_ERR_MUST_USE_USER2USER", 28: "KDC_ERR_PATH_NOT_ACCEPTED",
	29: "KDC_ERR_SVC_UNAVAILABLE", 31: "KRB_AP_ERR_BAD_INTEGRITY", 32: "KRB_AP_ERR_TKT_EXPIRED", 33: "KRB_AP_ERR_TKT_NYV",
	34: "KRB_AP_ERR_REPEAT", 35: "KRB_AP_ERR_NOT_US", 36: "KRB_AP_ERR_BADMATCH", 37: "KRB_AP_ERR_SKEW",
	38: "KRB_AP_ERR_BADADDR", 39: "KRB_AP_ERR_BADVERSION", 40: "KRB_AP_ERR_MSG_TYPE", 41: "KRB_AP_ERR_MODIFIED",
	42: "KRB_AP_ERR_BADORDER", 44: "KRB_AP_ERR_BADKEYVER", 45: "KRB_AP_ERR_NOKEY", 46: "KRB_AP_ERR_MUT_FAIL",
	47: "KRB_AP_ERR_BADDIRECTION", 48: "KRB_AP_ERR_METHOD", 49: "KRB_AP_ERR_BADSEQ", 50: "KRB_AP_ERR_INAPP_CKSUM",
	51: "KRB_AP_PATH_NOT_ACCEPTED", 52: "KRB_ERR_RESPONSE_TOO_BIG", 60: "KRB_ERR_GENERIC", 61: "KRB_ERR_FIELD_TOOLONG",
	62: "KDC_ERR_CLIENT_NOT_TRUSTED", 63: "KDC_ERR_KDC_NOT_TRUSTED", 64: "KDC_ERR_INVALID_SIG", 65: "KDC_ERR_KEY_TOO_WEAK",
	66: "KDC_ERR_CERTIFICATE_MISMATCH", 67: "KRB_AP_ERR_NO_TGT", 68: "KDC_ERR_WRONG_REALM", 69: "KRB_AP_ERR_USER_TO_USER_REQUIRED",
	70: "KDC_ERR_CANT_VERIFY_CERTIFICATE", 71: "KDC_ERR_INVALID_CERTIFICATE", 72: "KDC_ERR_REVOKED_CERTIFICATE",
	73: "KDC_ERR_REVOCATION_STATUS_UNKNOWN", 75: "KDC_ERR_CLIENT_NAME_MISMATCH", 76: "KDC_ERR_KDC_NAME_MISMATCH",
}

// A Ticket is what an AP-REQ has in clear, for protocols that carry one.
type Ticket struct {
	// Realm of the service.
	Realm feature.Text `json:"realm"`
	// Service principal, such as cifs/server.example.org.
	Service feature.Text `json:"service"`
	// Encryption type of the ticket.
	Etype Etype `json:"etype"`
}

// ReadTicket reads the ticket of an AP-REQ, of which the end may be missing. ok
// is false for anything else.
func ReadTicket(b []byte) (t Ticket, ok bool) {
	kind, r, ok, _ := open(b)
	if !ok || kind != apReq {
		return t, false
	}
	var p Parser
	var m Message
	p.read(&m, kind, &r)
	return Ticket{Realm: m.Realm, Service: m.Service, Etype: m.TicketEtype}, m.HasTicket
}
