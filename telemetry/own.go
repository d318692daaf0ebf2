package telemetry

import (
	"bytes"

	"joy/feature"
	"joy/record"
	"joy/telemetry/element"
)

// present reports whether our own exporter says that it knows a value.
func (v *values) present(bit uint64) bool { return v.number(joyPresent, out)&bit != 0 }

// original is a text of our own exporter, where characters of the private use
// area stand for bytes that are no UTF-8. They begin with 0xef.
func original(b []byte) feature.Text {
	if bytes.IndexByte(b, 0xef) < 0 {
		return b
	}
	return feature.OriginalBytes(string(b))
}

// tokens reads the texts that stand for addresses where our own exporter hides
// them. It reports false when there are none.
func (v *values) tokens(r *record.Record) bool {
	a, b := v.at[out][addressText], v.at[in][addressText]
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	r.SA.Token, r.DA.Token = string(original(a)), string(original(b))
	return true
}

// own fills in what our own exporter says beside what others do.
func (d *Decoder) own(v *values, r *record.Record) {
	if !v.has(joyPresent, out) {
		return
	}
	r.Segment = uint32(v.number(joySegment, out))
	r.FlowID = record.FlowID(v.number(joyFlowID, out))
	if b := v.at[out][communityID]; len(b) > 0 {
		r.CommunityID = b
	}
	d.ownPorts(v, r)
	d.ownApps(v, r)
	d.ownLabels(v, r)
	d.ownSYN(v, r)
	d.ownBytes(v, r)
	d.ownProtocols(v, r)
}

// ownPorts takes back ports that a zero stands for.
func (d *Decoder) ownPorts(v *values, r *record.Record) {
	if !v.present(element.KnowsSourcePort) {
		r.SP = -1
	}
	if !v.present(element.KnowsDestinationPort) {
		r.DP = -1
	}
}

// ownApps reads the protocols, with slashes between them.
func (d *Decoder) ownApps(v *values, r *record.Record) {
	r.AppBy = string(v.at[out][appBy])
	list := d.room.apps[:0]
	for app := range bytes.SplitSeq(v.at[out][appName], []byte("/")) {
		if len(app) > 0 {
			list = append(list, string(app))
		}
	}
	d.room.apps, r.App = list, list
	r.Telemetry.AppName = nil
}

func (d *Decoder) ownLabels(v *values, r *record.Record) {
	for dir, labels := range [2]*[]string{&r.SALabels, &r.DALabels} {
		list := d.room.labels[dir][:0]
		for text := range v.texts(label, dir) {
			list = append(list, string(text))
		}
		d.room.labels[dir], *labels = list, list
	}
}

// ownSYN fills in facts of the SYN segments. Their flags and options are not
// sent.
func (d *Decoder) ownSYN(v *values, r *record.Record) {
	t, syn := &d.room.tcp, &d.room.syn
	*t = record.TCP{HasFirstSeq: v.present(element.KnowsFirstSeq)}
	if t.HasFirstSeq {
		t.FirstSeq = uint32(v.number(tcpSequence, out))
	}
	if v.present(element.KnowsWindow) {
		syn[out] = record.SYN{Window: uint16(v.number(tcpWindow, out))}
		t.Out = &syn[out]
	}
	if v.present(element.KnowsReverseWindow) {
		syn[in] = record.SYN{Window: uint16(v.number(tcpWindow, in))}
		t.In = &syn[in]
	}
	if *t != (record.TCP{}) {
		r.TCP = t
	}
}

// ownBytes fills in what was worked out of the payload.
func (d *Decoder) ownBytes(v *values, r *record.Record) {
	if r.HasDistMoments = v.present(element.KnowsMoments); r.HasDistMoments {
		r.ByteDistMean, r.ByteDistStd = float(v.at[out][byteMean]), float(v.at[out][byteDeviation])
	}
	if r.HasEntropy = v.present(element.KnowsEntropy); r.HasEntropy {
		r.Entropy, r.TotalEntropy = float(v.at[out][entropy]), float(v.at[out][totalEntropy])
	}
	r.CompactByteDist = v.at[out][compactBytes]
	list := d.room.wht[:0]
	for b := v.at[out][walshHadamard]; v.each[out][walshHadamard] == 8 && len(b) >= 8; b = b[8:] {
		list = append(list, float(b[:8]))
	}
	d.room.wht, r.WHT = list, list
	p := &d.room.payload
	*p = record.Payload{Out: v.at[out][firstPayload], In: v.at[in][firstPayload]}
	if len(p.Out)+len(p.In) > 0 {
		r.Payload = p
	}
	o := r.Telemetry
	if o.HasRTTServer = v.present(element.KnowsServerRTT); o.HasRTTServer {
		o.RTTServer = float(v.at[out][serverRTT])
	}
	if o.HasRTTClient = v.present(element.KnowsClientRTT); o.HasRTTClient {
		o.RTTClient = float(v.at[out][clientRTT])
	}
}
