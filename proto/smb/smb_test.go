package smb

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"joy/feature"
	"joy/feature/featuretest"
)

var le = binary.LittleEndian

func wide(s string) (b string) {
	for _, u := range utf16.Encode([]rune(s)) {
		b += string(le.AppendUint16(nil, u))
	}
	return b
}

func u16(n ...uint16) (b string) {
	for _, n := range n {
		b += string(le.AppendUint16(nil, n))
	}
	return b
}

func u32(n uint32) string { return string(le.AppendUint32(nil, n)) }
func pad(n int) string    { return strings.Repeat("\x00", n) }

func framed(m string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(m)))) + m }

// smb1 is a message of SMB 1 with UTF-16.
func smb1(command byte, reply bool, words, bytes string) string {
	flags := byte(0x18)
	if reply {
		flags |= reply1
	}
	return framed(magic1 + string([]byte{command}) + pad(4) + string([]byte{flags}) + u16(0xc801) + pad(12) + u16(1, 2, 3, 4) +
		string([]byte{byte(len(words) / 2)}) + words + u16(uint16(len(bytes))) + bytes)
}

func smb2(command uint16, reply bool, id, status, next uint32, body string) string {
	flags := uint32(0)
	if reply {
		flags = 1
	}
	return magic2 + u16(64, 1) + u32(status) + u16(command, 1) + u32(flags) + u32(next) + u32(id) + pad(36) + body
}

func context(kind uint16, v string) string {
	return u16(kind, uint16(len(v))) + pad(4) + v + pad((8-len(v)%8)%8)
}

const guid = "0123456789abcdef"

