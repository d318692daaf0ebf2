package fingerprints

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint/npf"
	"joy/proto/openvpn"
	"joy/proto/ssh"
	"joy/proto/tls"
	"joy/record"
)

// The examples of mercury's doc/npf.md for the forms that records have. Of quic
// and tls it gives older ones, and that of ssh has half a byte too many there,
// behind the version line.
const (
	npfOpenVPN = "openvpn/(06)(03)(0400)(14)(0301)(c014c00ac022c0210039003800880087c00fc00500350084c012c008c01cc01b00160013c00dc003000ac013c009c01fc01e0033003" +
		"2009a009900450044c00ec004002f00960041c011c007c00cc002000500040015001200090014001100080006000300ff)((000b000403000102)(000a00340032000e000d00" +
		"19000b000c00180009000a00160017000800060007001400150004000500120013000100020003000f00100011)(0023)(000f000101))"
	npfSSH = "ssh/(5353482d322e302d4f70656e5353485f382e39207031205562756e74752d33)(637572766532353531392d7368613235362c656364682d736861322d6e697374703235" +
		"362c6469666669652d68656c6c6d616e2d67726f757031342d736861323536)(7373682d656432353531392c7273612d736861322d353132)(63686163686132302d706f6c79" +
		"31333035406f70656e7373682e636f6d2c6165733132382d637472)(63686163686132302d706f6c7931333035406f70656e7373682e636f6d2c6165733132382d637472)(75" +
		"6d61632d36342d65746d406f70656e7373682e636f6d2c686d61632d736861322d3235362d65746d406f70656e7373682e636f6d)(756d61632d36342d65746d406f70656e73" +
		"73682e636f6d2c686d61632d736861322d3235362d65746d406f70656e7373682e636f6d)(6e6f6e652c7a6c6962406f70656e7373682e636f6d)(6e6f6e652c7a6c6962406f" +
		"70656e7373682e636f6d)()()"
	npfDTLS = "dtls/1/(fefd)(c02c)[(000a000c000a001d0017001e00190018)(000b000403000102)(000d0030002e040305030603080708080809080a080b08040805080604010501060" +
		"1030302030301020103020202040205020602)(0016)]"
)

// TestVectors: what a message shows that the example describes comes out as the
// example.
func TestVectors(t *testing.T) {
	for _, want := range []string{npfOpenVPN, npfSSH, npfDTLS} {
		if a, _ := prints(t, described(t, want)); !slices.Contains(a, want) {
			t.Errorf("%s\nis not in\n%s", want, strings.Join(a, "\n"))
		}
	}
}

// described is a record of such a message.
func described(t *testing.T, fp string) *record.Record {
	t.Helper()
	tree, err := npf.Parse(fp)
	if err != nil {
		t.Fatal(err)
	}
	items := tree.Items
	switch tree.Kind {
	case "ssh":
		text := func(i int) []byte { return items[i].Bytes }
		return &record.Record{SSH: &ssh.Info{Cli: &ssh.Side{
			Protocol: text(0), HasOffer: true, KexAlgos: text(1), HostKeyAlgos: text(2), CEncryption: text(3), SEncryption: text(4),
			CMAC: text(5), SMAC: text(6), CComp: text(7), SComp: text(8), CLanguages: text(9), SLanguages: text(10),
		}}}
	case "openvpn":
		return &record.Record{
			Pr: items[0].Bytes[0], TLS: message(items[4:]),
			OpenVPN: &openvpn.Info{HelloIn: [2]uint8{items[1].Bytes[0]}, MAC: items[3].Bytes[0]},
		}
	}
	r := &record.Record{TLS: message(items)}
	r.TLS.Carrier = tls.OverDTLS
	slices.Reverse(r.TLS.CExtensions)
	return r
}

// message is a hello with what version, suites and extensions show.
func message(items []npf.Element) *tls.Info {
	i := &tls.Info{JA3: []byte("seen whole"), CLegacy: binary.BigEndian.Uint16(items[0].Bytes)}
	for b := range slices.Chunk(items[1].Bytes, 2) {
		i.CS = append(i.CS, tls.Code(binary.BigEndian.Uint16(b)))
	}
	for _, e := range items[2].Items {
		x := tls.Extension{Type: binary.BigEndian.Uint16(e.Bytes)}
		if len(e.Bytes) > 4 {
			x.Data = e.Bytes[4:]
		}
		i.CExtensions = append(i.CExtensions, x)
	}
	return i
}
