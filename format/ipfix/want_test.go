package ipfix

import (
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"joy/proto/http"
	"joy/record"
)

// wanted is what must arrive of a record: the table of docs/ipfix.md, written
// for clarity.
func wanted(t Template, r *record.Record) row {
	w := row{
		"sourceTransportPort": fmt.Sprint(uint16(max(r.SP, 0))), "destinationTransportPort": fmt.Sprint(uint16(max(r.DP, 0))),
		"protocolIdentifier":    fmt.Sprint(r.Pr),
		"flowStartMilliseconds": fmt.Sprint(max(r.TimeStart, 0) / 1e6), "flowEndMilliseconds": fmt.Sprint(max(r.TimeEnd, 0) / 1e6),
		"packetDeltaCount": fmt.Sprint(r.PktsOut), "transportOctetDeltaCount": fmt.Sprint(r.BytesOut),
		"flowEndReason": fmt.Sprint(uint8(r.EndReason)),
	}
	w.addresses(r)
	if r.HasIn {
		w["reversePacketDeltaCount"], w["reverseTransportOctetDeltaCount"] = fmt.Sprint(r.PktsIn), fmt.Sprint(r.BytesIn)
		w["biflowDirection"] = "1"
	}
	counted := r.Stats != nil && (!r.HasIn || r.Stats.HasIn)
	if counted {
		w["octetDeltaCount"], w["tcpControlBits"] = ipBytes(&r.Stats.Out, r.PktsOut), flagBits(&r.Stats.Out)
		if r.HasIn {
			w["reverseOctetDeltaCount"], w["reverseTcpControlBits"] = ipBytes(&r.Stats.In, r.PktsIn), flagBits(&r.Stats.In)
		}
	}
	if t == IDP || t == Full && (len(r.IDPOut)+len(r.IDPIn) > 0 || r.Payload != nil) {
		w["initialDataPacket"] = fmt.Sprintf("%x", []byte(r.IDPOut))
		w.both(r, "joyReverseInitialDataPacket", fmt.Sprintf("%x", []byte(r.IDPIn)))
	}
	if t == Full {
		w.full(r, counted)
	}
	return w
}

// both sets what there is only for flows of both directions.
func (w row) both(r *record.Record, name, value string) {
	if r.HasIn {
		w[name] = value
	}
}

func (w row) addresses(r *record.Record) {
	texts, addrs := [2]string{}, [2]netip.Addr{}
	for i, a := range [2]record.Addr{r.SA, r.DA} {
		texts[i], addrs[i] = a.Token, a.IP.WithZone("")
		if a.Token != "" {
			addrs[i], _ = netip.ParseAddr(a.Token)
		} else if a.IP.IsValid() {
			texts[i] = addrs[i].String()
		}
	}
	a, b := addrs[0], addrs[1]
	switch {
	case a.Is4() && b.Is4():
		w["sourceIPv4Address"], w["destinationIPv4Address"] = a.String(), b.String()
	case a.IsValid() && b.IsValid():
		w["sourceIPv6Address"], w["destinationIPv6Address"] = netip.AddrFrom16(a.As16()).String(), netip.AddrFrom16(b.As16()).String()
	default:
		w["joySourceText"], w["joyDestinationText"] = texts[0], texts[1]
	}
}

func ipBytes(s *record.StatsSide, n uint64) string {
	if x := math.Round(s.Len.Mean * float64(n)); x >= 0 && x < math.MaxUint64 {
		return fmt.Sprint(uint64(x))
	}
	return "0"
}

func flagBits(s *record.StatsSide) string {
	n := 0
	for i, count := range s.Flags {
		if count > 0 {
			n += 1 << i
		}
	}
	return fmt.Sprint(n)
}

