package record

import (
	"joy/proto/http"
	"joy/proto/http2"
)

// NameUsers has replace put pseudonyms for the user names in the URIs of HTTP,
// HTTP/2 and SSDP, and lists those that it returns beside them.
func (r *Record) NameUsers(replace func(uri string) (replaced string, pseudonyms []string)) {
	for _, list := range []*http.Info{r.HTTP, r.SSDP} {
		if list == nil {
			continue
		}
		for i := range *list {
			(*list)[i].Out.NameUsers(replace)
			(*list)[i].In.NameUsers(replace)
		}
	}
	if r.HTTP2 == nil {
		return
	}
	for _, side := range []*http2.Side{r.HTTP2.Out, r.HTTP2.In} {
		if side == nil {
			continue
		}
		for i := range side.Messages {
			side.Messages[i].Headers.NameUsers(replace)
		}
	}
}
