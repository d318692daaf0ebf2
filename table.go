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
			name: "interface", state: works, group: groupLive, def: "none", joy: "interface",
			kind: textOf("NAME[,NAME...]", func(c *Config) *string { return &c.Interface }),
			help: "Capture from these interfaces, instead of reading captures. auto is the first usable one.",
		},
		{
			name: "promisc", state: works, group: groupLive, def: "0", needs: "interface", joy: "promisc",
			kind: flagOf(func(c *Config) *bool { return &c.Promisc }),
			help: "Put the interfaces into promiscuous mode: see what is for others too.",
		},
		{
			name: "output", state: works, group: groupOutput, def: "none", joy: "output",
			kind: textOf("FILE", func(c *Config) *string { return &c.Output }),
			help: "Write the records to this file, compressed if its name ends in .gz or .zst; standard output if unset " +
				"or -. All inputs go to one output. With format=parquet a directory too.",
		},
		{
			name: "outdir", state: works, group: groupOutput, def: ".", needs: "output", joy: "outputdir",
			kind: textOf("DIR", func(c *Config) *string { return &c.OutDir }),
			help: "Directory for output; it has to exist.",
		},
		{
			name: "username", state: works, group: groupLive, def: "none", joy: "username",
			kind: textOf("NAME", func(c *Config) *string { return &c.Username }),
			help: "Account to run as once the interfaces are open. If unset and started as root: joy, if there is such an " +
				"account, or who called sudo.",
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
			name: "upload", state: works, group: groupOutput, def: "none", needs: "output", joy: "upload",
			kind: textOf("USER@HOST[:PORT]:PATH", func(c *Config) *string { return &c.Upload }),
			help: "Copy finished files to this directory by SFTP, and remove them here once they are confirmed there.",
		},
		{
			name: "keyfile", state: works, group: groupOutput, def: "none", needs: "upload", joy: "keyfile",
			kind: textOf("FILE", func(c *Config) *string { return &c.KeyFile }),
			help: "SSH identity for upload; if unset, those of the agent (SSH_AUTH_SOCK).",
		},
		{
			name: "label", state: works, group: groupPrivacy, def: "none", joy: "label",
			kind: listOf("NAME:FILE", func(c *Config) *[]string { return &c.Labels }, checkLabel),
			help: "Label addresses with NAME that are in the subnets of FILE, one prefix per line. Can be given several " +
				"times; none forgets those given before.",
		},
		{
			name: "retain", state: works, group: groupOutput, def: "0", needs: "upload", joy: "retain",
			kind: flagOf(func(c *Config) *bool { return &c.Retain }),
			help: "Keep the local copy of what was uploaded.",
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
			name: "exe", state: works, group: groupLive, def: "0", needs: "interface", joy: "exe",
			kind: flagOf(func(c *Config) *bool { return &c.Exe }),
			help: "Report the local processes of a flow. With profile=full they are reported unless exe_via=none.",
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
			name: "fpx", state: works, group: groupProtocols, def: "0", full: "1", joy: "fpx",
			kind: flagOf(func(c *Config) *bool { return &c.FPX }),
			help: "Fingerprints of the software at both ends: Joy's of TCP and TLS, and mercury's (NPF) of many protocols.",
		},
		{
			name: "fingerprint", state: works, group: groupProtocols, def: "none", needs: "fpx",
			kind: textOf("DB", func(c *Config) *string { return &c.Fingerprint }),
			help: "Name the software at both ends from this database of fingerprints; builtin is the one that comes with joy.",
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
			name: "format", state: works, group: groupOutput, def: "jsonl", hidden: true,
			kind: choiceOf(func(c *Config) *string { return &c.Format }, "jsonl", "parquet"),
			help: "Lines of JSON or Parquet. With parquet, output that does not end in .parquet is a directory, whose files " +
				"are parted by day and hour (docs/parquet.md).",
		},
		{
			name: "sensor", state: works, group: groupOutput, def: "none", needs: "format", hidden: true,
			kind: textOf("NAME", func(c *Config) *string { return &c.Sensor }),
			help: "Part a directory of Parquet files by this name too.",
		},
		{
			name: "known_hosts", state: works, group: groupOutput, def: "none", needs: "upload",
			kind: textOf("FILE", func(c *Config) *string { return &c.KnownHosts }),
			help: "Host keys that upload trusts; if unset, .ssh/known_hosts in the home directory.",
		},
		{
			name: "upload_check", state: works, group: groupOutput, def: "hash", needs: "upload",
			kind: choiceOf(func(c *Config) *string { return &c.UploadCheck }, "hash", "size"),
			help: "What confirms an upload: the SHA-256 of the file read back, or its size alone.",
		},
		{
			name: "summary", state: works, group: groupOutput, def: "none", hidden: true,
			kind: textOf("FILE", func(c *Config) *string { return &c.Summary }),
			help: "Write the counts of the run to this file at the end, as one JSON object; - = standard error.",
		},
		{
			name: "log_format", state: works, group: groupOperation, def: "text", hidden: true,
			kind: choiceOf(func(c *Config) *string { return &c.LogFormat }, "text", "json"),
			help: "Form of what is logged: lines of text, or one JSON object for each, with time, level and msg.",
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
			name: "rings", state: works, group: groupLive, def: "1", needs: "interface",
			kind: intOf(func(c *Config) *int { return &c.Rings }, 1, 64),
			help: "Capture rings for each interface; the kernel spreads conversations over them.",
		},
		{
			name: "ring_size", state: works, group: groupLive, def: "64M", needs: "interface",
			kind: sizeOf(func(c *Config) *int64 { return &c.RingSize }, 2<<20),
			help: "Memory of a ring: what comes while the program is busy waits there.",
		},
		{
			name: "block_timeout", state: works, group: groupLive, def: "0.01", needs: "interface",
			kind: secondsOf(func(c *Config) *time.Duration { return &c.BlockTimeout }),
			help: "Longest time that a packet waits in the ring for others to be read together with.",
		},
		{
			name: "shed", state: works, group: groupLive, def: "1", needs: "interface",
			kind: flagOf(func(c *Config) *bool { return &c.Shed }),
			help: "When packets come too fast, leave out features of contents first and then new flows, and count what " +
				"was left out, before the kernel has to drop packets.",
		},
		{
			name: "statistics_time", state: works, group: groupLive, def: "60", needs: "interface",
			kind: secondsOf(func(c *Config) *time.Duration { return &c.StatisticsTime }),
			help: "Write a record of statistics among the flows this often; 0 = never.",
		},
		{
			name: "exe_via", state: works, group: groupLive, def: "auto",
			kind: choiceOf(func(c *Config) *string { return &c.ExeVia }, "auto", "ebpf", "sock_diag", "proc", "none"),
			help: "How processes are found: by events of the kernel (ebpf), by lists of sockets (sock_diag), or by /proc alone; " +
				"auto takes the first of these that works.",
		},
		{
			name: "exe_cmdline", state: works, group: groupLive, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.ExeCmdline }),
			help: "Report the command lines of processes too.",
		},
		{
			name: "metrics", state: works, group: groupLive, def: "none",
			kind: textOf("[ADDRESS:]PORT", func(c *Config) *string { return &c.Metrics }),
			help: "Serve Prometheus metrics and health over HTTP here; a port alone is on loopback only.",
		},
		{
			name: "show_interfaces", state: works, group: groupLive, def: "0", hidden: true,
			kind: flagOf(func(c *Config) *bool { return &c.ShowInterfaces }),
			help: "Print the network interfaces and end.",
		},
		{
			name: "model", state: later, group: groupFeatures, def: "none",
			kind: textOf("FILE:FILE", func(c *Config) *string { return &c.Model }),
			help: "Parameter files of the classifier.",
		},
		{
			name: "nfv9_port", state: works, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.NFv9Port }, 0, 65535),
			help: "Read UDP payloads to this port as NetFlow (5, 9) or IPFIX, whichever they are; 0 = do not.",
		},
		{
			name: "ipfix_collect_port", state: works, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.IPFIXCollectPort }, 0, 65535),
			help: "Read UDP payloads to this port likewise; with ipfix_collect_online IPFIX over TCP too.",
		},
		{
			name: "sflow_port", state: works, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.SFlowPort }, 0, 65535),
			help: "Read UDP payloads to this port as sFlow version 5; 0 = do not.",
		},
		{
			name: "ipfix_collect_online", state: works, group: groupExport, def: "0",
			kind: flagOf(func(c *Config) *bool { return &c.IPFIXCollectOnline }),
			help: "Receive NetFlow, IPFIX and sFlow from the network on these ports, instead of reading captures.",
		},
		{
			name: "collect_address", state: works, group: groupExport, def: "none", needs: "ipfix_collect_online",
			kind: textOf("ADDRESS", func(c *Config) *string { return &c.CollectAddress }),
			help: "Local address to receive on; if unset, all of IPv4 and IPv6.",
		},
		{
			name: "collect_buffer", state: works, group: groupExport, def: "16M", needs: "ipfix_collect_online",
			kind: sizeOf(func(c *Config) *int64 { return &c.CollectBuffer }, 0),
			help: "Memory in which the kernel keeps datagrams that wait; it may give less.",
		},
		{
			name: "ipfix_export_port", state: works, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportPort }, 0, 65535),
			help: "Send the records as IPFIX too, from this UDP port; 0 = do not, unless ipfix_export_transport is tcp.",
		},
		{
			name: "ipfix_export_remote_port", state: works, group: groupExport, def: "4739",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportRemotePort }, 1, 65535),
			help: "Port of the IPFIX collector.",
		},
		{
			name: "ipfix_export_remote_host", state: works, group: groupExport, def: "127.0.0.1",
			kind: textOf("HOST", func(c *Config) *string { return &c.IPFIXExportRemoteHost }),
			help: "Address or name of the IPFIX collector.",
		},
		{
			name: "ipfix_export_template", state: works, group: groupExport, def: "simple",
			kind: choiceOf(func(c *Config) *string { return &c.IPFIXExportTemplate }, "simple", "idp", "full"),
			help: "What the IPFIX records have: simple = the flow and its counters; idp = the initial data packet too; full = " +
				"lengths and times, bytes and names too, as docs/ipfix.md lists.",
		},
		{
			name: "ipfix_export_transport", state: works, group: groupExport, def: "udp",
			kind: choiceOf(func(c *Config) *string { return &c.IPFIXExportTransport }, "udp", "tcp"),
			help: "How IPFIX is sent. tcp switches the export on.",
		},
		{
			name: "ipfix_export_domain", state: works, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportDomain }, 0, math.MaxInt32),
			help: "Observation domain of the IPFIX messages.",
		},
		{
			name: "ipfix_export_mtu", state: works, group: groupExport, def: "0",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportMTU }, 0, 65535),
			help: "Most bytes of an IPFIX message, 1232 at least; 0 = 1420 over UDP and 16384 over TCP.",
		},
		{
			name: "ipfix_export_enterprise", state: works, group: groupExport, def: "32473",
			kind: intOf(func(c *Config) *int { return &c.IPFIXExportEnterprise }, 1, math.MaxInt32),
			help: "Private enterprise number of the elements of joy's own; the default is the one for documentation (RFC 5612).",
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
