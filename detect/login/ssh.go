package login

import (
	"strconv"

	"joy/query/flow"
)

// maxPackets bounds what is looked at of a list of lengths; num_pkts does too.
const maxPackets = 1000

// maxService bounds the request for the service ssh-userauth and its answer, which
// is as long: 28 bytes before padding and authentication.
const maxService = 128

// refusals is how many answers of an SSH server were refusals, 0 when anything else
// came. The lengths tell: the request for the service of logins and its answer are
// equally long (RFC 4253, section 10), and behind them each refusal is as long as
// the other ones, since it lists the same methods (RFC 4252, section 5.1), while
// a success, and all that follows it, has other lengths.
func refusals(f *flow.Flow) (n int) {
	var client, refusal string // lengths
	service, looked := false, 0
	for p := range f.Rest.Get("packets").Items() {
		if looked++; looked > maxPackets {
			return 0
		}
		length, sent := string(p.Get("b")), string(p.Get("dir").Text()) == ">"
		switch {
		case sent:
			client = length
		case !service:
			service = length == client && short(length)
		case n == 0:
			refusal, n = length, 1
		case length != refusal:
			return 0
		default:
			n++
		}
		if !sent && !service {
			client = "" // only an answer right behind it counts
		}
	}
	return n
}

func short(length string) bool {
	n, err := strconv.Atoi(length)
	return err == nil && n <= maxService
}
