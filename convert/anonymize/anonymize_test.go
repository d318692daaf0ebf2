package anonymize_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/convert/anonymize"
	"joy/enrich/anon"
)

// hiding hides 10.0.0.0/8 and 2001:db8::/32, and the name bob.
func hiding(t testing.TB) *anonymize.Anonymizer {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := file("key", strings.Repeat("k", 16))
	a, err := anon.New(anon.Config{Subnets: file("subnets", "10.0.0.0/8\n2001:db8::/32\n"), KeyFile: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	k, err := anon.LoadJoyKey(key, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := anon.NewUsers(file("users", "bob\n"), k)
	if err != nil {
		t.Fatal(err)
	}
	return anonymize.New(anonymize.Config{Addresses: a, Users: u})
}

// What no joy has written is searched all the same.
func TestForeign(t *testing.T) {
	for _, tt := range []struct{ name, line, want string }{
		{"nothing", `{"sa":"192.0.2.1","x":["a",{"y":"00ff"}]}`, `{"sa":"192.0.2.1","x":["a",{"y":"00ff"}]}`},
		{"unknown text", `{"sa":"192.0.2.1","x":[{"y":"at 10.1.2.3!"}]}`, `{"sa":"192.0.2.1","x":[{"y":"at TOKEN!"}]}`},
		{"unknown bytes", `{"sa":"192.0.2.1","x":"ff0a010203"}`, `{"sa":"192.0.2.1","x":""}`},
		{"unknown name", `{"sa":"192.0.2.1","10.1.2.3":1,"x":{"10.1.2.3":2}}`, `{"sa":"192.0.2.1","TOKEN":1,"x":{"TOKEN":2}}`},
		{"escaped", `{"sa":"192.0.2.1","x":"\u00310.1.2.3"}`, `{"sa":"192.0.2.1","x":"TOKEN"}`},
		{"escaped address", `{"s\u0061":"\u00310.1.2.3"}`, `{"sa":"TOKEN"}`},
		{"twice", `{"sa":"10.1.2.3","sa":"192.0.2.1","x":{"a":"10.1.2.3","a":1}}`, `{"sa":"192.0.2.1","x":{"a":"TOKEN","a":1}}`},
		{"text for a number", `{"sa":"192.0.2.1","pr":"10.1.2.3","packets":[{"b":"10.1.2.3"}]}`, `{"sa":"192.0.2.1","pr":"TOKEN","packets":[{"b":"TOKEN"}]}`},
		{"text for a hash", `{"sa":"192.0.2.1","tls":{"ja3":"10.1.2.3","c_random":{"x":"10.1.2.3"}}}`, `{"sa":"192.0.2.1","tls":{"ja3":"TOKEN","c_random":{"x":"TOKEN"}}}`},
		{"object for a text", `{"sa":"192.0.2.1","dns":{"qn":{"x":"10.1.2.3"}}}`, `{"sa":"192.0.2.1","dns":{"qn":{"x":"TOKEN"}}}`},
		{"list for an object", `{"sa":"192.0.2.1","l2":["10.1.2.3"],"encap":"10.1.2.3","fingerprints":["10.1.2.3"]}`, `{"sa":"192.0.2.1","l2":["TOKEN"],"encap":"TOKEN","fingerprints":["TOKEN"]}`},
		{"no text for an address", `{"sa":"192.0.2.1","da":["10.1.2.3"]}`, `{"sa":"192.0.2.1","da":["TOKEN"]}`},
		{"no flow", `{"interface":"eth0","at":"10.1.2.3"}`, `{"interface":"eth0","at":"TOKEN"}`},
		{"odd header", `{"sa":"192.0.2.1","http":[{"out":[{"a":"10.1.2.3","b":1}]}]}`, `{"sa":"192.0.2.1","http":[{"out":[{"a":"TOKEN","b":1}]}]}`},
		{"odd extension", `{"sa":"192.0.2.1","tls":{"c_extensions":[{"new":"0a010203"},{"kind":70000,"data":"0a010203"}]}}`, `{"sa":"192.0.2.1","tls":{"c_extensions":[{"new":""},{"kind":70000,"data":""}]}}`},
		{"odd options", `{"sa":"192.0.2.1","dhcp":[{"options":[{"x":"10.1.2.3"}],"relay":["10.1.2.3"]}],"tcp":{"out":{"opts":[{"kind":"10.1.2.3"}]}}}`, `{"sa":"192.0.2.1","dhcp":[{"options":[{"x":"TOKEN"}],"relay":["TOKEN"]}],"tcp":{"out":{"opts":[{"kind":"TOKEN"}]}}}`},
		{"odd payload of IKE", `{"sa":"192.0.2.1","ike":{"init":{"messages":[{"payloads":["10.1.2.3",{"x":{"10.1.2.3":"10.1.2.3"}}]}]}}}`, `{"sa":"192.0.2.1","ike":{"init":{"messages":[{"payloads":["TOKEN",{"x":{"TOKEN":"TOKEN"}}]}]}}}`},
		{"user", `{"sa":"192.0.2.1","http":[{"out":[{"method":"GET"},{"uri":"/bob/"},{"version":"1"}]}]}`, `{"sa":"192.0.2.1","http":[{"out":[{"method":"GET"},{"uri":"/USER/"},{"version":"1"},{"usernames":["USER"]}]}]}`},
		{"identifiers", `{"sa":"10.1.2.3","community_id":"1:x","l2":{"smac":"02:00:00:00:00:01"},"flow_id":"odd"}`, `{"sa":"TOKEN","flow_id":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := hiding(t).Line([]byte(tt.line))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.NewReplacer("TOKEN", token, "USER", user).Replace(tt.want)
			if string(got) != want {
				t.Errorf("%s\nwant\n%s", got, want)
			}
		})
	}
}

// What stands for 10.1.2.3 and for bob.
const (
	token = "dd17f398abf5160abef9a828168face7"
	user  = "3b905a0dd0a6bf4b71337f0c4eeff3e0"
)

func TestUnknown(t *testing.T) {
	a := hiding(t)
	if _, err := a.Line([]byte(`{"sa":"192.0.2.1","new":1,"tls":{"new":{"x":1}}}`)); err != nil || a.Unknown != 2 {
		t.Errorf("%d members, %v", a.Unknown, err)
	}
}

// What is hidden already is not hidden again, unless that is asked for.
func TestAgain(t *testing.T) {
	a := hiding(t)
	once, err := a.Line([]byte(`{"sa":"10.1.2.3","da":"192.0.2.1"}`))
	if err != nil {
		t.Fatal(err)
	}
	once = bytes.Clone(once)
	if _, err := a.Line(once); !errors.Is(err, anonymize.ErrHidden) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := a.Settings([]byte(`{"version":"5","anon":"subnets","end-config":1}`), nil); !errors.Is(err, anonymize.ErrHidden) {
		t.Errorf("by the configuration: %v", err)
	}
	a.Again = true
	if twice, err := a.Line(once); err != nil || string(twice) != string(once) {
		t.Errorf("asked for: %s, %v", twice, err)
	}
	line, err := a.Settings([]byte(`{"version":"5","anon":"none","bpf":"host 10.1.2.3","end-config":1}`), []anonymize.Setting{{Name: "anon", Value: "nets"}})
	if want := `{"version":"5","anon":"nets","bpf":"host ` + token + `","end-config":1}`; err != nil || string(line) != want {
		t.Errorf("%s, %v, want %s", line, err, want)
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{
		`{"sa":"10.1.2.3","da":"192.0.2.1","flow_id":"0123456789abcdef","x":["10.1.2.3"]}`,
		`{"sa":"192.0.2.1","http":[{"out":[{"method":"GET"},{"uri":"/bob"},{"body":"6162"}]}],"tls":{"c_extensions":[{"server_name":"0a010203"}],"s_cert":[{"issuer":[{"a":"10.1.2.3"}]}]}}`,
		`{"sa":"::1","dhcp":[{"options":[{"kind":3,"data":"0a010203"}]}],"tcp":{"out":{"opts":[{"kind":254,"data":"0a010203"}]}},"dns":[{"rr":[{"data":"10.1.2.3"}]}]}`,
		`{"sa":"::1","ike":{"init":{"messages":[{"header":{"major":2},"payloads":[{"notify":{"redirect":"01040a010203","parsed":["10.1.2.3"]}}]}]}}}`,
		`{"a":"\ud83d\ude00","10.1.2.3":1}`, `{"sa":"10.1.2.3","sa":null,"l2":{},"payload":{"out":"0a010203"},"idp_out":"0a010203","modbus":{"out":{"units":[10,1,2,3]}}}`,
	} {
		f.Add([]byte(s))
	}
	a := hiding(f)
	a.Again = true
	f.Fuzz(func(t *testing.T, line []byte) {
		out, err := a.Line(line)
		if err != nil {
			return
		}
		if !jsontext.Value(out).IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Fatalf("%q became %q", line, out)
		}
		if bytes.Contains(out, []byte(`"10.1.2.3"`)) {
			t.Fatalf("%q still has an address: %q", line, out)
		}
	})
}
