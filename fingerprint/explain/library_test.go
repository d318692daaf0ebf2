package explain

import (
	"testing"

	"joy/fingerprint/shipped"
)

func TestLibraryOf(t *testing.T) {
	for fp, want := range map[string]string{
		"tls/1/(0303)(0a0a130113021303c02b)[(0000)(0017)(0a0a)(ff01)]":     "BoringSSL",
		"tls/1/(0303)(130113031302c02b)[(0000)(0017)(001c00024001)(0022)]": "NSS",
		"quic/1/(00000001)(0303)(130113031302)[(0000)(001c00024001)]":      "NSS",
		"tls/1/(0303)(130213011303c02c)[(0000)(0011000700)(0017)(ff01)]":   "Java (JSSE)",
		"tls/1/(0303)(1302130313011304)[(0016)(0017)(001c00024001)(ff01)]": "GnuTLS",
		"tls/1/(0303)(c02bc02fc02cc030)[(0000)(0012)(0017)(ff01)]":         "Go (crypto/tls)",
		"tls/1/(0303)(130213031301c02c)[(0000)(0016)(0017)]":               "OpenSSL",
		"openvpn/(11)(01)(0400)(00)(0303)(1302)((0016)(0017))":             "OpenSSL",
		"tls/1/(0303)(1302)[]":                  "",
		"tls_server/(0303)(1302)((0016)(0017))": "",
		"ssh_init/(53)":                         "",
		"ja3/abc":                               "",
		"tls/1/(0303)":                          "",
		"tls/1/(0303)(130213031301c02c)[(00)(16)(0017)]": "",
	} {
		l, ok := LibraryOf(fp)
		if l.Name != want || ok != (want != "") || ok && l.Because == "" {
			t.Errorf("%s: %+v, %v", fp, l, ok)
		}
	}
}

// Programs whose library is known, in the database that comes with joy: what it
// says of their hellos is right, or nothing.
func TestLibrariesOfPrograms(t *testing.T) {
	d, err := shipped.Database()
	if err != nil {
		t.Fatal(err)
	}
	right := make(map[string]int)
	for e := range d.All() {
		for _, p := range e.Processes {
			want := map[string]string{
				"openssl s_client": "OpenSSL", "gnutls-cli": "GnuTLS", "firefox": "NSS", "chromium": "BoringSSL", "go net/http": "Go (crypto/tls)",
				"java": "Java (JSSE)",
			}[p.Name]
			l, ok := LibraryOf(e.Fingerprint)
			if want == "" || !ok {
				continue
			}
			if l.Name != want {
				t.Errorf("%s %s: %s is taken for %s", p.Name, p.Version, e.Fingerprint, l.Name)
			}
			right[want]++
		}
	}
	for _, name := range []string{"OpenSSL", "GnuTLS", "NSS", "BoringSSL", "Go (crypto/tls)"} {
		if right[name] == 0 {
			t.Errorf("no hello of %s is told", name)
		}
	}
	t.Logf("%v", right)
}
