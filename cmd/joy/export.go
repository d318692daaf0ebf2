package main

import (
	"time"

	"joy"
	"joy/format/ipfix"
)

// openExport begins to send records as IPFIX; nil if that is not asked for.
// Captures from files can wait for the collector, live ones cannot.
func openExport(c *joy.Config, wait bool) (*ipfix.Exporter, error) {
	if !c.ExportsIPFIX() {
		return nil, nil
	}
	template, err := ipfix.ParseTemplate(c.IPFIXExportTemplate)
	if err != nil {
		return nil, &joy.UsageError{Text: err.Error()}
	}
	if template == ipfix.IDP && c.IDP == 0 {
		return nil, &joy.UsageError{Text: "ipfix_export_template=idp needs idp=N with N above 0"}
	}
	x, err := ipfix.Open(ipfix.Config{
		Network: c.IPFIXExportTransport, RemoteHost: c.IPFIXExportRemoteHost, RemotePort: uint16(c.IPFIXExportRemotePort),
		LocalPort: uint16(c.IPFIXExportPort), Template: template, Domain: uint32(c.IPFIXExportDomain),
		Enterprise: uint32(c.IPFIXExportEnterprise), MTU: c.IPFIXExportMTU,
		Wait: wait, OwnStats: !c.Stats, Clock: time.Now,
	})
	if err != nil {
		return nil, &joy.UsageError{Text: err.Error()}
	}
	return x, nil
}
