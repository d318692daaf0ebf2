package report

import (
	"bytes"

	"joy/query/value"
)

// quality is how much may be missing, or wrong, in what was read.
type quality struct {
	handshakes                    uint64
	evicted                       uint64 // records
	retransmitted, invalid, shed  uint64 // packets
	withInvalid, damaged, cut     uint64 // records
	unreadable, settings, reports uint64 // lines
	notAsked                      uint64 // records that the condition leaves out
	complaints                    []string
	runs                          runs
}

// maxComplaints bounds what the page tells of bad input.
const maxComplaints = 20

func (q *quality) flow(f *Facts) {
	d := &f.damage
	q.retransmitted += d.retransmitted
	q.invalid += d.invalid
	q.shed += d.shed
	for _, x := range []struct {
		is bool
		n  *uint64
	}{{d.evicted, &q.evicted}, {d.invalid > 0, &q.withInvalid}, {d.contents, &q.damaged}, {d.cut, &q.cut}} {
		if x.is {
			*x.n++
		}
	}
}

// complain notes what is wrong with an input.
func (q *quality) complain(text string) {
	if len(q.complaints) < maxComplaints {
		q.complaints = append(q.complaints, plain(text))
	}
}

// line takes a line that is no flow: settings, or a record of statistics.
func (q *quality) line(text []byte) {
	var r value.Record
	if r.Parse(text) != nil {
		return
	}
	if s := r.Get("statistics"); s.Kind() == value.Object {
		q.reports++
		q.runs.take(s)
		return
	}
	if r.Get("version").Kind() == value.String {
		q.settings++
	}
}

// runs are counts of runs of joy. Those of one run only grow, so that smaller
// ones are of the next.
type runs struct {
	any        bool
	done, last [len(counted)]uint64
}

// counted are the counts of a run that say what is missing.
var counted = [...]struct{ key, meaning string }{
	{"frames", "frames read"},
	{"dropped", "frames lost before they could be read"},
	{"filtered_out", "frames that the filter left out"},
	{"packets", "IP packets decoded"},
	{"flows", "flows begun"},
	{"records", "records written"},
	{"damaged", "captures that could not be read to their end"},
	{"flows_evicted", "flows written early at the bounds of memory"},
	{"stream_gaps", "parts of TCP streams that were missing for the protocols"},
	{"parsers_cut", "protocols given up at a bound"},
	{"parsers_failed", "protocols given up for a fault of joy"},
	{"shed_contents", "packets whose contents were not looked at under load"},
	{"shed_packets", "packets of flows that were not begun under load"},
	{"clock_set_back", "times that the clock was set back"},
	{"not_decoded", "frames that were not decoded, or were lost at bounds"},
}

// take reads counts of a run up to now.
func (r *runs) take(v value.Value) {
	var now [len(counted)]uint64
	for name, v := range v.Members() {
		for i := range counted {
			if counted[i].key == string(name) {
				now[i] = whole(v)
			}
		}
		if bytes.Equal(name, []byte("not_decoded_by")) {
			for _, n := range v.Members() {
				now[len(now)-1] += whole(n)
			}
		}
	}
	if now[0] < r.last[0] {
		r.end()
	}
	r.any, r.last = true, now
}

// end adds what the run has counted to those before.
func (r *runs) end() {
	for i, n := range r.last {
		r.done[i] += n
	}
	r.last = [len(counted)]uint64{}
}

// sums are the counts of all runs.
func (r *runs) sums() (sums [len(counted)]uint64) {
	for i := range sums {
		sums[i] = r.done[i] + r.last[i]
	}
	return sums
}
