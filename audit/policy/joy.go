package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Joy is what a policy file of Joy's has that rules do not say.
type Joy struct {
	// Names are the classifications by level, 1 to 4.
	Names [5]string
	// Trusted are the organizations of trusted certification authorities.
	Trusted []string
	// Threshold is the level up to which an attribute is a concern.
	Threshold int
}

// Joy is what Joy's file has beside rules; nil for a policy of ours.
func (p *Policy) Joy() *Joy { return p.joy }

// joyFile is the form of res_tls_policy.json.
type joyFile struct {
	Classification map[string]int `json:"classification"`
	Trusted        []string       `json:"trusted_ca_list"`
	Threshold      int            `json:"default_failure_threshold"`
	Rules          struct {
		Hash map[string]int      `json:"hash"`
		Enc  map[string]int      `json:"enc"`
		Sig  map[string]int      `json:"sig"`
		Auth map[string]int      `json:"auth"`
		Kex  map[string]joySizes `json:"kex"`
		Cert map[string]joySizes `json:"cert_sig_alg"`
	} `json:"rules"`
}

// joySizes is a default, and a table of levels by size.
type joySizes struct {
	Default int                       `json:"default"`
	Client  map[string]jsontext.Value `json:"client_key_length"`
	Sig     map[string]jsontext.Value `json:"sig_key_size"`
}

// joyLevel is the level of Joy's number.
func joyLevel(n int) Level { return [...]Level{Unknown, Avoid, Legacy, Acceptable, Recommended}[n] }

// JoyNumber is Joy's number of a level, 0 for unknown.
func JoyNumber(l Level) int {
	switch l {
	case Avoid:
		return 1
	case Legacy:
		return 2
	case Acceptable:
		return 3
	case Recommended:
		return 4
	}
	return 0
}

// parseJoy makes rules of Joy's file. Where Joy goes wrong by its tables, they
// are corrected: see smallSizes and later.
func parseJoy(text []byte) (*Policy, error) {
	var f joyFile
	if err := json.Unmarshal(text, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, joyError(text, err)
	}
	p := &Policy{
		Format: Format, Name: "joy", Title: "TLS policy of Joy's sleuth", Version: "file", Date: "file", Source: "res_tls_policy.json",
		joy: &Joy{Trusted: f.Trusted, Threshold: f.Threshold},
	}
	for name, n := range f.Classification {
		if n < 1 || n > 4 {
			return nil, fmt.Errorf("classification.%s: %d is not from 1 to 4", name, n)
		}
		p.joy.Names[n] = name
	}
	for n, name := range p.joy.Names {
		if n > 0 && name == "" {
			return nil, fmt.Errorf("classification: no name has the level %d", n)
		}
	}
	return p, p.joyRules(&f)
}

// joyError puts the line before an error of the JSON reader.
func joyError(text []byte, err error) error {
	at := int64(-1)
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &semantic) {
		at = semantic.ByteOffset
	} else if errors.As(err, &syntactic) {
		at = syntactic.ByteOffset
	}
	if at < 0 || at > int64(len(text)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+strings.Count(string(text[:at]), "\n"), err)
}

func (p *Policy) joyRules(f *joyFile) error {
	for _, t := range []struct {
		about, field string
		levels       map[string]int
	}{{JoyHash, "hash", f.Rules.Hash}, {JoyEnc, "enc", f.Rules.Enc}, {JoySig, "sig", f.Rules.Sig}, {JoyAuth, "auth", f.Rules.Auth}} {
		for _, name := range slices.Sorted(maps.Keys(t.levels)) {
			if err := p.joyRule(Rule{About: t.about, Names: []string{name}}, t.levels[name]); err != nil {
				return fmt.Errorf("rules.%s.%s: %w", t.field, name, err)
			}
		}
	}
	for _, t := range []struct {
		about, field string
		sizes        map[string]joySizes
	}{{JoyKex, "kex", f.Rules.Kex}, {JoyCert, "cert_sig_alg", f.Rules.Cert}} {
		for _, name := range slices.Sorted(maps.Keys(t.sizes)) {
			if err := p.joySize(t.about, name, t.sizes[name]); err != nil {
				return fmt.Errorf("rules.%s.%s: %w", t.field, name, err)
			}
		}
	}
	p.later()
	p.index()
	return nil
}

func (p *Policy) joyRule(r Rule, n int) error {
	if n < 0 || n > 4 {
		return fmt.Errorf("%d is not from 0 to 4", n)
	}
	if n == 0 {
		return nil // unknown, as without a rule
	}
	r.Level, r.Text = joyLevel(n).String(), "Joy's table"
	r.ID = fmt.Sprintf("joy-%d", len(p.Rules)+1)
	p.Rules = append(p.Rules, r)
	return nil
}

