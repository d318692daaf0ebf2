package facts

import (
	"strconv"

	"github.com/go-json-experiment/json"

	"joy/proto/ike"
)

// ikeLine is what is read of the JSON of IKE. Records in memory hold payloads as
// bytes that write themselves as JSON, so both ways meet here.
type ikeLine struct {
	Init ikeSide `json:"init"`
	Resp ikeSide `json:"resp"`
}

type ikeSide struct {
	Messages []ikeMessage `json:"messages"`
}

type ikeMessage struct {
	Header struct {
		RespSPI  string `json:"resp_spi"`
		Major    uint8  `json:"major"`
		Exchange string `json:"exchange_type"`
	} `json:"header"`
	Payloads []ikePayload `json:"payloads"`
}

type ikePayload struct {
	SA *struct {
		Proposals []ikeProposal `json:"proposals"`
	} `json:"security_association"`
}

type ikeProposal struct {
	Protocol   string         `json:"protocol_id"`
	Transforms []ikeTransform `json:"transforms"`
}

// ikeTransform is one of IKEv2, which has one name, or of IKEv1, whose names are
// among the attributes.
type ikeTransform struct {
	ikeNames
	Attributes []struct {
		ikeNames
		KeyLength string `json:"key_length"`
	} `json:"attributes"`
}

type ikeNames struct {
	Encryption string `json:"encryption_algorithm"`
	PRF        string `json:"pseudorandom_function"`
	Integrity  string `json:"integrity_algorithm"`
	Group      string `json:"diffie_hellman_group"`
	Key1       string `json:"additional_key_exchange_1"`
	Key2       string `json:"additional_key_exchange_2"`
	Key3       string `json:"additional_key_exchange_3"`
	Key4       string `json:"additional_key_exchange_4"`
	Key5       string `json:"additional_key_exchange_5"`
	Key6       string `json:"additional_key_exchange_6"`
	Key7       string `json:"additional_key_exchange_7"`
	Hash       string `json:"hash_algorithm"`
	Auth       string `json:"authentication_method"`
	Group1     string `json:"group_description"`
}

// ikeOf takes the associations out of messages in memory.
func ikeOf(i *ike.Info) *IKE {
	var l ikeLine
	for _, side := range []struct {
		from *ike.Side
		to   *ikeSide
	}{{&i.Init, &l.Init}, {&i.Resp, &l.Resp}} {
		for k := range side.from.Messages {
			side.to.Messages = append(side.to.Messages, messageOf(&side.from.Messages[k]))
		}
	}
	return l.facts()
}

func messageOf(m *ike.Message) (out ikeMessage) {
	out.Header.Major = m.Header.Major
	out.Header.RespSPI = string(m.Header.RespSPI.AppendJSON(nil))
	out.Header.Exchange = string(m.Header.Exchange.AppendJSON(nil))
	out.Header.RespSPI = out.Header.RespSPI[1 : len(out.Header.RespSPI)-1]
	out.Header.Exchange = out.Header.Exchange[1 : len(out.Header.Exchange)-1]
	for i := range m.Payloads {
		if m.Payloads[i].Name() != "security_association" {
			continue
		}
		var p ikePayload
		if json.Unmarshal(m.Payloads[i].AppendJSON(nil), &p) == nil {
			out.Payloads = append(out.Payloads, p)
		}
	}
	return out
}

// transforms is their number in all messages.
func (l *ikeLine) transforms() (n int) {
	for _, side := range []*ikeSide{&l.Init, &l.Resp} {
		for k := range side.Messages {
			for _, p := range side.Messages[k].Payloads {
				if p.SA == nil {
					continue
				}
				for _, q := range p.SA.Proposals {
					n += 1 + len(q.Transforms)
				}
			}
		}
	}
	return n
}

// facts looks for the first offer and the first choice: the proposals in a
// message without and with the SPI of the responder, of whatever side. Later
// ones are of other SAs.
func (l *ikeLine) facts() *IKE {
	i := &IKE{}
	for _, side := range []*ikeSide{&l.Init, &l.Resp} {
		for k := range side.Messages {
			m := &side.Messages[k]
			if i.Version == 0 {
				i.Version, i.Exchange = m.Header.Major, m.Header.Exchange
			}
			for _, p := range m.Payloads {
				if p.SA == nil {
					continue
				}
				i.association(m, p.SA.Proposals)
			}
		}
	}
	return i
}

func (i *IKE) association(m *ikeMessage, proposals []ikeProposal) {
	list := propositions(proposals)
	switch m.Header.Exchange {
	case "identity_protection", "aggressive", "base", "ike_sa_init":
	default:
		return
	}
	switch zero := m.Header.RespSPI == "0000000000000000"; {
	case zero && i.Offered == nil:
		i.Offered = list
	case !zero && i.Chosen == nil && len(list) > 0:
		i.Chosen = &list[0]
	}
}

// propositions are the proposals for IKE itself; each transform of IKEv1 is one.
func propositions(proposals []ikeProposal) (list []Proposal) {
	for _, p := range proposals {
		if p.Protocol == "proto_isakmp" {
			for k := range p.Transforms {
				var one Proposal
				one.take(&p.Transforms[k])
				list = append(list, one)
			}
			continue
		}
		if p.Protocol != "ike" {
			continue
		}
		var one Proposal
		for k := range p.Transforms {
			one.take(&p.Transforms[k])
		}
		list = append(list, one)
	}
	return list
}

// take adds what a transform says. An offer of IKEv2 may have several of a
// type: the first stands for it, but all groups are kept.
func (p *Proposal) take(t *ikeTransform) {
	first := p.Encryption == ""
	p.names(&t.ikeNames)
	for k := range t.Attributes {
		a := &t.Attributes[k]
		p.names(&a.ikeNames)
		if bits, err := strconv.ParseUint(a.KeyLength, 16, 32); err == nil && first && p.KeyBits == 0 {
			p.KeyBits = uint32(bits)
		}
	}
}

func (p *Proposal) names(n *ikeNames) {
	for _, f := range []struct {
		to   *string
		from string
	}{{&p.Encryption, n.Encryption}, {&p.PRF, n.PRF}, {&p.PRF, n.Hash}, {&p.Integrity, n.Integrity}, {&p.Auth, n.Auth}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	for _, g := range []string{n.Group, n.Group1, n.Key1, n.Key2, n.Key3, n.Key4, n.Key5, n.Key6, n.Key7} {
		if g != "" && len(p.Groups) < maxGroups {
			p.Groups = append(p.Groups, g)
		}
	}
}

// maxGroups bounds the groups of a proposal.
const maxGroups = 64
