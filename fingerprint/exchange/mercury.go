package exchange

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/npf"
)

// Files of a resource archive that are of interest here.
const (
	fileVersion    = "VERSION"
	filePrevalence = "fp_prevalence_tls.txt"
	fileEntries    = "fingerprint_db.json"
	fileNetworks   = "pyasn.db"
	fileWatchlist  = "doh-watchlist.txt"
)

// mercuryLine is a line of fingerprint_db.json. The lists of classes have counts;
// mercury wants them all, empty or not, but that of user agents.
type mercuryLine struct {
	Repr      string           `json:"str_repr,omitempty"`
	Reprs     []string         `json:"str_repr_array,omitempty"`
	Kind      string           `json:"fp_type"`
	Total     uint64           `json:"total_count"`
	Processes []mercuryProcess `json:"process_info"`
}

type mercuryProcess struct {
	Name     string            `json:"process"`
	Count    uint64            `json:"count"`
	SHA256   string            `json:"sha256"`
	Category string            `json:"application_category,omitempty"`
	Malware  bool              `json:"malware"`
	Systems  map[string]uint64 `json:"os_info"`
	Ports    map[string]uint64 `json:"classes_port_port"`
	Domains  map[string]uint64 `json:"classes_hostname_domains"`
	Names    map[string]uint64 `json:"classes_hostname_sni"`
	Networks map[string]uint64 `json:"classes_ip_as"`
	Addrs    map[string]uint64 `json:"classes_ip_ip"`
	Agents   map[string]uint64 `json:"classes_user_agent"`
}

// Mercury reads the database of a resource archive, plain or compressed; not an
// encrypted one. Addresses become blocks; networks by their number have no place.
func Mercury(r io.Reader) (*database.Database, Report, error) {
	var rep Report
	plain, err := database.Unpack(r)
	if err != nil {
		return nil, rep, err
	}
	defer plain.Close()
	d := database.New("mercury")
	if err := readArchive(d, &rep, tar.NewReader(plain)); err != nil {
		return nil, rep, fmt.Errorf("resource archive of mercury: %w", err)
	}
	return d, rep, nil
}

func readArchive(d *database.Database, rep *Report, in *tar.Reader) error {
	found, nobodys := false, database.New("")
	for {
		h, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && !found:
			return errors.New("there is no " + fileEntries)
		case errors.Is(err, io.EOF):
			return d.Merge(nobodys)
		case err != nil:
			return err
		case h.Typeflag != tar.TypeReg:
			continue
		}
		switch strings.TrimPrefix(h.Name, "./") {
		case fileVersion:
			var text []byte
			if text, err = io.ReadAll(io.LimitReader(in, database.MaxText)); err == nil {
				d.Header.Note = "mercury's resources " + database.Clean(strings.TrimSpace(string(text)))
			}
		case filePrevalence:
			err = readPrevalence(nobodys, in)
		case fileEntries:
			found = true
			err = readLines(in, rep, func(line []byte) error { return readMercury(d, rep, line) })
		}
		if err != nil {
			return fmt.Errorf("%.100q: %w", h.Name, err)
		}
	}
}

// readPrevalence takes fingerprints that are known and nobody's.
func readPrevalence(d *database.Database, r io.Reader) error {
	lines := database.NewLines(r, maxLine)
	for lines.Next() {
		fp := withKind(strings.TrimSpace(string(lines.Bytes())), "tls")
		if lines.TooLong() || npf.Check(fp) != nil {
			continue // mercury does not look at them either
		}
		if err := d.Put(fingerprint.Entry{Fingerprint: fp, Sources: []string{"mercury"}}); err != nil {
			return err
		}
	}
	return lines.Err()
}

// withKind has the kind before a string of an old archive, as mercury does.
func withKind(fp, kind string) string {
	if kind == "tls" && (strings.HasPrefix(fp, "(") || fp == "randomized") {
		return "tls/" + fp
	}
	return fp
}

