package main

import (
	"errors"
	"strings"

	"joy/enrich/software"
	"joy/service/fence"
	"joy/service/privilege"
)

// drop gives up what only the opening of the interfaces needed.
func (g *gear) drop() error {
	account, notice, err := privilege.Choose(g.cfg.Username)
	if err != nil {
		return err
	}
	if notice != "" {
		g.log.log(warning, notice)
	}
	keep := []privilege.Capability{privilege.NetRaw} // an interface that comes back
	if g.processes != nil {
		keep = append(keep, privilege.SysPtrace, privilege.DACReadSearch) // what eBPF took is attached
	}
	err = privilege.Drop(account, keep...)
	if errors.Is(err, privilege.ErrUnsupported) && g.cfg.Username == "" {
		g.log.log(warning, err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	// Better told now than when the log is rotated.
	if err := g.log.reopen(); err != nil {
		g.log.log(warning, "after a rotation the log will go on in the old file: "+err.Error())
	}
	return nil
}

// confine leaves only what the settings name within reach.
func (g *gear) confine() error {
	report, err := fence.Raise(fence.Options{
		Read:      append(fence.NetworkFiles(), g.filesRead()...),
		Write:     given(g.cfg.OutputPath(), g.cfg.Log, g.cfg.Summary),
		Connect:   g.portsOfOthers(),
		Processes: g.processes != nil,
	})
	if err != nil {
		return err
	}
	g.log.log(info, report.String())
	return nil
}

// portsOfOthers are those of TCP that are called while the run goes on.
func (g *gear) portsOfOthers() []uint16 {
	ports := []uint16{53} // answers that are too long for UDP
	if g.export != nil {
		ports = append(ports, uint16(g.cfg.IPFIXExportRemotePort))
	}
	if g.uploads != nil {
		ports = append(ports, g.uploads.Port())
	}
	return ports
}

// filesRead are those that SIGHUP and uploads read anew.
func (g *gear) filesRead() []string {
	c := &g.cfg
	files := []string{c.Anon, c.AnonKey, c.CDist, c.SecretsKey, c.KeyFile, c.KnownHosts}
	if c.AnonMode == "joy" && c.AnonKey == "" {
		files = append(files, "joy.bin")
	}
	if c.Fingerprint != software.Builtin {
		files = append(files, c.Fingerprint)
	}
	for _, l := range c.Labels {
		_, file, _ := strings.Cut(l, ":")
		files = append(files, file)
	}
	for i, a := range g.args {
		if name, file, ok := strings.Cut(a, "="); name == "-x" || name == "--xconfig" {
			if !ok && i+1 < len(g.args) {
				file = g.args[i+1]
			}
			files = append(files, file)
		}
	}
	return given(files...)
}

// given leaves out names that are not set, and standard streams.
func given(names ...string) (files []string) {
	for _, n := range names {
		if n != "" && n != "-" && !strings.HasPrefix(n, "/dev/") {
			files = append(files, n)
		}
	}
	return files
}
