package zeek

import (
	"bytes"
	"strconv"

	"joy/convert/part"
	"joy/query/flow"
)

func httpLog() Log {
	return log(
		"http", (*Writer).http,
		Field{"trans_depth", "count"}, Field{"method", "string"}, Field{"host", "string"}, Field{"uri", "string"},
		Field{"referrer", "string"}, Field{"version", "string"}, Field{"user_agent", "string"}, Field{"origin", "string"},
		Field{"request_body_len", "count"}, Field{"response_body_len", "count"}, Field{"status_code", "count"},
		Field{"status_msg", "string"}, Field{"info_code", "count"}, Field{"info_msg", "string"}, Field{"tags", "set[enum]"},
		Field{"username", "string"}, Field{"password", "string"}, Field{"proxied", "set[string]"},
		Field{"orig_fuids", "vector[string]"}, Field{"orig_filenames", "vector[string]"}, Field{"orig_mime_types", "vector[string]"},
		Field{"resp_fuids", "vector[string]"}, Field{"resp_filenames", "vector[string]"}, Field{"resp_mime_types", "vector[string]"},
	)
}

// http writes a line for each request, and for responses without one.
func (w *Writer) http(f *flow.Flow) {
	depth := uint64(0)
	for e := range part.Exchanges(f.Rest.Get("http")) {
		depth++
		w.line(func(r *row) {
			w.ends(r, f)
			r.count(depth)
			writeExchange(r, e)
		})
	}
}

func writeExchange(r *row, e *part.Exchange) {
	for _, text := range [][]byte{e.Method, e.Host, e.URI, e.Referrer, e.Version, e.Agent, e.Origin} {
		r.text(text)
	}
	r.count(digits(e.Requested))
	r.count(digits(e.Answered))
	writeCode(r, e.Code, e.Reason)
	writeCode(r, e.InfoCode, e.InfoText)
	r.list([][]byte{}) // tags
	r.skip(2)
	r.list(e.Proxied)
	r.skip(6)
}

func writeCode(r *row, code, reason []byte) {
	n, err := strconv.ParseUint(string(code), 10, 16)
	r.number(n, err == nil)
	if reason == nil && err == nil {
		reason = []byte{}
	}
	r.text(reason)
}

func digits(b []byte) uint64 {
	n, err := strconv.ParseUint(string(bytes.TrimSpace(b)), 10, 63)
	if err != nil {
		return 0
	}
	return n
}
