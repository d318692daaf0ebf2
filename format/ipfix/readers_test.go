package ipfix

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"joy/record"
)

// program is the path of a program that is not ours.
func program(t *testing.T, name, from string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian: %s)", name, from)
	}
	return path
}

// specimens are flows of one direction and of both, over IPv4 and IPv6.
func specimens() []*record.Record {
	return []*record.Record{uni(), v6(uni()), bi(), v6(bi()), everything(), v6(everything())}
}

// TestTshark has Wireshark read what went over a socket.
func TestTshark(t *testing.T) {
	tshark := program(t, "tshark", "tshark")
	for _, network := range []string{"udp", "tcp"} {
		for name, tmpl := range templates {
			t.Run(network+"/"+name, func(t *testing.T) {
				checkTshark(t, tshark, network, tmpl, overSocket(t, network, tmpl))
			})
		}
	}
}

// overSocket sends the specimens, and is the capture of what came.
func overSocket(t *testing.T, network string, tmpl Template) *trace {
	if network == "tcp" {
		l := listenTCP(t, 0)
		x := open(t, Config{Template: tmpl, MTU: 9000}, l.Addr())
		write(t, x, specimens()...)
		x.Flush()
		conn := accept(t, l)
		go x.Close()
		stream, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		tr := newTrace(tcp)
		for segment := range slices.Chunk(stream, 1000) { // messages begin in the middle
			tr.add(segment)
		}
		return tr
	}
	u := listenUDP(t, 0)
	x := open(t, Config{Template: tmpl}, u.LocalAddr())
	write(t, x, specimens()...)
	x.Flush()
	tr := newTrace(udp)
	for len(u.rows) < len(specimens()) {
		tr.add(u.receive())
	}
	return tr
}

// fieldsOfTshark are names of Wireshark's, with those of the elements.
func fieldsOfTshark(tmpl Template) map[string][]string {
	f := map[string][]string{
		"srcaddr": {"sourceIPv4Address"}, "dstaddr": {"destinationIPv4Address"},
		"srcaddrv6": {"sourceIPv6Address"}, "dstaddrv6": {"destinationIPv6Address"},
		"srcport": {"sourceTransportPort"}, "dstport": {"destinationTransportPort"}, "protocol": {"protocolIdentifier"},
		"octets": {"octetDeltaCount", "reverseOctetDeltaCount"}, "packets": {"packetDeltaCount", "reversePacketDeltaCount"},
		"transport_octet_delta_count": {"transportOctetDeltaCount", "reverseTransportOctetDeltaCount"},
		"tcpflags":                    {"reverseTcpControlBits", "tcpControlBits"},
		"abstimestart":                {"flowStartMilliseconds", "flowStartNanoseconds"}, "abstimeend": {"flowEndMilliseconds", "flowEndNanoseconds"},
		"flow_end_reason": {"flowEndReason"}, "biflow_direction": {"biflowDirection"},
	}
	if tmpl != Full {
		return f
	}
	for name, of := range map[string][]string{
		"flow_id": {"flowId"}, "ttl_min": {"minimumTTL", "reverseMinimumTTL"},
		"length_min": {"minimumIpTotalLength", "reverseMinimumIpTotalLength"}, "length_max": {"maximumIpTotalLength", "reverseMaximumIpTotalLength"},
		"srcmac": {"sourceMacAddress"}, "dstmac": {"destinationMacAddress"}, "vlanid": {"reverseVlanId", "vlanId"},
		"tcp_seq_num": {"tcpSequenceNumber"}, "tcp_windows_size": {"tcpWindowSize", "reverseTcpWindowSize"},
		"appl_name": {"applicationName"}, "http_statuscode": {"httpStatusCode"}, "http_request_method": {"httpRequestMethod"},
		"http_request_host": {"httpRequestHost"}, "http_request_target": {"httpRequestTarget"},
		"http_user_agent": {"httpUserAgent"}, "http_content_type": {"httpContentType"},
	} {
		f[name] = of
	}
	return f
}

func checkTshark(t *testing.T, tshark, network string, tmpl Template, tr *trace) {
	file := filepath.Join(t.TempDir(), "ipfix.pcap")
	if err := os.WriteFile(file, tr.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	elements := fieldsOfTshark(tmpl)
	names := slices.Sorted(maps.Keys(elements))
	args := []string{"-n", "-r", file, "-d", fmt.Sprintf("%s.port==%d,cflow", network, tracePort), "-o", "cflow.max_template_fields:120"}
	args = append(args, "-T", "fields", "-E", "separator=|", "-E", "aggregator=^")
	for _, name := range names {
		args = append(args, "-e", "cflow."+name)
	}
	got := map[string][]string{}
	for line := range strings.Lines(run(t, tshark, append(args, "-e", "_ws.expert.message")...)) {
		for i, values := range strings.Split(strings.TrimSuffix(line, "\n"), "|") {
			if values != "" {
				name := append(names, "expert")[i]
				got[name] = append(got[name], strings.Split(values, "^")...)
			}
		}
	}
	for _, name := range names {
		var want []string
		for _, r := range specimens() {
			for _, e := range elements[name] {
				if v := wanted(tmpl, r)[e]; v != "" {
					want = append(want, wireshark(e, v))
				}
			}
		}
		if !slices.Equal(got[name], want) {
			t.Errorf("cflow.%s: got\n%q, want\n%q", name, got[name], want)
		}
	}
	if found := got["expert"]; found != nil {
		t.Errorf("Wireshark finds fault: %q", found)
	}
}

// wireshark is a value of an element in Wireshark's form.
func wireshark(name, v string) string {
	var n int64
	fmt.Sscan(v, &n)
	const layout = "Jan _2, 2006 15:04:05.000000000 UTC"
	switch {
	case strings.HasSuffix(name, "Milliseconds"):
		return time.UnixMilli(n).UTC().Format(layout)
	case strings.HasSuffix(name, "Nanoseconds"):
		return time.Unix(0, n).UTC().Format(layout)
	case strings.HasSuffix(name, "ontrolBits"):
		return fmt.Sprintf("0x%04x", n)
	case strings.HasSuffix(name, "MacAddress"):
		return strings.Join([]string{v[:2], v[2:4], v[4:6], v[6:8], v[8:10], v[10:]}, ":")
	}
	return v
}

// run runs a program, and is what it writes.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return string(out)
}

