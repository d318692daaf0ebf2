package quic

import (
	"bytes"
	"encoding/hex"
	"testing"

	"joy/feature"
)

// TestKeys: RFC 9001 A.1, RFC 9369 A.1, draft-ietf-quic-tls-29 A.1.
func TestKeys(t *testing.T) {
	for _, v := range []struct {
		version            uint32
		clientIV, serverIV string
	}{
		{version1, "fa044b2f42a3fd3b46fb255c", "0ac1493ca1905853b0bba03e"},
		{version2, "91f73e2351d8fa91660e909f", "dd13c276499c0249d3310652"},
		{0xff00001d, "6b26114b9cba2b63a9e8dd4f", "bab2b12a4c76016ace47856d"},
	} {
		s := secrets{dialect: dialectOf(v.version)}
		s.cid.set(unhex(t, "8394c8f03e515708"))
		for r, want := range []string{v.clientIV, v.serverIV} {
			if got := hex.EncodeToString(s.derive(role(r)).iv[:]); got != want {
				t.Errorf("%08x: iv %d is %s, want %s", v.version, r, got, want)
			}
		}
	}
}

// vectorHello is the payload of the client's packet in all three documents.
const vectorHello = `
	060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c0
	00000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e0005000501
	00000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304
	000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07
	048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff`

// vectors are the packets of the server, and the beginning of the client's
// (A.2 and A.3 of the documents).
var vectors = []struct {
	name           string
	version        uint32
	client, server string
}{
	{"v1", version1, "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c", `
		cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede
		4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06ed
		bb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee`},
	{"v2", version2, "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c", `
		dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf872630179153582300
		35f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a688
		1eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140`},
	{"draft-29", 0xff00001d, "", `
		caff00001d0008f067a5502a4262b5004074aaf2f007823a5d3a1207c86ee49132824f0465243d082d868b107a38092bc80528664cbf
		9456ebf27673fb5fa5061ab573c9f001b81da028a00d52ab00b15bebaa70640e106cf2acd043e9c6b4411c0a79637134d8993701fe77
		9e58c2fe753d14b0564021565ea92e57bc6faf56dfc7a40870e6`},
}

func vectorPacket(t testing.TB, version uint32) string {
	cid := string(unhex(t, "8394c8f03e515708"))
	p := packetizer{version: version, origin: cid, dcid: cid, role: client, number: 2}
	return p.initial(4, string(unhex(t, vectorHello))+string(make([]byte, 917)))
}

// TestVectors: the client's packet comes out as printed, and both are read.
func TestVectors(t *testing.T) {
	for _, v := range vectors {
		c := vectorPacket(t, v.version)
		if want := unhex(t, v.client); !bytes.HasPrefix([]byte(c), want) {
			t.Errorf("%s: the client's packet begins with %x", v.name, c[:len(want)])
		}
		p := New()
		s := udp(v.name, ">"+c, "<"+string(unhex(t, v.server)))
		listen(p, s.Chunks)
		i, q := p.TLS(feature.Both), p.Info(feature.Both)
		// The packet of draft 29 holds frames of a draft before.
		if i == nil || len(i.SNI) != 1 || string(i.SNI[0]) != "example.com" || i.HasSCS != (v.name != "draft-29") {
			t.Errorf("%s: the hellos are not read: %+v", v.name, i)
		}
		if q.Undecrypted > 0 || len(q.CParams) != 8 || q.VersionName != v.name {
			t.Errorf("%s: %+v", v.name, q)
		}
	}
}
