package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Day is days since 1970-01-01; 0 is none.
type Day int64

const daySeconds = 24 * 60 * 60

// UnmarshalText reads 2029-12-31.
func (d *Day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is no day such as 2029-12-31", text)
	}
	*d = Day(t.Unix() / daySeconds)
	if *d <= 0 {
		return fmt.Errorf("%q is before 1970-01-02", text)
	}
	return nil
}

// MarshalText writes 2029-12-31.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Day) String() string { return time.Unix(int64(d)*daySeconds, 0).UTC().Format(time.DateOnly) }

// bounds adds the numbers of a rule to its conditions.
func (r *Rule) bounds(b *strings.Builder) {
	if r.Below > 0 {
		b.WriteString(" below=" + strconv.Itoa(r.Below))
	}
	if r.From > 0 {
		b.WriteString(" from=" + strconv.Itoa(r.From))
	}
	if r.Until != 0 {
		b.WriteString(" until=" + r.Until.String())
	}
	if r.Since != 0 {
		b.WriteString(" since=" + r.Since.String())
	}
}
