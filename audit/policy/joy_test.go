package policy_test

import (
	"strings"
	"testing"

	"joy/audit/algorithm"
	"joy/audit/policy"
)

// joyPolicy is a small file of Joy's form.
const joyPolicy = `{
  "classification": {"bad": 1, "old": 2, "fine": 3, "best": 4},
  "trusted_ca_list": ["Example CA"],
  "default_failure_threshold": 1,
  "rules": {
    "hash": {"SHA": 2, "SHA256": 4},
    "enc": {"AES_128_CBC": 3},
    "sig": {"RSA": 3},
    "auth": {"HMAC": 3, "NULL": 0},
    "kex": {
      "RSA": {"default": 3, "client_key_length": {"operator": "<=", "2048": 3, "1024": 2, "3072": 4}},
      "DH_anon": {"default": 1, "client_key_length": {"operator": ">=", "1024": 2, "2048": 3}},
      "DHE": {"default": 3},
      "ECDHE": {"default": 4, "client_key_length": {"operator": "<", "225": 2}}
    },
    "cert_sig_alg": {
      "sha1WithRSAEncryption": {"default": 1, "sig_key_size": {"operator": ">=", "1024": 2}},
      "ecdsa-with-SHA256": {"default": 3, "sig_key_size": {"operator": "<=", "832": 2}}
    }
  }
}
`

func TestJoyPolicy(t *testing.T) {
	p, err := policy.Parse([]byte(joyPolicy))
	if err != nil {
		t.Fatal(err)
	}
	j := p.Joy()
	if j.Names != [5]string{"", "bad", "old", "fine", "best"} || len(j.Trusted) != 1 || j.Threshold != 1 {
		t.Errorf("%+v", j)
	}
	for _, c := range []struct {
		about, name string
		bits        int
		want        int
	}{
		{policy.JoyHash, "SHA", 0, 2},
		{policy.JoyHash, "SHA256", 0, 4},
		{policy.JoyHash, "MD5", 0, 0},    // not in the file
		{policy.JoyHash, "SHA512", 0, 4}, // later than Joy
		{policy.JoyAuth, "NULL", 0, 0},
		{policy.JoyKex, "RSA", 0, 3}, // the size is not known
		{policy.JoyKex, "RSA", 1024, 2},
		{policy.JoyKex, "RSA", 1025, 3},
		{policy.JoyKex, "RSA", 2048, 3},
		{policy.JoyKex, "RSA", 3072, 4},
		{policy.JoyKex, "RSA", 4096, 4},
		{policy.JoyKex, "RSA", 512, 1}, // Joy: 2
		{policy.JoyKex, "DHE", 512, 1}, // Joy: 4
		{policy.JoyKex, "DHE", 1024, 2},
		{policy.JoyKex, "DHE", 2048, 3},
		{policy.JoyKex, "DHE", 0, 3},
		{policy.JoyKex, "DH_anon", 512, 1}, // Joy: 4
		{policy.JoyKex, "DH_anon", 1024, 2},
		{policy.JoyKex, "DH_anon", 4096, 3},
		{policy.JoyKex, "ECDHE", 224, 2},
		{policy.JoyKex, "ECDHE", 225, 4},
		{policy.JoyCert, "sha1WithRSAEncryption", 512, 1}, // Joy: 4
		{policy.JoyCert, "sha1WithRSAEncryption", 1024, 2},
		{policy.JoyCert, "sha1WithRSAEncryption", 0, 1},
		{policy.JoyCert, "ecdsa-with-SHA256", 256, 3}, // Joy: 2
		{policy.JoyCert, "ecdsa-with-SHA256", 570, 3},
		{policy.JoyCert, "ecdsa-with-SHA384", 384, 4}, // Joy: unknown
		{policy.JoyCert, "ED25519", 512, 4},
		{policy.JoyCert, "md5WithRSAEncryption", 2048, 1},
	} {
		thing := policy.Thing{About: c.about, Name: c.name, Known: true, Parts: algorithm.Parts{Bits: c.bits}}
		level, _ := p.Judge(&thing, 0)
		if got := policy.JoyNumber(level); got != c.want {
			t.Errorf("%s %s of %d: %d, want %d", c.about, c.name, c.bits, got, c.want)
		}
	}
}

func TestJoyMistakes(t *testing.T) {
	for _, c := range []struct{ old, to, want string }{
		{`"best": 4`, `"best": 5`, "classification.best: 5 is not"},
		{`, "best": 4`, ``, "classification: no name has the level 4"},
		{`"SHA": 2`, `"SHA": 9`, "rules.hash.SHA: 9 is not"},
		{`"operator": "<="`, `"operator": "=="`, `rules.kex.RSA: operator: "==" is none of`},
		{`"operator": "<=", `, ``, "rules.kex.RSA: operator: is missing"},
		{`"1024": 2,`, `"1k": 2,`, `rules.kex.RSA: "1k" is no size`},
		{`"HMAC": 3`, `"HMAC": "3"`, "line 9: "},
		{`"enc"`, `"encc"`, "line 7: "},
		{`"sig": {`, `"sig": `, "line "},
	} {
		text := strings.Replace(joyPolicy, c.old, c.to, 1)
		if text == joyPolicy {
			t.Fatalf("%q is not there", c.old)
		}
		_, err := policy.Parse([]byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", c.to, err, c.want)
		}
	}
}