func (w row) full(r *record.Record, counted bool) {
	w["flowStartNanoseconds"], w["flowEndNanoseconds"] = fmt.Sprint(max(int64(r.TimeStart), 0)), fmt.Sprint(max(int64(r.TimeEnd), 0))
	w["flowId"], w["joySegment"] = fmt.Sprint(uint64(r.FlowID)), fmt.Sprint(r.Segment)
	w["minimumTTL"] = fmt.Sprint(r.IP.Out.TTL)
	w.both(r, "reverseMinimumTTL", fmt.Sprint(r.IP.In.TTL))
	w["applicationName"], w["joyApplicationBy"], w["joyCommunityId"] = strings.Join(r.App, "/"), r.AppBy, string(r.CommunityID)
	w["joyPresent"] = fmt.Sprint(presence(r))
	w.tcp(r)
	w.icmp(r)
	w.packets(r)
	w.link(r)
	w.bytes(r)
	w.tls(r)
	w.protocols(r)
	if !counted {
		return
	}
	length := func(x float64) string { return fmt.Sprint(uint64(min(max(x, 0), math.MaxUint32))) }
	w["minimumIpTotalLength"], w["maximumIpTotalLength"] = length(r.Stats.Out.Len.Min), length(r.Stats.Out.Len.Max)
	w.both(r, "reverseMinimumIpTotalLength", length(r.Stats.In.Len.Min))
	w.both(r, "reverseMaximumIpTotalLength", length(r.Stats.In.Len.Max))
	w["joyServerRoundTrip"], w["joyClientRoundTrip"] = fmt.Sprintf("%x", r.Stats.RTTServer), fmt.Sprintf("%x", r.Stats.RTTClient)
}

func (w row) tcp(r *record.Record) {
	w["tcpSequenceNumber"], w["tcpWindowSize"] = "0", "0"
	w.both(r, "reverseTcpWindowSize", "0")
	if r.TCP == nil {
		return
	}
	if r.TCP.HasFirstSeq {
		w["tcpSequenceNumber"] = fmt.Sprint(r.TCP.FirstSeq)
	}
	if r.TCP.Out != nil {
		w["tcpWindowSize"] = fmt.Sprint(r.TCP.Out.Window)
	}
	if r.TCP.In != nil {
		w.both(r, "reverseTcpWindowSize", fmt.Sprint(r.TCP.In.Window))
	}
}

func (w row) icmp(r *record.Record) {
	name := ""
	switch {
	case w["sourceIPv4Address"] != "":
		name = "IcmpTypeCodeIPv4"
	case w["sourceIPv6Address"] != "":
		name = "IcmpTypeCodeIPv6"
	default:
		return
	}
	w["i"+name[1:]] = "0"
	w.both(r, "reverse"+name, "0")
	if r.ICMP == nil {
		return
	}
	for _, k := range slices.Backward(r.ICMP.Messages) {
		switch code := fmt.Sprint(int(k.Type)*256 + int(k.Code)); k.Dir {
		case ">":
			w["i"+name[1:]] = code
		case "<":
			w.both(r, "reverse"+name, code)
		}
	}
}

// list sets a list of values; in is the name of its elements.
func list[T any](w row, in string, values []T) {
	texts := []string(nil)
	for _, v := range values {
		texts = append(texts, fmt.Sprint(v))
	}
	w["["+in+"]"] = fmt.Sprintf("%q", texts)
}

// numbers is list for numbers that have a longer element too.
func numbers(w row, short, long string, values []uint32) {
	if len(values) > 0 && slices.Max(values) > 65535 {
		short = long
	}
	list(w, short, values)
}

func strs[T ~[]byte](values []T) (s []string) {
	for _, v := range values {
		s = append(s, string(v))
	}
	return s
}

func (w row) packets(r *record.Record) {
	var lengths, times []uint32
	directions := make([]byte, (len(r.Packets)+7)/8)
	for i, p := range r.Packets {
		lengths, times = append(lengths, p.B), append(times, p.IPT)
		if p.Dir != '>' {
			directions[i/8] |= 1 << (7 - i%8)
		}
	}
	numbers(w, "sequenceOfPacketLengths", "joyPacketLength", lengths)
	numbers(w, "sequenceOfPacketTimes", "joyPacketTime", times)
	w["joyPacketDirections"] = fmt.Sprintf("%x", directions)
}

