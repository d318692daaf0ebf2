package exchange

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/npf"
)

// flows is what a fingerprint of Joy's database counts, since the database has
// shares of a hundred and no counts.
const flows = 100

// joyLine is a line of Joy's fingerprint_db.json and of sleuth's
// res_tls_fingerprints.json, which has no processes.
type joyLine struct {
	Repr      string       `json:"str_repr"`
	Source    []string     `json:"source"`
	Processes []joyProcess `json:"process_info"`
}

type joyProcess struct {
	Name       string             `json:"process"`
	SHA256     string             `json:"sha256"`
	Category   string             `json:"application_category"`
	Prevalence number             `json:"prevalence"`
	Count      number             `json:"count"` // in databases that gen_tls_fingerprint.py made
	Systems    map[string]float64 `json:"os_info"`
}

// Joy reads the database of Joy's fingerprinting package, plain or compressed,
// and that of sleuth. Fingerprints become tls/1; those that are then the same are
// added up. Where there are only prevalences, a fingerprint counts 100 flows.
func Joy(r io.Reader) (*database.Database, Report, error) {
	var rep Report
	plain, err := database.Unpack(r)
	if err != nil {
		return nil, rep, err
	}
	defer plain.Close()
	d := database.New("Joy")
	err = readLines(plain, &rep, func(line []byte) error { return readJoy(d, &rep, line) })
	if err != nil {
		return nil, rep, fmt.Errorf("database of Joy: %w", err)
	}
	return d, rep, nil
}

func readJoy(d *database.Database, rep *Report, line []byte) error {
	var in joyLine
	if err := json.Unmarshal(line, &in); err != nil {
		return err
	}
	fp, complete, err := npf.FromJoy(in.Repr)
	if err != nil {
		return err
	}
	e := fingerprint.Entry{Fingerprint: fp, Processes: joyProcesses(in.Processes)}
	for _, s := range in.Source {
		if s = database.Clean(s); s != "" {
			e.Sources = append(e.Sources, s)
		}
	}
	if len(in.Source) == 0 {
		e.Sources = []string{"sleuth"}
	}
	if err := rep.put(d, e); err != nil {
		return err
	}
	if !complete {
		rep.Incomplete++
	}
	return nil
}

func joyProcesses(in []joyProcess) (list []fingerprint.Process) {
	rest := flows
	for _, p := range in {
		name := unless(p.Name, "Unknown")
		if name == "" {
			continue
		}
		n := uint64(p.Count.within(0, math.MaxInt32))
		if n == 0 {
			n = max(1, uint64(math.Round(p.Prevalence.within(0, 1)*flows)))
			rest -= int(n)
		} else {
			rest = 0
		}
		q := fingerprint.Process{Name: name, SHA256: digest(p.SHA256), Category: unless(p.Category, "Unknown"), Count: n}
		list = append(list, bySystem(q, joySystems(p.Systems), 1)...)
	}
	if rest > 0 && len(list) > 0 {
		list = append(list, fingerprint.Process{Name: database.Other, Count: uint64(rest)})
	}
	return list
}

// joySystems makes "Windows 10 Enterprise 10.0.17134" of "(WinNT)(Windows 10
// Enterprise)(10.0.17134)".
func joySystems(in map[string]float64) []part {
	list := byName(in)
	for i := range list {
		var words []string
		for word := range strings.SplitSeq(strings.Trim(list[i].name, "()"), ")(") {
			if word = unless(word, "None", "Unknown", "WinNT"); word != "" {
				words = append(words, word)
			}
		}
		list[i].name = database.Clean(strings.Join(words, " "))
	}
	return list
}