func negotiate() string {
	dialects := u16(0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
	body := u16(36, 5, 1, 0) + u32(0x7f) + guid + u32(64+36+10+2) + u16(4, 0) + dialects + pad(2)
	return framed(smb2(negotiate2, false, 0, 0, 0, body+context(1, pad(38))+context(2, u16(4, 4, 2, 3, 1))+context(5, wide("files"))+context(8, u16(3, 2, 1, 0))))
}

func negotiated() string {
	body := u16(65, 3, 0x0311, 2) + "fedcba9876543210" + u32(0x2f) + pad(28) + u16(128, 0) + u32(128)
	return framed(smb2(negotiate2, true, 0, 0, 0, body+context(2, u16(1, 2))+context(8, u16(1, 2))))
}

func setup(token string) string {
	return framed(smb2(sessionSetup2, false, 1, 0, 0, u16(25, 0)+pad(8)+u16(64+24, uint16(len(token)))+pad(8)+token))
}

func welcome(token string) string {
	return framed(smb2(sessionSetup2, true, 1, 0xc0000016, 0, u16(9, 0, 64+8, uint16(len(token)))+token))
}

func pair(id uint16, s string) string { return u16(id, uint16(len(s))) + s }

func challenge() string {
	info := pair(2, wide("CORP")) + pair(1, wide("FILES")) + pair(3, wide("files.corp.example")) + pair(0, "")
	return "NTLMSSP\x00" + u32(2) + u16(0, 0) + u32(56) + u32(0x02000001) + pad(16) + u16(uint16(len(info)), uint16(len(info))) + u32(56) + "\x0a\x00" + u16(17763) + "\x00\x00\x00\x0f" + info
}

func answer(user string) string {
	parts := []string{"lm", "nt", wide("CORP"), wide(user), wide("PC7"), "key"}
	head, data, off := "NTLMSSP\x00"+u32(3), "", 72
	for _, p := range parts {
		head += u16(uint16(len(p)), uint16(len(p))) + u32(uint32(off))
		off += len(p)
		data += p
	}
	return head + u32(0x02000001) + "\x0a\x00" + u16(19041) + "\x00\x00\x00\x0f" + data
}

func tree(id uint32, path string) string {
	return smb2(treeConnect2, false, id, 0, 0, u16(9, 0, 64+8, uint16(len(wide(path))))+wide(path))
}

func treeReply(id, status uint32, kind byte) string {
	return framed(smb2(treeConnect2, true, id, status, 0, u16(16)+string([]byte{kind})+pad(13)))
}

func sessionRequestOf(called, calling string) string {
	encode := func(s string) (b string) {
		for _, c := range []byte(s + strings.Repeat(" ", 16-len(s))) {
			b += string([]byte{'A' + c>>4, 'A' + c&15})
		}
		return "\x20" + b + "\x00"
	}
	return "\x81\x00\x00\x44" + encode(called) + encode(calling)
}

// apRequest is the begin of an AP-REQ with a ticket for cifs/files at CORP.
const apRequest = "\x60\x82\x06\x00\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00" +
	"\x6e\x82\x05\x00\x30\x82\x04\xfc\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x0e\xa2\x07\x03\x05\x00\x20\x00\x00\x00" +
	"\xa3\x82\x04\x00\x61\x82\x03\xfc\x30\x82\x03\xf8\xa0\x03\x02\x01\x05\xa1\x06\x1b\x04CORP" +
	"\xa2\x18\x30\x16\xa0\x03\x02\x01\x02\xa1\x0f\x30\x0d\x1b\x04cifs\x1b\x05files\xa3\x82\x03\xc0\x30\x82\x03\xbc\xa0\x03\x02\x01\x12"

func chained() string {
	first := tree(7, `\\files\IPC$`)
	for len(first)%8 != 0 {
		first += "\x00"
	}
	first = first[:20] + u32(uint32(len(first))) + first[24:]
	return framed(first + tree(8, `\\files\home`))
}

var sessions = []featuretest.Session{
	featuretest.Bytes("smb3", feature.TCP, negotiate(), negotiated(), setup("NTLMSSP\x00"+u32(1)+pad(24)), welcome(challenge()), setup("\x30\x20"+answer("anna😀")), welcome(""),
		framed(tree(5, `\\files\home`)), treeReply(5, 0x103, 0)+treeReply(5, 0, 1), chained(), treeReply(8, 0xc0000022, 0)+treeReply(7, 0, 2)),
	featuretest.Bytes("kerberos", feature.TCP, negotiate(), negotiated(), setup(apRequest), welcome("\x02\x00\x6f\x10")),
	featuretest.Bytes("smb1", feature.TCP, sessionRequestOf("FILES", "PC7"), "\x82\x00\x00\x00",
		smb1(negotiate1, false, "", "\x02PC NETWORK PROGRAM 1.0\x00\x02NT LM 0.12\x00"), smb1(negotiate1, true, u16(1)+"\x07"+u16(50, 1)+u32(16644)+u32(65536)+u32(0)+u32(0x0000f3fd)+pad(10)+"\x08", pad(8)+wide("CORP")+pad(2)),
		smb1(sessionSetup1, false, "\x75\x00"+u16(0, 4356, 50, 1)+u32(0)+u16(1, 0)+u32(0)+u32(0xd4), "\x00"+wide("anna\x00CORP\x00Windows\x00Client\x00")), "",
		smb1(treeConnect1, false, "\xff\x00"+u16(0, 8, 1), "\x00"+wide(`\\FILES\IPC$`)+"\x00\x00?????\x00"), smb1(treeConnect1, true, "\xff\x00"+u16(0, 1), "IPC\x00\x00")),
	featuretest.Bytes("encrypted", feature.TCP, negotiate(), framed(encrypted+pad(60))),
	featuretest.Bytes("long-message", feature.TCP, negotiate(), framed(smb2(8, true, 1, 0, 0, pad(9000)))+negotiated()),
}

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"smb", "smb2"}) }

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions...) }

func FuzzSMB(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions...) }

func run(chunks ...feature.Chunk) (*Info, feature.Verdict) {
	p := Module.New(featuretest.Settings()).(*Parser)
	v, _ := featuretest.Feed(&Module, p, feature.TCP, chunks)
	return p.Info(feature.Both), v
}

func TestFacts(t *testing.T) {
	in, _ := run(sessions[0].Chunks...)
	c, s := in.Client, in.Server
	if len(c.Dialects) != 5 || s.Dialect != 0x0311 || c.Signing != "enabled" || s.Signing != "required" || len(c.Ciphers) != 4 || c.Ciphers[0] != 4 || len(s.Ciphers) != 1 || string(c.Target) != "files" {
		t.Errorf("negotiation: %s", featuretest.JSON(t, in))
	}
	if string(c.User) != "anna😀" || string(c.Domain) != "CORP" || string(c.Host) != "PC7" || string(s.DNSHost) != "files.corp.example" || string(s.Host) != "FILES" || le16(s.Windows[2:]) != 17763 {
		t.Errorf("setup: %s", featuretest.JSON(t, in))
	}
	if len(in.Shares) != 3 || string(in.Shares[2].Path) != `\\files\home` || in.Shares[2].Status != 0xc0000022 || in.Shares[1].Kind != "pipe" || in.Shares[0].Kind != "disk" {
		t.Errorf("shares: %s", featuretest.JSON(t, in.Shares))
	}
	in, _ = run(sessions[1].Chunks...)
	if in.Client.Auth != "kerberos" || string(in.Client.Service) != "cifs/files" || string(in.Client.Realm) != "CORP" || in.Server.Auth != "kerberos" {
		t.Errorf("kerberos: %s", featuretest.JSON(t, in))
	}
	in, _ = run(sessions[2].Chunks...)
	if string(in.Client.User) != "anna" || string(in.Server.Name) != "NT LM 0.12" || string(in.Client.Called) != "FILES" || len(in.Shares) != 1 || string(in.Shares[0].Path) != `\\FILES\IPC$` || in.Shares[0].Kind != "pipe" || string(in.Client.OS) != "Windows" {
		t.Errorf("SMB 1: %s", featuretest.JSON(t, in))
	}
}

