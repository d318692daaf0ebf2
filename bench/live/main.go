//go:build linux

// Command live finds the highest rate of packets at which a program loses none
// of them on a virtual interface. docs/performance.md says how.
//
//	go run ./bench/live CAPTURE.pcap
//
// It needs root, and the programs tcpreplay and ip; tcpdump and softflowd are
// measured where they are installed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The namespace and the ends of the cable in it.
const (
	namespace = "joybench"
	near, far = "joyb0", "joyb1"
)

type bench struct {
	ctx     context.Context
	capture string
	dir     string // for what the programs write
	joy     string // the binary
	from    int    // first rate, packets a second
	step    float64
	runs    int // of each rate; all have to be without loss
}

func main() {
	b := bench{}
	flag.StringVar(&b.joy, "joy", "", "the `binary`; built if empty")
	flag.IntVar(&b.from, "from", 50_000, "first rate, packets a second")
	flag.Float64Var(&b.step, "step", 1.25, "factor from one rate to the next")
	flag.IntVar(&b.runs, "runs", 1, "runs of each rate")
	only := flag.String("only", "", "contenders, joined by commas; empty = all")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: live [flags] CAPTURE.pcap")
		os.Exit(2)
	}
	b.capture = flag.Arg(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b.ctx = ctx
	if err := b.measure(*only); err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

func (b *bench) measure(only string) error {
	dir, err := os.MkdirTemp("", "joy-live")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b.dir = dir
	if b.joy == "" {
		b.joy = filepath.Join(dir, "joy")
		if err := b.run("go", "build", "-o", b.joy, "./cmd/joy"); err != nil {
			return err
		}
	}
	if err := b.connect(); err != nil {
		return err
	}
	defer func() { _ = exec.Command("ip", "netns", "del", namespace).Run() }()
	fmt.Println("| program | packets/s without loss | CPU, µs/packet | at the next rate |\n|---|--:|--:|---|")
	for _, c := range b.contenders() {
		if _, err := exec.LookPath(c.command[0]); err != nil || only != "" && !slices.Contains(strings.Split(only, ","), c.name) {
			continue
		}
		if err := b.climb(&c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func (b *bench) run(name string, args ...string) error {
	out, err := exec.CommandContext(b.ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

func (b *bench) connect() error {
	_ = exec.Command("ip", "netns", "del", namespace).Run() // of a run that was killed
	err := b.run("ip", "netns", "add", namespace)
	for _, args := range []string{
		"link add " + near + " mtu 65535 type veth peer name " + far + " mtu 65535",
		"link set lo up", "link set " + near + " arp off up", "link set " + far + " arp off up",
	} {
		err = errors.Join(err, b.run("ip", append([]string{"-n", namespace}, strings.Fields(args)...)...))
	}
	return err
}

// A contender captures until it is told to stop, and then says how many packets
// it has handled and how many it has lost or left out.
type contender struct {
	name    string
	command []string
	asked   []string       // what is asked for the counts before the end; nil: the program tells them
	seen    *regexp.Regexp // in what the program or the other one prints
	lost    *regexp.Regexp // likewise; all numbers are added
}

func (b *bench) contenders() []contender {
	out := filepath.Join(b.dir, "out.json")
	joy := func(name string, options ...string) contender {
		return contender{
			name:    name,
			command: append([]string{b.joy, "interface=" + far, "output=" + out, "summary=-", "verbosity=4"}, options...),
			seen:    regexp.MustCompile(`"frames":(\d+)`),
			lost:    regexp.MustCompile(`"(?:dropped|shed_contents|shed_packets)":(\d+)`),
		}
	}
	control := filepath.Join(b.dir, "softflowd.ctl")
	return []contender{
		joy("joy bidir=1", "bidir=1"),
		joy("joy bidir=1 threads=1", "bidir=1", "threads=1"),
		joy("joy profile=full", "profile=full"),
		{
			name: "tcpdump", command: []string{"tcpdump", "-i", far, "-w", "/dev/null", "-s", "0"},
			seen: regexp.MustCompile(`(\d+) packets? captured`), lost: regexp.MustCompile(`(\d+) packets? dropped`),
		},
		{
			name: "softflowd", command: []string{
				"softflowd", "-d", "-i", far, "-n", "127.0.0.1:9", "-m", "8388608", "-c", control, "-p", filepath.Join(b.dir, "pid"),
			},
			asked: []string{"softflowctl", "-c", control, "statistics"},
			seen:  regexp.MustCompile(`Packets received by libpcap: (\d+)`),
			lost:  regexp.MustCompile(`Packets dropped by (?:libpcap|interface): (\d+)`),
		},
	}
}

// climb raises the rate until packets are lost, or the sender is not able to
// keep up with it.
func (b *bench) climb(c *contender) error {
	best, note := result{}, ""
	for rate := b.from; note == ""; rate = int(float64(rate) * b.step) {
		for range b.runs {
			r, err := b.try(c, rate)
			if err != nil {
				return err
			}
			missed := r.sent - min(r.sent, r.seen)
			switch {
			case r.lost > 0 || missed > 0:
				note = fmt.Sprintf("at %d: %d lost, %d not seen of %d", rate, r.lost, missed, r.sent)
			case r.rate < rate*9/10:
				if r.rate > best.rate {
					best = r
				}
				note = fmt.Sprintf("the sender makes no more than %d", r.rate)
			}
			if note != "" {
				break
			}
			best = r
		}
	}
	fmt.Printf("| %s | %d | %.2f | %s |\n", c.name, best.rate, best.cpu.Seconds()*1e6/float64(max(best.sent, 1)), note)
	return nil
}

type result struct {
	sent, seen, lost, rate int
	cpu                    time.Duration // of the program
}

var (
	sentPackets = regexp.MustCompile(`Successful packets:\s+(\d+)`)
	sentRate    = regexp.MustCompile(`Rated: .* ([\d.]+) pps`)
)

// try sends the capture once at a rate.
func (b *bench) try(c *contender, rate int) (r result, err error) {
	var said strings.Builder
	p := exec.CommandContext(b.ctx, "ip", append([]string{"netns", "exec", namespace}, c.command...)...)
	p.Stderr, p.Stdout = &said, &said
	if err := p.Start(); err != nil {
		return r, err
	}
	if err := b.listening(); err != nil {
		return r, errors.Join(err, p.Process.Kill(), p.Wait())
	}
	sent, err := exec.CommandContext(b.ctx, "ip", "netns", "exec", namespace, //nolint:gosec // programs are named above
		"tcpreplay", "-q", "-K", "-i", near, "--pps", strconv.Itoa(rate), b.capture).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("tcpreplay: %w: %s", err, sent)
	}
	r.sent, r.rate = number(sentPackets, string(sent)), number(sentRate, string(sent))
	b.settle()
	if c.asked != nil {
		out, failed := exec.CommandContext(b.ctx, c.asked[0], c.asked[1:]...).CombinedOutput()
		said.Write(out)
		err = errors.Join(err, failed)
	}
	err = errors.Join(err, p.Process.Signal(syscall.SIGINT))
	_ = p.Wait()
	r.cpu = p.ProcessState.UserTime() + p.ProcessState.SystemTime()
	r.seen, r.lost = number(c.seen, said.String()), number(c.lost, said.String())
	return r, err
}

// listening waits until there is a packet socket in the namespace.
func (b *bench) listening() error {
	for range 200 {
		out, err := exec.CommandContext(b.ctx, "ip", "netns", "exec", namespace, "cat", "/proc/net/packet").Output()
		if err != nil {
			return err
		}
		if strings.Count(string(out), "\n") > 1 {
			time.Sleep(200 * time.Millisecond) // the socket is there before it is ready
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("does not begin to capture")
}

// settle lets the program work off what waits for it.
func (b *bench) settle() { time.Sleep(2 * time.Second) }

// number adds up all that the expression finds.
func number(re *regexp.Regexp, text string) (sum int) {
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.ParseFloat(m[1], 64) // digits
		sum += int(n)
	}
	return sum
}