func (w row) link(r *record.Record) {
	if len(r.SALabels)+len(r.DALabels) > 0 {
		list(w, "joySourceLabel", r.SALabels)
		list(w, "joyDestinationLabel", r.DALabels)
	}
	if r.L2 == nil {
		return
	}
	w["sourceMacAddress"], w["destinationMacAddress"] = fmt.Sprintf("%x", r.L2.SMAC[:]), fmt.Sprintf("%x", r.L2.DMAC[:])
	w["vlanId"] = fmt.Sprint(append(slices.Clone(r.L2.VLANOut), 0)[0])
	list(w, "vlanId", r.L2.VLANOut)
	if r.HasIn {
		w["reverseVlanId"] = fmt.Sprint(append(slices.Clone(r.L2.VLANIn), 0)[0])
		list(w, "reverseVlanId", r.L2.VLANIn)
	}
}

func (w row) bytes(r *record.Record) {
	if p := r.Payload; p != nil {
		w["joyPayload"] = fmt.Sprintf("%x", []byte(p.Out))
		w.both(r, "joyReversePayload", fmt.Sprintf("%x", []byte(p.In)))
	} else if len(r.IDPOut)+len(r.IDPIn) > 0 {
		w["joyPayload"] = ""
		w.both(r, "joyReversePayload", "")
	}
	if !r.HasDist && !r.HasDistMoments && !r.HasEntropy && len(r.CompactByteDist)+len(r.WHT) == 0 {
		return
	}
	w["byteDistribution"] = ""
	if r.HasDist {
		w["byteDistribution"] = fmt.Sprintf("%x", r.ByteDist)
	}
	w["joyCompactByteDistribution"] = fmt.Sprintf("%x", r.CompactByteDist)
	w["joyByteMean"], w["joyByteDeviation"] = fmt.Sprintf("%x", r.ByteDistMean), fmt.Sprintf("%x", r.ByteDistStd)
	w["joyEntropy"], w["joyTotalEntropy"] = fmt.Sprintf("%x", r.Entropy), fmt.Sprintf("%x", r.TotalEntropy)
	var wht []string
	for _, x := range r.WHT {
		wht = append(wht, fmt.Sprintf("%x", x))
	}
	list(w, "joyWalshHadamard", wht)
}

func (w row) tls(r *record.Record) {
	if r.TLS == nil {
		return
	}
	w["joyTlsClientVersion"], w["joyTlsServerVersion"] = fmt.Sprint(r.TLS.CVersion), fmt.Sprint(r.TLS.SVersion)
	w["joyTlsCipherSuite"] = fmt.Sprint(uint16(r.TLS.SCS))
	list(w, "joyTlsServerName", strs(r.TLS.SNI))
	list(w, "joyTlsOfferedProtocol", strs(r.TLS.ALPN))
	w["joyTlsProtocol"], w["joyTlsJa3"] = string(r.TLS.SALPN), string(r.TLS.JA3)
	w["joyTlsJa3s"], w["joyTlsJa4"] = string(r.TLS.JA3S), string(r.TLS.JA4)
	var suites, lengths, times, types []uint32
	for _, c := range r.TLS.CS {
		suites = append(suites, uint32(c))
	}
	directions := make([]byte, (len(r.TLS.SRLT)+7)/8)
	for i, t := range r.TLS.SRLT {
		lengths, times, types = append(lengths, uint32(t.B)), append(times, t.IPT), append(types, uint32(t.TP))
		if t.Dir != ">" {
			directions[i/8] |= 1 << (7 - i%8)
		}
	}
	numbers(w, "tlsCipherSuites", "joyTlsOfferedSuite", suites)
	list(w, "tlsRecordLengths", lengths)
	numbers(w, "tlsRecordTimes", "joyTlsRecordTime", times)
	list(w, "tlsContentTypes", types)
	w["joyTlsRecordDirections"] = fmt.Sprintf("%x", directions)
}