// TestGaps: within a message that does not matter bytes may be missing; behind
// any other gap a message has to begin.
func TestGaps(t *testing.T) {
	data := framed(smb2(8, true, 1, 0, 0, pad(900)))
	for name, tt := range map[string]struct {
		chunks []feature.Chunk
		found  bool
	}{
		"within data":          {[]feature.Chunk{{Dir: 1, Bytes: []byte(data[:500])}, {Dir: 1, Lost: 400, Bytes: []byte(data[900:] + negotiated())}}, true},
		"up to a message":      {[]feature.Chunk{{Dir: 1, Bytes: []byte(data)}, {Dir: 1, Lost: 4000, Bytes: []byte(negotiated())}}, true},
		"into the next header": {[]feature.Chunk{{Dir: 1, Bytes: []byte(data)}, {Dir: 1, Lost: 30, Bytes: []byte(negotiated()[30:] + negotiated())}}, false},
	} {
		in, _ := run(tt.chunks...)
		if found := in != nil && in.Server != nil; found != tt.found || found && !in.Gap {
			t.Errorf("%s: found is %v", name, found)
		}
	}
}

func TestBounds(t *testing.T) {
	all := ""
	for i := range uint32(40) {
		all += framed(tree(i, `\\files\`+strings.Repeat("x", 1000)))
	}
	in, _ := run(feature.Chunk{Bytes: []byte(negotiate() + all)})
	if len(in.Shares) != maxShares || in.More != 40-maxShares || !in.Truncated || len(in.Shares[0].Path) > maxName {
		t.Errorf("%d shares, %d more", len(in.Shares), in.More)
	}
	many := framed(smb2(8, false, 1, 0, 0, pad(49)))
	_, v := run(feature.Chunk{Bytes: []byte(strings.Repeat(many, 200))}, feature.Chunk{Dir: 1, Bytes: []byte(strings.Repeat(many, 200))})
	if v != feature.Done {
		t.Errorf("verdict %d", v)
	}
}

func TestMatchRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"TLS": "\x16\x03\x01\x02\x00\x01", "DNS over TCP": "\x00\x20\x12\x34\x01\x00\x00\x01\x00\x00", "SMB without frame": magic2 + pad(60), "too short": "\x00\x00\x00\x10" + magic1,
		"session request, other names": sessionRequestOf("a", "b")[:20] + "z", "other": "\x81\x00\x00\x44\x20AAzz",
	} {
		if g := Match(&feature.Chunk{Bytes: []byte(b)}); g != feature.No {
			t.Errorf("%s: %d", name, g)
		}
	}
}

// TestMidStream: which SMB it is shows without the negotiation.
func TestMidStream(t *testing.T) {
	in, _ := run(feature.Chunk{Bytes: []byte(smb1(0x2e, false, u16(0xff, 0), ""))})
	if in == nil || in.Version != 1 || in.Client != nil {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
}

func TestCutReportsOnce(t *testing.T) {
	p := new(Parser)
	p.Data(&feature.Chunk{Bytes: []byte(negotiate())})
	p.Cut()
	if p.Info(feature.Both) != nil {
		t.Error("reported twice")
	}
	p.Data(&feature.Chunk{Dir: feature.In, Bytes: []byte(negotiated())})
	if in := p.Info(feature.Both); in == nil || in.Client != nil || in.Server.Dialect != 0x0311 {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
}

func BenchmarkSession(b *testing.B) {
	p := new(Parser)
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range sessions[0].Chunks {
			p.Data(&sessions[0].Chunks[i])
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	other := feature.Chunk{Bytes: []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")}
	for b.Loop() {
		Match(&other)
	}
}
