package tls

import "joy/feature"

// Bounds of the list of records.
const (
	maxRecords = 50 // of a direction, as in Joy
	maxListed  = 64 // handshake messages of a direction that records name
)

// A list holds the records of a connection in the order in which they began.
type list struct {
	recs []record
	msgs []message
	last int64 // when the last one began
	n    [2]uint8
	told [2]uint8 // messages of a direction
	cut  [2]bool  // there were more
	lost [2]bool  // bytes of a direction were missing
}

type record struct {
	after uint32 // microseconds since the one before, in either direction
	size  uint16
	typ   uint8
	dir   feature.Dir
}

// A message is a handshake message that began in a record.
type message struct {
	size  uint32 // at most 24 bits
	typ   uint8
	entry uint8 // 1 + place of the record in the list
}

// add notes a record, and returns 1 + its place, or 0 when there is none.
func (l *list) add(d feature.Dir, at int64, typ uint8, size uint16) uint8 {
	if l.n[d] >= maxRecords {
		l.cut[d] = true
		return 0
	}
	l.n[d]++
	r := record{size: size, typ: typ, dir: d}
	if len(l.recs) > 0 && at > l.last {
		r.after = uint32(min((at-l.last)/1000, 1<<32-1))
	}
	l.last = max(l.last, at)
	if len(l.recs) == 0 {
		l.last = at
	}
	l.recs = append(l.recs, r)
	return uint8(len(l.recs))
}

// note adds a handshake message to the record at a place.
func (l *list) note(d feature.Dir, entry uint8, typ uint8, size uint32) {
	if entry == 0 {
		return
	}
	if l.told[d] >= maxListed {
		l.cut[d] = true
		return
	}
	l.told[d]++
	l.msgs = append(l.msgs, message{size: size, typ: typ, entry: entry})
}

func (l *list) reset() { *l = list{recs: l.recs[:0], msgs: l.msgs[:0]} }
