package tls

import (
	"strconv"
	"time"

	"joy/feature"
)

// validity reads both times of a certificate.
func (b *arena) validity(c *Certificate, body []byte) {
	d := der{b: body}
	tag, from := d.next()
	c.NotBefore = b.time(tag, from)
	tag, to := d.next()
	c.NotAfter = b.time(tag, to)
	if d.bad || c.NotBefore == nil || c.NotAfter == nil {
		c.wrong("validity")
	}
}

// time writes a UTCTime or GeneralizedTime as OpenSSL does. Both may lack
// seconds, or have a distance from UTC, which is reckoned in; a fraction of a
// second stays (X.680 46, 47). It is nil for what is no time.
func (b *arena) time(tag byte, s []byte) feature.Text {
	y, f, s := fields(tag, s)
	if s == nil || f[0] < 1 || f[0] > 12 || f[1] < 1 || f[1] > 31 || f[2] > 23 || f[3] > 59 || f[4] > 59 {
		return nil
	}
	fraction := s[:0]
	if len(s) > 0 && s[0] == '.' {
		n := 1
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		fraction, s = s[:n], s[n:]
	}
	off, ok := zone(s)
	if !ok {
		return nil
	}
	if off != 0 {
		t := time.Date(y, time.Month(f[0]), f[1], f[2], f[3], f[4], 0, time.UTC).Add(-off)
		y, f[0], f[1], f[2], f[3] = t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute()
	}
	at := len(b.text)
	b.text = append(b.text, "JanFebMarAprMayJunJulAugSepOctNovDec"[f[0]*3-3:f[0]*3]...)
	b.text = append(b.text, ' ', pad(f[1]/10), byte('0'+f[1]%10), ' ')
	b.text = append(appendTwo(b.text, f[2]), ':')
	b.text = append(appendTwo(b.text, f[3]), ':')
	b.text = append(appendTwo(b.text, f[4]), fraction...)
	b.text = strconv.AppendInt(append(b.text, ' '), int64(y), 10)
	b.text = append(b.text, " GMT"...)
	return b.since(at)
}

// fields are year, and month, day, hour, minute and second, and what stands
// behind them; that is nil when they are none.
func fields(tag byte, s []byte) (y int, f [5]int, rest []byte) {
	year := 4
	if tag == derUTCTime {
		year = 2
	} else if tag != derTime {
		return 0, f, nil
	}
	if len(s) < year+8 {
		return 0, f, nil
	}
	y, ok := number(s[:year])
	if year == 2 {
		if y += 1900; y < 1950 {
			y += 100
		}
	}
	s = s[year:]
	for i := range f {
		if i == 4 && (len(s) == 0 || s[0] < '0' || s[0] > '9') {
			break
		}
		if len(s) < 2 || !ok {
			return 0, f, nil
		}
		f[i], ok = number(s[:2])
		s = s[2:]
	}
	if !ok {
		return 0, f, nil
	}
	return y, f, s
}

// pad is a digit, or a space for zero.
func pad(n int) byte {
	if n == 0 {
		return ' '
	}
	return byte('0' + n)
}

// zone reads "Z", nothing, or a distance from UTC.
func zone(s []byte) (off time.Duration, ok bool) {
	if len(s) == 0 || len(s) == 1 && s[0] == 'Z' {
		return 0, true
	}
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, ok1 := number(s[1:3])
	m, ok2 := number(s[3:5])
	off = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[0] == '-' {
		off = -off
	}
	return off, ok1 && ok2
}

func number(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
