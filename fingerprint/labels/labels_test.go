package labels

import (
	"net/netip"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/observe"
)

// flow is one of TCP from 10.0.0.1 to port 443 of 192.0.2.1.
func flow() *observe.Flow {
	c := fingerprint.Context{Addr: netip.MustParseAddr("192.0.2.1"), Port: 443}
	return &observe.Flow{
		Start: 1000.5, SA: netip.MustParseAddr("10.0.0.1"), DA: c.Addr, SP: 5000, DP: 443, Pr: 6,
		Ends: [2]fingerprint.Observation{{Context: c}, {Context: c, Server: true}},
	}
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		end   int
		want  string // program, "" for none
	}{
		"by file":             {"file,process\nb.pcap,no\na.pcap,yes\n", 0, "yes"},
		"the server":          {"file,process,side\na.pcap,client,\na.pcap,nginx,server\n", 1, "nginx"},
		"not for the server":  {"file,process\na.pcap,yes\n", 1, ""},
		"any side":            {"process,side\nyes,any\n", 1, "yes"},
		"a pattern":           {"file,process\na*,yes\na.pcap,later\n", 0, "yes"},
		"the exact one first": {"file,process\na.pcap,yes\n*,later\n", 0, "yes"},
		"another file":        {"file,process\nb*,no\n", 0, ""},
		"address":             {"addr,process\n10.0.0.2,no\n10.0.0.0/24,yes\n", 0, "yes"},
		"the server's":        {"addr,process,side\n10.0.0.0/24,no,server\n192.0.2.1,yes,server\n", 1, "yes"},
		"port":                {"port,process\n80,no\n443,yes\n", 0, "yes"},
		"protocol":            {"proto,process\n17,no\n6,yes\n", 0, "yes"},
		"before":              {"end,process\n1000.5,no\n1000.6,yes\n", 0, "yes"},
		"from then on":        {"start,process\n1000.6,no\n1000.5,yes\n", 0, "yes"},
	} {
		table, err := Read(strings.NewReader(c.table))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if l, ok := table.Find("a.pcap", flow(), c.end); l.Name != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v", name, l.Name, ok)
		}
	}
}

func TestLabel(t *testing.T) {
	table, err := Read(strings.NewReader("\ufeffhost,malware,category,os,sha256,version,process\n" +
		"h1,1,tool,Debian 12,ABCD,\"8.1, patched\",curl\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := table.Find("x", flow(), 0)
	want := fingerprint.Process{Name: "curl", Version: "8.1, patched", SHA256: "abcd", OS: "Debian 12", Category: "tool", Malware: true}
	if got.Host != "h1" || got.Name != want.Name || got.Version != want.Version || got.SHA256 != want.SHA256 ||
		got.OS != want.OS || got.Category != want.Category || got.Malware != want.Malware {
		t.Errorf("%+v", got)
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "line of names",
		"file\nx\n":                    "no column process",
		"process,colour\n":             `no column "colour"`,
		"process,process\n":            `two columns "process"`,
		"process,file\n,x\n":           "line 2: no process",
		"process,file\nx,[\n":          `file "["`,
		"process,side\nx,left\n":       `side "left"`,
		"process,addr\nx,10.0.0\n":     "line 2: ",
		"process,port\nx,70000\n":      `port "70000"`,
		"process,proto\nx,256\n":       `proto "256"`,
		"process,start\nx,noon\n":      `start "noon"`,
		"process,malware\nx,perhaps\n": `malware "perhaps"`,
		"process,file\nx\n":            "line 2: ",
		"process\n" + strings.Repeat("x", maxField+1): "a field of",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("file,side,addr,port,proto,start,end,process,version\na*,server,10.0.0.0/8,443,6,0,1,curl,8\n", "a.pcap")
	f.Fuzz(func(t *testing.T, text, file string) {
		table, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if l, ok := table.Find(file, flow(), 0); ok && l.Name == "" {
			t.Errorf("%q: a label without a program", text)
		}
	})
}