// TestNfcapd has nfcapd receive and nfdump read.
func TestNfcapd(t *testing.T) {
	nfcapd, nfdump := program(t, "nfcapd", "nfdump"), program(t, "nfdump", "nfdump")
	for name, tmpl := range templates {
		t.Run(name, func(t *testing.T) {
			free := listenUDP(t, 0)
			port := free.LocalAddr().(*net.UDPAddr).Port
			free.Close()
			dir := t.TempDir()
			stop := startNfcapd(t, nfcapd, dir, port)
			x := open(t, Config{Template: tmpl, Clock: time.Now}, &net.UDPAddr{Port: port})
			write(t, x, specimens()...)
			x.Close()
			eventually(t, "nfcapd has taken all", func() bool { return emptyQueue(t, port) })
			said := stop()
			if s := x.Stats(); s.Lost() != 0 || s.Refused != 0 {
				t.Errorf("%+v", s)
			}
			if !strings.Contains(said, "Flows: 6") || !strings.Contains(said, "Sequence Errors: 0, Bad Packets: 0") {
				t.Errorf("nfcapd says %s", said)
			}
			var flows []map[string]any
			if err := json.Unmarshal([]byte(run(t, nfdump, "-R", dir, "-o", "json")), &flows); err != nil || len(flows) != 6 {
				t.Fatalf("%d flows, %v", len(flows), err)
			}
			for i, r := range specimens() {
				checkNfdump(t, flows[i], wanted(tmpl, r))
			}
		})
	}
}

// startNfcapd waits until nfcapd listens. What it returns ends it, and is what
// it has said.
func startNfcapd(t *testing.T, name, dir string, port int) (stop func() string) {
	t.Helper()
	c := exec.Command(name, "-w", dir, "-b", "127.0.0.1", "-p", fmt.Sprint(port), "-t", "3600")
	out, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "Startup nfcapd") {
			return func() string {
				c.Process.Signal(syscall.SIGTERM)
				rest, _ := io.ReadAll(out)
				for lines.Scan() {
					rest = append(append(rest, lines.Bytes()...), '\n')
				}
				c.Wait()
				return string(rest)
			}
		}
	}
	t.Fatal("nfcapd has ended")
	return nil
}

// emptyQueue reports whether no datagram waits for the reader of a port.
func emptyQueue(t *testing.T, port int) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 4 && f[1] == fmt.Sprintf("0100007F:%04X", port) {
			return strings.HasSuffix(f[4], ":00000000")
		}
	}
	t.Fatal("nfcapd does not listen any more")
	return false
}

func checkNfdump(t *testing.T, got map[string]any, want row) {
	t.Helper()
	millis := func(v string) string {
		var n int64
		fmt.Sscan(v, &n)
		return time.UnixMilli(n).UTC().Format("2006-01-02T15:04:05.000")
	}
	mac := func(v string) string { return wireshark("MacAddress", v) }
	same := func(v string) string { return v }
	for _, c := range []struct {
		name, element string
		form          func(string) string
	}{
		{"src4_addr", "sourceIPv4Address", same},
		{"dst4_addr", "destinationIPv4Address", same},
		{"src6_addr", "sourceIPv6Address", same},
		{"dst6_addr", "destinationIPv6Address", same},
		{"src_port", "sourceTransportPort", same},
		{"dst_port", "destinationTransportPort", same},
		{"proto", "protocolIdentifier", same},
		{"in_packets", "packetDeltaCount", same},
		{"in_bytes", "octetDeltaCount", same},
		{"out_packets", "reversePacketDeltaCount", same},
		{"out_bytes", "reverseOctetDeltaCount", same},
		{"first", "flowStartMilliseconds", millis},
		{"last", "flowEndMilliseconds", millis},
		{"tcp_flags", "tcpControlBits", nfdumpFlags},
		{"src_vlan", "vlanId", same},
		{"in_src_mac", "sourceMacAddress", mac},
		{"in_dst_mac", "destinationMacAddress", mac},
	} {
		v, has := want[c.element]
		g, present := got[c.name]
		if f, ok := g.(float64); ok {
			g = fmt.Sprintf("%.0f", f)
		}
		if has != present || has && g != c.form(v) {
			t.Errorf("%s is %v, want %s (%t)", c.name, g, v, has)
		}
	}
}

// nfdumpFlags are TCP flags as nfdump shows them.
func nfdumpFlags(v string) string {
	var n int
	fmt.Sscan(v, &n)
	b := []byte("CEUAPRSF")
	for i := range b {
		if n>>(7-i)&1 == 0 {
			b[i] = '.'
		}
	}
	return string(b)
}