func (w row) protocols(r *record.Record) {
	if len(r.DNS) > 0 {
		w.dns(r)
	}
	if r.HTTP != nil && len(*r.HTTP) > 0 {
		w.http(*r.HTTP)
	}
	if s := r.SSH; s != nil {
		w["joySshClient"], w["joySshServer"], w["joySshClientHash"], w["joySshServerHash"] = "", "", "", ""
		if s.Cli != nil {
			w["joySshClient"], w["joySshClientHash"] = string(s.Cli.Protocol), fmt.Sprintf("%x", []byte(s.Cli.Hassh))
		}
		if s.Srv != nil {
			w["joySshServer"], w["joySshServerHash"] = string(s.Srv.Protocol), fmt.Sprintf("%x", []byte(s.Srv.HasshServer))
		}
	}
	if len(r.DHCP) > 0 {
		w["joyDhcpHostName"], w["joyDhcpFqdn"], w["joyDhcpVendorClass"] = "", "", ""
		for _, m := range slices.Backward(r.DHCP) {
			for name, value := range map[string]record.Text{"joyDhcpHostName": m.Hostname, "joyDhcpFqdn": m.FQDN, "joyDhcpVendorClass": m.VendorClass} {
				if len(value) > 0 {
					w[name] = string(value)
				}
			}
		}
	}
	if r.QUIC != nil {
		w["joyQuicVersion"], w["joyQuicUserAgent"] = fmt.Sprint(uint32(r.QUIC.Version)), string(r.QUIC.UserAgent)
	}
}

func (w row) dns(r *record.Record) {
	var names, answers []string
	w["joyDnsResponseCode"] = "0"
	for _, m := range r.DNS {
		if m.HasRN && m.HasHeader {
			w["joyDnsResponseCode"] = fmt.Sprint(m.RC)
		}
		switch {
		case m.HasRN:
			names = append(names, string(m.RN))
		case m.HasQN:
			names = append(names, string(m.QN))
		}
		for _, rr := range m.RR {
			for _, a := range []record.Addr{rr.A, rr.AAAA} {
				if a.Token != "" {
					answers = append(answers, a.Token)
				} else if a.IP.IsValid() {
					answers = append(answers, a.IP.WithZone("").String())
				}
			}
		}
	}
	list(w, "joyDnsName", slices.Compact(names))
	list(w, "joyDnsAddress", answers[:min(len(answers), 16)])
}

// http is about the first request, with the response beside it.
func (w row) http(all http.Info) {
	for _, name := range []string{"httpRequestMethod", "httpRequestHost", "httpRequestTarget", "httpUserAgent", "httpContentType"} {
		w[name] = ""
	}
	w["httpStatusCode"] = "0"
	for _, x := range all {
		parts := map[string]string{}
		for _, m := range []http.Message{x.Out, x.In} {
			for e := range m.All() {
				if name := strings.ToLower(string(e.Name)); parts[name] == "" {
					parts[name] = string(e.Value)
				}
			}
		}
		if parts["method"] != "" {
			w["httpRequestMethod"], w["httpRequestHost"], w["httpRequestTarget"] = parts["method"], parts["host"], parts["uri"]
			w["httpUserAgent"], w["httpStatusCode"], w["httpContentType"] = parts["user-agent"], parts["code"], parts["content-type"]
			return
		}
	}
}

// presence is joyPresent, bit by bit.
func presence(r *record.Record) (n int) {
	icmp := func(dir string) bool {
		if r.ICMP != nil {
			for _, k := range r.ICMP.Messages {
				if k.Dir == dir {
					return true
				}
			}
		}
		return false
	}
	answered := false
	for _, m := range r.DNS {
		answered = answered || m.HasRN && m.HasHeader
	}
	for i, has := range []bool{
		r.SP >= 0, r.DP >= 0, r.TCP != nil && r.TCP.HasFirstSeq, r.TCP != nil && r.TCP.Out != nil, r.TCP != nil && r.TCP.In != nil,
		icmp(">"), icmp("<"), r.HasDistMoments, r.HasEntropy, r.Stats != nil && r.Stats.HasRTTServer,
		r.Stats != nil && r.Stats.HasRTTClient, r.TLS != nil && r.TLS.HasSCS, answered,
	} {
		if has {
			n |= 1 << i
		}
	}
	return n
}

// compare wants a row to be what was wanted, name by name.
func compare(t testing.TB, got, want row) {
	t.Helper()
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		g, has := got[name]
		w, wants := want[name]
		if g != w || has != wants {
			t.Errorf("%s is %q (%t), want %q (%t)", name, g, has, w, wants)
		}
	}
}
