package smtp

import (
	"joy/feature"
	"joy/proto/plain"
)

// Info is what a connection of SMTP tells before it is encrypted. Texts are cut
// behind 256 bytes, all of a record behind 4 KiB.
type Info struct {
	// What the client sent; absent when nothing.
	Cli *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Srv *Server `json:"srv,omitempty"`
	// Bytes that are missing in the capture; absent for none.
	Lost uint32 `json:"lost,omitempty"`
	// A bound of joy cut a text or a list.
	Truncated bool `json:"truncated,omitempty"`
	// The client is the side that did not open the flow.
	ClientIn bool `json:"-"`
}

// A Client is what the client sent.
type Client struct {
	// Name that the client gives itself. Source: RFC 5321 section 4.1.1.1.
	Helo feature.Text `json:"helo,omitempty"`
	// Command that it came with: EHLO, HELO, or LHLO (LMTP, RFC 2033).
	Hello string `json:"hello,omitempty"`
	// The client asked to change to TLS. Source: RFC 3207.
	StartTLS bool `json:"starttls,omitempty"`
	// Login; absent for none. Source: RFC 4954.
	Auth *plain.Login `json:"auth,omitempty"`
	// Senders of the envelopes, each once, at most 8; <> is sent as it is.
	From []feature.Text `json:"from,omitempty"`
	// Recipients of the envelopes, each once, at most 16.
	To []feature.Text `json:"to,omitempty"`
	// Mails that were sent to their end.
	Mails uint32 `json:"mails,omitempty"`
	// Bytes of these mails as transferred, missing ones included.
	MailBytes uint64 `json:"mail_bytes,omitempty"`
	// Commands.
	Commands uint32 `json:"commands"`
}

// A Server is what the server sent.
type Server struct {
	// Greeting without the number; of several lines the first.
	Banner feature.Text `json:"banner,omitempty"`
	// Software that the greeting names, from a table; absent for none.
	Software string `json:"software,omitempty"`
	// Extensions of the answer to EHLO, with their parameters, at most 32. Source:
	// RFC 5321 section 4.1.1.1.
	Capabilities []feature.Text `json:"capabilities,omitempty"`
	// Answer is the whole answer to the first EHLO, its lines with their numbers and
	// without CR, each with an LF behind it: of it fingerprints are made. Nil when it
	// has one line only, is not complete, or is longer than 4 KiB.
	Answer []byte `json:"-"`
	// The server offers to change to TLS. Source: RFC 3207.
	OffersTLS bool `json:"offers_starttls,omitempty"`
	// The server agreed to change to TLS.
	StartTLS bool `json:"starttls,omitempty"`
	// What became of a login: accepted or refused; absent for neither.
	Login string `json:"login,omitempty"`
	// Number of the first reply of 400 or more; absent for none. Source: RFC 5321
	// section 4.2.
	Error uint16 `json:"error,omitempty"`
	// Its text; absent when a login came before it, which it could quote.
	ErrorText feature.Text `json:"error_text,omitempty"`
	// Replies.
	Replies uint32 `json:"replies"`
}

// products are what is looked for in a greeting.
var products = [...]struct{ small, name string }{
	{"postfix", "Postfix"},
	{"exim", "Exim"},
	{"sendmail", "Sendmail"},
	{"microsoft esmtp", "Microsoft"},
	{"gsmtp", "Google"},
	{"opensmtpd", "OpenSMTPD"},
	{"qmail", "qmail"},
	{"haraka", "Haraka"},
	{"maildrop", "Maildrop"},
	{"stalwart", "Stalwart"},
	{"james", "Apache James"},
	{"zimbra", "Zimbra"},
	{"mdaemon", "MDaemon"},
	{"hmailserver", "hMailServer"},
	{"kerio", "Kerio"},
	{"mailenable", "MailEnable"},
	{"exchange", "Microsoft"},
	{"dovecot", "Dovecot"},
	{"smtp-in amazon", "Amazon"},
	{"proofpoint", "Proofpoint"},
	{"ironport", "IronPort"},
	{"barracuda", "Barracuda"},
	{"communigate", "CommuniGate"},
}

func product(banner []byte) string {
	for _, p := range products {
		if plain.Contains(banner, p.small) {
			return p.name
		}
	}
	return ""
}
