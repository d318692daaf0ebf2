package joy

import (
	"math"
	"time"
)

// options is the option table with the protocols of this build.
var options = withModules(table())

// table is the option table but for what the protocols bring. Its order is that
// of the configuration line: first Joy's keys as Joy has them, then ours.
func table() []option {
	return []option{
		{
			name: "interface", state: later, group: groupLive, def: "none", joy: "interface",
			kind: textOf("NAME", func(c *Config) *string { return &c.Interface }),
			help: "Capture from this interface. auto is the first usable one.",
			why:  "this version reads captures",
		},
		{
			name: "promisc", state: later, group: groupLive, def: "0", joy: "promisc",
			kind: flagOf(func(c *Config) *bool { return &c.Promisc }),
			help: "Put the interface into promiscuous mode.",
			why:  "this version reads captures",
		},
		{
			name: "output", state: works, group: groupOutput, def: "none", joy: "output",
			kind: textOf("FILE", func(c *Config) *string { return &c.Output }),
			help: "Write the records to this file, compressed if its name ends in .gz or .zst; standard output if unset " +
				"or -. All inputs go to one output.",
		},
		{
			name: "outdir", state: works, group: groupOutput, def: ".", needs: "output", joy: "outputdir",
			kind: textOf("DIR", func(c *Config) *string { return &c.OutDir }),
			help: "Directory for output; it has to exist.",
		},
		{
			name: "username", state: later, group: groupLive, def: "none", joy: "username",
			kind: textOf("NAME", func(c *Config) *string { return &c.Username }),
			help: "Account to run as once the interface is open.",
			why:  "this version reads captures",
		},
		{
			name: "log", alias: "logfile", state: works, group: groupOperation, def: "none", shown: "none", joy: "info",
			kind: textOf("FILE", func(c *Config) *string { return &c.Log }),
			help: "Append notices, warnings and errors to this file instead of writing them to standard error.",
		},
		{
			name: "count", state: works, group: groupOutput, def: "0", needs: "output", joy: "count",
			kind: intOf(func(c *Config) *int { return &c.Count }, 0, math.MaxInt32),
			help: "Begin a new file after this many records; 0 = never. The files are named output-NN-YYYYMMDDhhmmss, " +
				"after the packet time (UTC) of their first record.",
		},
		{
			name: "upload", state: later, group: groupOutput, def: "none", joy: "upload",
			kind: textOf("USER@HOST:PATH", func(c *Config) *string { return &c.Upload }),
			help: "Copy finished files to this place.",
			why:  "in Joy the option never worked",
		},
		{
			name: "keyfile", state: later, group: groupOutput, def: "none", joy: "keyfile",
			kind: textOf("FILE", func(c *Config) *string { return &c.KeyFile }),
			help: "SSH identity for upload.",
			why:  "in Joy the option never worked",
		},
		{
			name: "label", state: works, group: groupPrivacy, def: "none", joy: "label",
			kind: listOf("NAME:FILE", func(c *Config) *[]string { return &c.Labels }, checkLabel),
			help: "Label addresses with NAME that are in the subnets of FILE, one prefix per line. Can be given several " +
				"times; none forgets those given before.",
		},
		{
			name: "retain", state: inert, group: groupOutput, def: "0", joy: "retain",
			kind: flagOf(nil),
			help: "Keep the local copy of what was uploaded.",
			why:  "nothing is uploaded",
		},
		{
			name: "bidir", state: works, group: groupFlows, def: "0", full: "1", joy: "bidir",
			kind: flagOf(func(c *Config) *bool { return &c.Bidir }),
			help: "Write both directions of a conversation as one record, instead of one record for each direction.",
		},
		{
			name: "num_pkts", state: works, group: groupFeatures, def: "50", joy: "num_pkts",
			kind: intOf(func(c *Config) *int { return &c.NumPkts }, 0, 200),
			help: "Packets listed with length and time, for each direction.",
		},
		{
			name: "zeros", state: works, group: groupFeatures, def: "0", joy: "zeros",
			kind: flagOf(func(c *Config) *bool { return &c.Zeros }),
			help: "List packets without payload too.",
		},
		{
			name: "retrans", state: works, group: groupFlows, def: "0", joy: "retrans",
			kind: flagOf(func(c *Config) *bool { return &c.Retrans }),
			help: "Let TCP segments that bring no new payload count in lengths, times and byte features.",
		},
		{
			name: "dist", state: works, group: groupFeatures, def: "0", full: "1", joy: "dist",
			kind: flagOf(func(c *Config) *bool { return &c.Dist }),
			help: "Byte distribution: 256 counters, mean and standard deviation.",
		},
		{
			name: "cdist", state: works, group: groupFeatures, def: "none", joy: "cdist",
			kind: textOf("FILE", func(c *Config) *string { return &c.CDist }),
			help: "Compact byte distribution of 16 bins. FILE has lines \"byte bin\" for all 256 byte values.",
		},
		{
			name: "entropy", state: works, group: groupFeatures, def: "0", full: "1", joy: "entropy",
			kind: flagOf(func(c *Config) *bool { return &c.Entropy }),
			help: "Entropy of the payload bytes.",
		},
		{
			name: "hd", state: works, group: groupFeatures, def: "0", full: "16", joy: "hd",
			kind: intOf(func(c *Config) *int { return &c.HD }, 0, 32),
			help: "Header description: what is constant and what counts up in the first N bytes of payloads.",
		},
		{
			name: "classify", state: later, group: groupFeatures, def: "0", joy: "classify",
			kind: flagOf(func(c *Config) *bool { return &c.Classify }),
			help: "Probability that a flow is malicious.",
		},
		{
			name: "idp", state: works, group: groupFeatures, def: "0", full: "64", joy: "idp",
			kind: intOf(func(c *Config) *int { return &c.IDP }, 0, 1500),
			help: "First N bytes of the first IP packet with payload, for each direction.",
		},
		{
			name: "exe", state: later, group: groupLive, def: "0", joy: "exe",
			kind: flagOf(func(c *Config) *bool { return &c.Exe }),
			help: "Report the local process of a flow.",
			why:  "this version reads captures",
		},
		{
			name: "anon", state: works, group: groupPrivacy, def: "none", joy: "anon",
			kind: textOf("FILE", func(c *Config) *string { return &c.Anon }),
			help: "Replace the addresses that are in the subnets of FILE, one prefix per line.",
		},
		{
			name: "useranon", state: works, group: groupPrivacy, def: "none", joy: "useranon",
			kind: textOf("FILE", func(c *Config) *string { return &c.UserAnon }),
			help: "Replace the user names that FILE lists, one per line, in the URIs of HTTP; those found are in usernames. " +
				"The key is that of anon_mode=joy.",
		},
		{
			name: "bpf", state: works, group: groupFlows, def: "none", joy: "bpf",
			kind: textOf("EXPRESSION", func(c *Config) *string { return &c.BPF }),
			help: "Use only packets that match this tcpdump expression.",
		},
		{
			name: "verbosity", state: works, group: groupOperation, def: "3", shown: "3", joy: "verbosity",
			kind: intOf(func(c *Config) *int { return &c.Verbosity }, 0, 5),
			help: "Least severity of what is logged: 0 nothing, 1 debug, 2 info, 3 warning, 4 error, 5 critical. Joy's " +
				"default is 4, which would hide that a capture is damaged.",
		},
		{
			name: "threads", state: works, group: groupOperation, def: "0", shown: "1", joy: "threads",
			kind: intOf(func(c *Config) *int { return &c.Threads }, 0, 64),
			help: "Workers; 0 = as many as there are cores. The output is the same for any number, so the configuration " +
				"line always says 1.",
		},
		{
			name: "updater", state: inert, group: groupOperation, def: "0", joy: "updater",
			kind: flagOf(nil),
			help: "Fetch new classifier parameters.",
			why:  "Joy's updater does nothing either",
		},
		{
			name: "wht", state: works, group: groupFeatures, def: "0", full: "1", joy: "wht",
			kind: flagOf(func(c *Config) *bool { return &c.WHT }),
			help: "Walsh-Hadamard transform of the payload.",
		},
		{
			name: "example", state: gone, group: groupFeatures, def: "0", joy: "example",
			kind: flagOf(nil),
			help: "Sum of the payload lengths.",
			why:  "it is an example for programmers of Joy; bytes_out and bytes_in tell the same",
		},
		{name: "dns", state: later, group: groupProtocols, def: "0", joy: "dns", kind: flagOf(nil), help: "DNS messages."},
		{name: "ssh", state: later, group: groupProtocols, def: "0", joy: "ssh", kind: flagOf(nil), help: "SSH handshake."},
		{name: "tls", state: later, group: groupProtocols, def: "0", joy: "tls", kind: flagOf(nil), help: "TLS handshake, certificates and record lengths."},
		{name: "dhcp", state: later, group: groupProtocols, def: "0", joy: "dhcp", kind: flagOf(nil), help: "DHCP messages."},
		{name: "dhcpv6", state: later, group: groupProtocols, def: "0", joy: "dhcpv6", kind: flagOf(nil), help: "DHCPv6 messages."},
		{name: "http", state: later, group: groupProtocols, def: "0", joy: "http", kind: flagOf(nil), help: "HTTP headers."},
		{name: "ike", state: later, group: groupProtocols, def: "0", joy: "ike", kind: flagOf(nil), help: "IKE messages."},
		{
			name: "payload", state: works, group: groupFeatures, def: "0", full: "1", joy: "payload",
			kind: flagOf(func(c *Config) *bool { return &c.Payload }),
			help: "First 32 bytes of payload, for each direction.",
		},
		{
			name: "salt", state: works, group: groupFeatures, def: "0", full: "1", joy: "salt",
			kind: flagOf(func(c *Config) *bool { return &c.Salt }),
			help: "TCP sequence and acknowledgement numbers.",
		},
		{
			name: "ppi", state: works, group: groupFeatures, def: "0", full: "1", joy: "ppi",
			kind: flagOf(func(c *Config) *bool { return &c.PPI }),
			help: "TCP packets one by one, with flags and options.",
		},
		{
			name: "fpx", state: later, group: groupProtocols, def: "0", full: "1", joy: "fpx",
			kind: flagOf(func(c *Config) *bool { return &c.FPX }),
			help: "Fingerprints of TCP and TLS clients.",
		},
		{
			name: "profile", state: works, group: groupOperation, def: "none",
			kind: choiceOf(func(c *Config) *string { return &c.Profile }, "none", "full"),
			help: "full switches on bidirectional flows and every extractor, before all other options are looked at: " +
				"what they say explicitly stands, wherever it is said.",
		},
		{
			name: "inactive_timeout", state: works, group: groupFlows, def: "10",
			kind: secondsOf(func(c *Config) *time.Duration { return &c.InactiveTimeout }),
			help: "A flow ends when no packet came for this long; 0 = never.",
		},
		{
			name: "active_timeout", state: works, group: groupFlows, def: "30",
			kind: secondsOf(func(c *Config) *time.Duration { return &c.ActiveTimeout }),
			help: "The record of a flow that goes on for longer is written and a new one begun; 0 = never.",
		},
		{
			name: "tcp_close", state: works, group: groupFlows, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.TCPClose }),
			help: "End a TCP flow soon after FIN or RST, without waiting for a timeout.",
		},
		{
			name: "carriers", state: works, group: groupFlows, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.Carriers }),
			help: "Write the outer conversations of tunnels too, not only the innermost ones.",
		},
		{
			name: "per_file", state: works, group: groupFlows, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.PerFile }),
			help: "End all flows at the end of each input.",
		},
		{
			name: "max_flows", state: works, group: groupFlows, def: "4194304",
			kind: intOf(func(c *Config) *int { return &c.MaxFlows }, 1, math.MaxInt32),
			help: "Flows at a time; beyond that the oldest ones are written before they end.",
		},
		{
			name: "max_memory", state: works, group: groupFlows, def: "4G",
			kind: sizeOf(func(c *Config) *int64 { return &c.MaxMemory }, 1<<20),
			help: "Memory for flows, likewise.",
		},
		{
			name: "stats", state: works, group: groupFeatures, def: "0", full: "1",
			kind: flagOf(func(c *Config) *bool { return &c.Stats }),
			help: "Statistics of packet lengths, times between packets, TCP flags and sequence numbers.",
		},
		{
			name: "community_id", state: works, group: groupFeatures, def: "0", full: "1",
			kind: flagOf(func(c *Config) *bool { return &c.CommunityID }),
			help: "Community ID of the flow, version 1.",
		},
		{
			name: "community_seed", state: works, group: groupFeatures, def: "0", needs: "community_id",
			kind: intOf(func(c *Config) *int { return &c.CommunitySeed }, 0, 65535),
			help: "Seed of the Community ID.",
		},
		{
			name: "l2", state: works, group: groupFeatures, def: "0", full: "1",
			kind: flagOf(func(c *Config) *bool { return &c.L2 }),
			help: "MAC addresses and VLAN identifiers.",
		},
		{
			name: "http_body", state: works, group: groupProtocols, def: "8",
			kind: intOf(func(c *Config) *int { return &c.HTTPBody }, 0, 1024),
			help: "First N bytes of the body of each HTTP message.",
		},
		{
			name: "secrets", state: works, group: groupPrivacy, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.Secrets }),
			help: "Write passwords, cookies, communities and the like as they are, instead of a digest.",
		},
		{
			name: "secrets_key", state: works, group: groupPrivacy, def: "none",
			kind: textOf("FILE", func(c *Config) *string { return &c.SecretsKey }),
			help: "Key of the digests that stand for secrets: equal secrets then have equal digests. If unset, a secret is " +
				"only said to be there.",
		},
		{
			name: "anon_mode", state: works, group: groupPrivacy, def: "joy", needs: "anon",
			kind: choiceOf(func(c *Config) *string { return &c.AnonMode }, "joy", "cryptopan"),
			help: "Replace addresses by tokens as Joy does, or by addresses that keep common prefixes (Crypto-PAn).",
		},
		{
			name: "anon_key", state: works, group: groupPrivacy, def: "none", needs: "anon or useranon",
			kind: textOf("FILE", func(c *Config) *string { return &c.AnonKey }),
			help: "Key for anon. If unset, anon_mode=joy and useranon take joy.bin in the current directory, as Joy does; " +
				"cryptopan has to be given one.",
		},
		{
			name: "rotate_size", state: works, group: groupOutput, def: "0", needs: "output",
			kind: sizeOf(func(c *Config) *int64 { return &c.RotateSize }, 0),
			help: "Begin a new file before this many bytes of JSON are exceeded; 0 = never.",
		},
		{
			name: "rotate_time", state: works, group: groupOutput, def: "0", needs: "output",
			kind: secondsOf(func(c *Config) *time.Duration { return &c.RotateTime }),
			help: "Begin a new file after this much packet time, at multiples of it (UTC); 0 = never.",
		},
		{
			name: "summary", state: works, group: groupOutput, def: "none", hidden: true,
			kind: textOf("FILE", func(c *Config) *string { return &c.Summary }),
			help: "Write the counts of the run to this file at the end, as one JSON object; - = standard error.",
		},
		{
			name: "progress", state: works, group: groupOperation, def: "auto", hidden: true,
			kind: choiceOf(func(c *Config) *string { return &c.Progress }, "auto", "on", "off"),
			help: "Show the progress on standard error; auto: when that is a terminal.",
		},
		{
			name: "show_config", state: works, group: groupOperation, def: "0", hidden: true,
			kind: flagOf(func(c *Config) *bool { return &c.ShowConfig }),
			help: "Print all settings on standard error before the run, in the form of an option file.",
		},
		{
			name: "show_interfaces", state: later, group: groupLive, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.ShowInterfaces }),
			help: "Print the network interfaces.",
			why:  "this version reads captures",
		},
		{
			name: "model", state: later, group: groupFeatures, def: "none",
			kind: textOf("FILE:FILE", func(c *Config) *string { return &c.Model }),
			help: "Parameter files of the classifier.",
		},
		{
			name: "nfv9_port", state: later, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.NFv9Port }, 0, 65535),
			help: "Read UDP payloads to this port as NetFlow version 9.",
		},
		{
			name: "ipfix_collect_port", state: later, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.IPFIXCollectPort }, 0, 65535),
			help: "Read UDP payloads to this port as IPFIX.",
		},
		{
			name: "ipfix_collect_online", state: later, group: groupExport, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.IPFIXCollectOnline }),
			help: "Receive IPFIX from the network.",
		},
		{
			name: "ipfix_export_port", state: later, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportPort }, 0, 65535),
			help: "Send IPFIX from this local port.",
		},
		{
			name: "ipfix_export_remote_port", state: later, group: groupExport, def: "4739",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportRemotePort }, 0, 65535),
			help: "Port of the IPFIX collector.",
		},
		{
			name: "ipfix_export_remote_host", state: later, group: groupExport, def: "127.0.0.1",
			kind: textOf("HOST", func(c *Config) *string { return &c.IPFIXExportRemoteHost }),
			help: "Address of the IPFIX collector.",
		},
		{
			name: "ipfix_export_template", state: later, group: groupExport, def: "simple",
			kind: choiceOf(func(c *Config) *string { return &c.IPFIXExportTemplate }, "simple", "idp"),
			help: "Template of the IPFIX records.",
		},
		{
			name: "preemptive_timeout", state: inert, group: groupFlows, def: "0",
			kind: flagOf(nil),
			help: "Look at the active timeout when a packet arrives.",
			why:  "that is always done here",
		},
		{
			name: "nat", state: inert, group: groupFlows, def: "0",
			kind: flagOf(nil),
			help: "Match the directions of a conversation although one address was translated.",
			why:  "in Joy the option never worked",
		},
		{
			name: "aux_resource_path", state: inert, group: groupOperation, def: "none",
			kind: textOf("DIR", nil),
			help: "Directory of auxiliary files.",
			why:  "nothing is read from there in Joy either",
		},
		{
			name: "URLmodel", state: gone, group: groupOperation, def: "none",
			kind: textOf("TEXT", nil),
			help: "Where the updater fetches classifier parameters.",
			why:  "Joy's manual names it, but Joy refuses it too",
		},
		{
			name: "URLlabel", state: gone, group: groupOperation, def: "none",
			kind: textOf("TEXT", nil),
			help: "Where the updater fetches labels.",
			why:  "Joy's manual names it, but Joy refuses it too",
		},
		{
			name: "type", state: gone, group: groupOperation, def: "none",
			kind: textOf("TEXT", nil),
			help: "Classifier to fetch parameters for.",
			why:  "Joy's manual names it, but Joy refuses it too",
		},
		{
			name: "daemon", state: gone, group: groupOperation, def: "0",
			kind: flagOf(nil),
			help: "Run in the background.",
			why:  "Joy's manual names it, but Joy refuses it too",
		},
	}
}
