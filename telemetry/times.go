package telemetry

import "time"

// ntpToUnix is the number of seconds from 1900, where the time stamps of NTP
// begin, to 1970.
const ntpToUnix = 2208988800

// maxMilli keeps times within nanoseconds in 64 bits; the year is 2255.
const maxMilli = 9_000_000_000_000

// times are the start and the end of the flow, of both directions together. What
// the record does not say is the time of the export, and what it says of one
// of them stands for both.
func (d *Decoder) times(v *values) (start, end int64) {
	start, began := d.earliest(v)
	end, ended := d.latest(v)
	lasted := v.lasted()
	switch {
	case began && !ended:
		end = start + lasted
	case ended && !began:
		start = end - lasted
	case !began:
		end = d.observed(v)
		start = end - lasted
	}
	return start, max(start, end)
}

// lasted is the duration of the flow; 0 for one that cannot be.
func (v *values) lasted() int64 {
	const longest = 10 * 365 * 24 * 3600 * 1000 // ten years in milliseconds
	switch ms, us := v.number(lastedMilli, out), v.number(lastedMicro, out); {
	case ms != 0 && ms < longest:
		return int64(ms) * 1e6
	case us < longest*1000:
		return int64(us) * 1e3
	}
	return 0
}

func (d *Decoder) earliest(v *values) (t int64, ok bool) {
	for dir := range 2 {
		if s, found := d.instant(v, dir, startNano); found && (!ok || s < t) {
			t, ok = s, true
		}
	}
	return t, ok
}

func (d *Decoder) latest(v *values) (t int64, ok bool) {
	for dir := range 2 {
		if s, found := d.instant(v, dir, endNano); found && (!ok || s > t) {
			t, ok = s, true
		}
	}
	return t, ok
}

// instant reads a time, the finest that there is. from is the slot of the
// nanoseconds, behind which come those of coarser units. Zero is no time: that
// is how exporters leave one out.
func (d *Decoder) instant(v *values, dir int, from slot) (int64, bool) {
	if t, ok := v.absolute(dir, from); ok {
		return t, true
	}
	const delta, uptime = startDelta - startNano, startUptime - startNano
	if v.has(from+delta, dir) { // microseconds before the export (RFC 5102)
		return d.msg.time - int64(min(v.number(from+delta, dir), maxMilli))*1e3, true
	}
	if !v.has(from+uptime, dir) || v.number(startUptime, dir)|v.number(endUptime, dir) == 0 {
		return 0, false
	}
	return d.sinceBoot(v, uint32(v.number(from+uptime, dir)))
}

// absolute reads a time since 1900 or 1970.
func (v *values) absolute(dir int, from slot) (int64, bool) {
	const micro, milli, second = startMicro - startNano, startMilli - startNano, startSecond - startNano
	if n := v.number(from, dir); n != 0 {
		return ntp(n), true
	}
	if n := v.number(from+micro, dir); n != 0 {
		t := time.Unix(0, ntp(n)) // whose last 11 bits are not used (RFC 7011 section 6.1.9)
		return t.Round(time.Microsecond).UnixNano(), true
	}
	if n := v.number(from+milli, dir); n != 0 && n < maxMilli {
		return int64(n) * 1e6, true
	}
	if n := v.number(from+second, dir); n != 0 && n < maxMilli/1000 {
		return int64(n) * 1e9, true
	}
	return 0, false
}

// ntp is the time of an NTP time stamp in nanoseconds since 1970, rounded. The
// seconds begin again at 0 in 2036.
func ntp(n uint64) int64 {
	seconds := uint32(n>>32) - ntpToUnix
	return int64(seconds)*1e9 + int64((n&0xffffffff*1e9+1<<31)>>32)
}

// sinceBoot is the time at an uptime of the exporter in milliseconds, which
// begins again at 0 every 49.7 days.
func (d *Decoder) sinceBoot(v *values, uptime uint32) (int64, bool) {
	m := &d.msg
	if m.hasUptime {
		return m.time - int64(int32(m.uptime-uptime))*1e6, true
	}
	boot := v.number(bootMilli, out)
	if boot == 0 {
		boot = m.stream.boot
	}
	if boot == 0 || boot >= maxMilli {
		return 0, false
	}
	return int64(boot+uint64(uptime)) * 1e6, true
}

// observed is the time of an event, or else of the export.
func (d *Decoder) observed(v *values) int64 {
	if t, ok := v.absolute(out, atNano); ok {
		return t
	}
	return d.msg.time
}