func readMercury(d *database.Database, rep *Report, line []byte) error {
	var in mercuryLine
	if err := json.Unmarshal(line, &in); err != nil {
		return err
	}
	if in.Repr != "" {
		in.Reprs = append(in.Reprs, in.Repr)
	}
	if len(in.Reprs) == 0 || len(in.Reprs) > maxArray {
		return fmt.Errorf("%d fingerprints", len(in.Reprs))
	}
	if in.Kind == "" {
		in.Kind = "tls"
	}
	for _, fp := range in.Reprs {
		fp = withKind(fp, in.Kind)
		if kind := npf.Kind(fp); kind != in.Kind {
			return fmt.Errorf("the fingerprint is of %q and not of %q", kind, in.Kind)
		}
		// For each anew, because the maps are given away.
		e := fingerprint.Entry{Fingerprint: withoutLine(fp), Processes: mercuryProcesses(in), Sources: []string{"mercury"}}
		if err := rep.put(d, e); err != nil {
			return err
		}
	}
	return nil
}

// sshLists is the number of lists in an offer of SSH.
const sshLists = 10

// withoutLine is a fingerprint of SSH under the name that it has with us.
// Mercury's program calls one that has no version line ssh too, against its
// doc/npf.md.
func withoutLine(fp string) string {
	kind := npf.Kind(fp)
	if kind != "ssh" && kind != "ssh_server" {
		return fp
	}
	t, err := npf.Parse(fp)
	if err != nil || len(t.Items) != sshLists {
		return fp
	}
	t.Kind = strings.Replace(kind, "ssh", "ssh_kex", 1)
	return t.String()
}

func mercuryProcesses(in mercuryLine) (list []fingerprint.Process) {
	rest := in.Total
	for _, p := range in.Processes {
		name := database.Clean(p.Name)
		if name == "" || p.Count == 0 {
			continue
		}
		rest -= min(rest, p.Count)
		q := fingerprint.Process{
			Name: name, SHA256: digest(p.SHA256), Category: unless(p.Category, "Unknown"), Malware: p.Malware, Count: p.Count,
			Ports: counts(p.Ports, clean), Names: namesOf(p), Blocks: counts(p.Addrs, blockOf), Agents: counts(p.Agents, clean),
		}
		systems := map[string]float64{}
		for name, n := range p.Systems {
			systems[database.Clean(name)] += float64(n)
		}
		list = append(list, bySystem(q, byName(systems), float64(p.Count))...)
	}
	if rest > 0 && len(list) > 0 {
		list = append(list, fingerprint.Process{Name: database.Other, Count: rest})
	}
	return list
}

// clean is a key as a database has it; "" when it stands for nothing.
func clean(key string) string { return unless(key, "None", "unknown") }

func blockOf(key string) string {
	addr, err := netip.ParseAddr(key)
	if err != nil {
		return ""
	}
	return database.Block(addr)
}

// counts are those of mercury's keys as we have them.
func counts(in map[string]uint64, key func(string) string) map[string]uint64 {
	var out map[string]uint64
	for k, n := range in {
		if k = key(k); k == "" || n == 0 {
			continue
		}
		if out == nil {
			out = map[string]uint64{}
		}
		out[k] = sum(out[k], n)
	}
	return database.Few(out)
}

// sum of two counts, at most the largest number.
func sum(a, b uint64) uint64 {
	if a+b < a {
		return ^uint64(0)
	}
	return a + b
}

// anyOf begins the key of names of a domain that nobody kept.
const anyOf = "*."

// namesOf are the names that were asked for. What a domain counts more than its
// names do is kept under "*.domain".
func namesOf(p mercuryProcess) map[string]uint64 {
	all := map[string]uint64{}
	named := map[string]uint64{}
	for name, n := range p.Names {
		if name = clean(name); name != "" {
			all[name] = sum(all[name], n)
			named[domainOf(name)] = sum(named[domainOf(name)], n)
		}
	}
	for domain, n := range p.Domains {
		if n > named[domain] && clean(domain) != "" {
			key := database.Clean(anyOf + domain)
			all[key] = sum(all[key], n-named[domain])
		}
	}
	return counts(all, clean)
}

// domainOf is what mercury takes for the domain of a name: its last two labels.
func domainOf(name string) string {
	last := strings.LastIndexByte(name, '.')
	if last < 0 {
		return name
	}
	return name[strings.LastIndexByte(name[:last], '.')+1:]
}
