package exchange

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/npf"
)

// maxFingerprint is what mercury takes of one, and one more.
const maxFingerprint = 8192

// noNetworks is a table of networks with one that is for documents (RFC 5737, RFC
// 5398): mercury crashes at its first look into an empty one.
const noNetworks = "192.0.2.0/24\t64496\n"

// Options of an archive.
type Options struct {
	// Version of the fingerprints of TLS: "1", which are all extensions, or "2",
	// which are those that mercury selects; "" is "1". QUIC follows. Mercury makes
	// fingerprints of the version that it finds in its archive.
	Version string
	// Networks is a table of address blocks and numbers of autonomous systems, as
	// pyasn.db of an archive; nil for none.
	Networks []byte
}

// WriteMercury writes a database as a resource archive that mercury loads, as a
// compressed tar file. Mercury knows fingerprints of few kinds and of one version
// each: others are translated where that is possible, or else left out and
// counted. It knows no versions of programs, so that those of one name are one.
func WriteMercury(w io.Writer, d *database.Database, o Options) (Report, error) {
	var rep Report
	if o.Version == "" {
		o.Version = "1"
	}
	if o.Version != "1" && o.Version != "2" {
		return rep, fmt.Errorf("version %q of the fingerprints of TLS is neither 1 nor 2", o.Version)
	}
	chosen, err := choose(d, o, &rep)
	if err != nil {
		return rep, err
	}
	if len(o.Networks) == 0 {
		o.Networks = []byte(noNetworks)
	}
	made := "1970.01.01"
	if day, err := time.Parse(time.DateOnly, d.Header.Made); err == nil {
		made = day.Format("2006.01.02")
	}
	var entries, nobodys bytes.Buffer
	enc := json.NewEncoder(&entries)
	enc.SetEscapeHTML(false)
	for e := range chosen.All() {
		line := mercuryEntry(e)
		switch {
		case len(line.Processes) > 0:
			err = enc.Encode(line)
		case line.Kind == "tls":
			fmt.Fprintln(&nobodys, e.Fingerprint)
		}
		if err != nil {
			return rep, err
		}
	}
	return rep, pack(w, []file{
		{fileVersion, []byte(made + "; 2.0.full\n")}, // without "full" mercury takes it for an old one
		{filePrevalence, nobodys.Bytes()},
		{fileWatchlist, nil},
		{fileNetworks, o.Networks},
		{fileEntries, entries.Bytes()},
	})
}

type file struct {
	name string
	data []byte
}

// pack writes files without an owner and of no time, so that equal ones are equal.
func pack(w io.Writer, files []file) error {
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.data)), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := t.Write(f.data); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return errors.Join(t.Close(), z.Close())
}

// choose takes the fingerprints that mercury can use, in one version a kind.
func choose(d *database.Database, o Options, rep *Report) (*database.Database, error) {
	chosen := database.New("")
	versions := map[string]string{} // of kinds that have only one: the first there is
	for e := range d.All() {
		rep.Lines++
		fp, err := forMercury(e.Fingerprint, o, versions)
		if err != nil {
			rep.leaveOut(fmt.Errorf("%.60s: %w", e.Fingerprint, err))
			continue
		}
		e.Fingerprint = fp
		if err := rep.put(chosen, e); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

func forMercury(fp fingerprint.Fingerprint, o Options, versions map[string]string) (fingerprint.Fingerprint, error) {
	t, err := npf.Parse(fp)
	if err != nil {
		return "", err
	}
	switch t.Kind {
	case "tls":
		fp, err = npf.Translate(fp, o.Version)
	case "quic":
		fp, err = npf.Translate(fp, map[string]string{"1": "", "2": "1"}[o.Version])
	case "http", "ssh", "stun":
		if _, ok := versions[t.Kind]; !ok {
			versions[t.Kind] = t.Version
		}
		if v := versions[t.Kind]; v != t.Version {
			err = fmt.Errorf("others are of version %q", v)
		}
	default:
		err = errors.New("mercury analyzes no fingerprints of this kind")
	}
	if err == nil && len(fp) >= maxFingerprint {
		err = errors.New("too long for mercury")
	}
	return fp, err
}

// mercuryEntry has the processes by name; all that they were counts together.
func mercuryEntry(e fingerprint.Entry) mercuryLine {
	line := mercuryLine{Repr: e.Fingerprint, Kind: npf.Kind(e.Fingerprint), Total: e.Count}
	place := map[string]int{}
	for _, p := range e.Processes {
		if p.Name == database.Other {
			continue // it counts in the total
		}
		i, ok := place[p.Name]
		if !ok {
			i = len(line.Processes)
			place[p.Name] = i
			line.Processes = append(line.Processes, newMercuryProcess(p))
		}
		line.Processes[i].add(p)
	}
	return line
}

// newMercuryProcess has what it is, of its most frequent version, and no counts.
func newMercuryProcess(p fingerprint.Process) mercuryProcess {
	none := func() map[string]uint64 { return map[string]uint64{} }
	return mercuryProcess{
		Name: p.Name, SHA256: p.SHA256, Category: p.Category,
		Systems: none(), Ports: none(), Domains: none(), Names: none(), Networks: none(), Addrs: none(), Agents: none(),
	}
}

func (m *mercuryProcess) add(p fingerprint.Process) {
	m.Count = sum(m.Count, p.Count)
	m.Malware = m.Malware || p.Malware
	if p.OS != "" {
		m.Systems[p.OS] = sum(m.Systems[p.OS], p.Count)
	}
	addKnown(m.Ports, p.Ports)
	addKnown(m.Agents, p.Agents)
	for name, n := range p.Names {
		if name == database.Other {
			continue
		}
		m.Domains[domainOf(name)] = sum(m.Domains[domainOf(name)], n)
		if !strings.HasPrefix(name, anyOf) {
			m.Names[name] = sum(m.Names[name], n)
		}
	}
}

func addKnown(to, from map[string]uint64) {
	for key, n := range from {
		if key != database.Other {
			to[key] = sum(to[key], n)
		}
	}
}
