package main

import (
	"fmt"
	"time"

	"joy"
	"joy/capture"
)

// A progress shows on the console how far a run is.
type progress struct {
	console *console
	source  interface{ Stats() capture.Stats }
	counts  func() joy.Snapshot
	begin   time.Time
	stop    chan struct{}
	stopped chan struct{}
}

// start begins to draw, until end is called.
func (p *progress) start() {
	p.begin = time.Now()
	p.stop, p.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(p.stopped)
		const often = 250 * time.Millisecond
		t := time.NewTicker(often)
		defer t.Stop()
		for {
			select {
			case now := <-t.C:
				p.console.show(p.line(now.Sub(p.begin)))
			case <-p.stop:
				p.console.show("")
				return
			}
		}
	}()
}

func (p *progress) end() {
	close(p.stop)
	<-p.stopped
}

// line is what there is to say after this time.
func (p *progress) line(elapsed time.Duration) string {
	s := p.source.Stats()
	now := p.counts()
	text := "joy: " + inBytes(float64(s.Bytes))
	if s.Total > 0 {
		text += fmt.Sprintf(" of %s (%d%%)", inBytes(float64(s.Total)), 100*min(s.Bytes, s.Total)/s.Total)
	}
	text += fmt.Sprintf(", %s packets, %s flows", inThousands(float64(now.Packets)), inThousands(float64(now.Open)))
	seconds := elapsed.Seconds()
	if seconds <= 0 || s.Bytes == 0 {
		return text
	}
	rate := float64(s.Bytes) / seconds
	text += ", " + inBytes(rate) + "/s"
	if s.Total > s.Bytes {
		text += ", " + inTime(float64(s.Total-s.Bytes)/rate) + " left"
	}
	return text
}

// inBytes writes a number of bytes with a binary prefix and three digits.
func inBytes(n float64) string {
	return scaled(n, 1024, " B", " KiB", " MiB", " GiB", " TiB")
}

// inThousands writes a count with a prefix and three digits.
func inThousands(n float64) string {
	return scaled(n, 1000, "", "k", "M", "G", "T")
}

func scaled(n, step float64, units ...string) string {
	i := 0
	for n >= 999.5 && i < len(units)-1 {
		n /= step
		i++
	}
	if i == 0 || n >= 99.95 {
		return fmt.Sprintf("%.0f%s", n, units[i])
	}
	return fmt.Sprintf("%.3g%s", n, units[i])
}

// inTime writes seconds as h:mm:ss or m:ss.
func inTime(seconds float64) string {
	const most = 99 * 3600 // what is farther off is not worth telling
	s := int(min(seconds, most) + 0.5)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
