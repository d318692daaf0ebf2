package telemetry_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"joy/record"
	"joy/telemetry"
)

// TestNfreplay has nfreplay of nfdump, another exporter that is not ours, send
// what nfcapd has collected from softflowd.
func TestNfreplay(t *testing.T) {
	for _, name := range []string{"softflowd", "nfcapd", "nfreplay"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	file := nfcapd(ctx, t)
	for _, version := range []string{"5", "9"} {
		t.Run("NetFlow "+version, func(t *testing.T) {
			src := openSource(t, "udp", "127.0.0.1")
			port := portOf(t, src)
			run(ctx, t, "nfreplay", "-r", file, "-H", "127.0.0.1", "-p", strconv.Itoa(int(port)), "-v", version)
			want := wantedFlows(version == "9")
			d := telemetry.New(telemetry.Options{Ports: []uint16{port}})
			var got []string
			collect(t, src, d, func(r *record.Record) bool {
				got = append(got, sides(t, r, true)...)
				return len(got) < len(want)
			})
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func run(ctx context.Context, t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// nfcapd collects the conversations from softflowd, and returns its file.
func nfcapd(ctx context.Context, t *testing.T) string {
	t.Helper()
	free, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	port := free.LocalAddr().(*net.UDPAddr).Port
	free.Close()
	dir := t.TempDir()
	c := exec.CommandContext(ctx, "nfcapd", "-4", "-b", "127.0.0.1", "-p", strconv.Itoa(port), "-w", dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	await(ctx, t, "nfcapd listens", func() bool { _, bound := waiting(t, port); return bound })
	run(ctx, t, "softflowd", "-r", writeCapture(t), "-n", "127.0.0.1:"+strconv.Itoa(port), "-v", "9", "-d", "-a", "-6",
		"-p", filepath.Join(t.TempDir(), "pid"), "-c", "none")
	await(ctx, t, "nfcapd has read", func() bool { n, _ := waiting(t, port); return n == 0 })
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "nfcapd.2*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files of nfcapd: %v %v", files, err)
	}
	return files[0]
}

// await waits for what another process does.
func await(ctx context.Context, t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: not yet", what)
		}
	}
}

// waiting is how many bytes a UDP socket on 127.0.0.1 has not read, as Linux
// tells it.
func waiting(t *testing.T, port int) (n uint64, bound bool) {
	t.Helper()
	f, err := os.Open("/proc/net/udp")
	if err != nil {
		t.Skip("this system does not tell what sockets there are")
	}
	defer f.Close()
	at := fmt.Sprintf(":%04X", port)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 5 || !strings.HasSuffix(words[1], at) {
			continue
		}
		_, queue, _ := strings.Cut(words[4], ":")
		if n, err = strconv.ParseUint(queue, 16, 64); err != nil {
			t.Fatal(err)
		}
		return n, true
	}
	return 0, false
}