// joySize makes rules of a value with sizes.
func (p *Policy) joySize(about, name string, s joySizes) error {
	table := s.Client
	if about == JoyCert {
		table = s.Sig
	}
	operator, steps, err := joySteps(table)
	if err != nil {
		return err
	}
	if strings.HasPrefix(name, "ecdsa-with-") {
		steps = nil // the length of a DER signature says nothing
	}
	smallSizes(p, about, name, len(steps) > 0)
	for i, st := range steps {
		r := Rule{About: about, Names: []string{name}}
		switch {
		case operator == "<=" && i == 0:
			r.Below = st.bits + 1
		case operator == "<=":
			r.From, r.Below = steps[i-1].bits+1, st.bits+1
		case i+1 < len(steps):
			r.From, r.Below = st.bits, steps[i+1].bits
		default:
			r.From = st.bits
		}
		if err := p.joyRule(r, st.level); err != nil {
			return err
		}
	}
	if n := len(steps); operator == "<=" && n > 0 {
		err = p.joyRule(Rule{About: about, Names: []string{name}, From: steps[n-1].bits + 1}, 4)
	} else if operator == ">=" && n > 0 {
		err = p.joyRule(Rule{About: about, Names: []string{name}, Below: steps[0].bits}, 1)
	}
	return errors.Join(err, p.joyRule(Rule{About: about, Names: []string{name}}, s.Default))
}

type joyStep struct{ bits, level int }

// joySteps are the steps of a table by their size. Of operators there are two:
// up to a size (<=, and <), and from a size on (>=, and >).
func joySteps(table map[string]jsontext.Value) (operator string, steps []joyStep, err error) {
	if table == nil {
		return "", nil, nil
	}
	if err := json.Unmarshal(table["operator"], &operator); err != nil {
		return "", nil, errors.New("operator: is missing")
	}
	shift := 0
	switch operator {
	case "<":
		operator, shift = "<=", -1
	case ">":
		operator, shift = ">=", 1
	case "<=", ">=":
	default:
		return "", nil, fmt.Errorf("operator: %q is none of < <= > >=", operator)
	}
	for key, value := range table {
		if key == "operator" {
			continue
		}
		var st joyStep
		if st.bits, err = strconv.Atoi(key); err != nil || st.bits < 1 || st.bits > 1<<20 {
			return "", nil, fmt.Errorf("%q is no size", key)
		}
		if err := json.Unmarshal(value, &st.level); err != nil {
			return "", nil, fmt.Errorf("%s: %w", key, err)
		}
		st.bits += shift
		steps = append(steps, st)
	}
	slices.SortFunc(steps, func(a, b joyStep) int { return a.bits - b.bits })
	return operator, steps, nil
}

// smallSizes puts what Joy gets wrong before its table: a size that no line of
// it speaks of is recommended there, so that a group of 512 bits passes.
func smallSizes(p *Policy, about, name string, hasTable bool) {
	if !slices.Contains([]string{"RSA", "DH", "DHE", "DHE_PSK", "DH_anon", "SRP_SHA", "SRP_SHA_RSA"}, name) && (about != JoyCert || !strings.Contains(name, "RSA")) {
		return
	}
	_ = p.joyRule(Rule{About: about, Names: []string{name}, Below: 1024}, 1)
	if !hasTable && about == JoyKex && name != "DH_anon" {
		_ = p.joyRule(Rule{About: about, Names: []string{name}, From: 1024, Below: 2048}, 2)
	}
}

// later adds what came after Joy's tables, behind all that a file says.
func (p *Policy) later() {
	for _, t := range []struct {
		about string
		level int
		names string
	}{
		{JoyCert, 1, "md2WithRSAEncryption md4WithRSAEncryption md5WithRSAEncryption md5WithRSA sha1WithRSA ecdsa-with-SHA1 dsaWithSHA1 dsaWithSHA"},
		{JoyCert, 2, "sha224WithRSAEncryption ecdsa-with-SHA224 dsa_with_SHA224"},
		{JoyCert, 3, "rsassaPss dsa_with_SHA256 ecdsa-with-SHA256"},
		{JoyCert, 4, "ecdsa-with-SHA384 ecdsa-with-SHA512 ED25519 ED448 ML-DSA-44 ML-DSA-65 ML-DSA-87"},
		{JoyEnc, 1, "RC4_56 RC2_CBC_56"},
		{JoyEnc, 3, "SM4_GCM SM4_CCM"},
		{JoyEnc, 4, "AEGIS_128L AEGIS_256"},
		{JoyHash, 3, "SM3"},
		{JoyHash, 4, "SHA512"},
		{JoyKex, 3, "ECCPWD"},
		{JoySig, 3, "ECCPWD"},
		{JoyAuth, 3, "SM4_GCM SM4_CCM"},
	} {
		_ = p.joyRule(Rule{About: t.about, Names: strings.Fields(t.names)}, t.level)
	}
}
