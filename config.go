package joy

import (
	"time"

	"joy/record"
)

// Version of the program and of the library; the configuration line that heads
// every output begins with it.
const Version = "5.0.0"

// Config is every setting of a run. DefaultConfig gives the defaults; the zero
// value is not useful. Validate says whether a Config that was filled by hand
// is within the ranges of the option table.
//
// Files that are named here are read by Run; an empty name stands for none.
type Config struct {
	// Flows: what is one record.

	Bidir           bool          // both directions of a conversation in one record
	InactiveTimeout time.Duration // a flow ends after this long without a packet; 0 = never
	ActiveTimeout   time.Duration // a record is cut after this long; 0 = never
	TCPClose        bool          // end a TCP flow soon after FIN or RST
	Retrans         bool          // TCP segments without new payload count as well
	Carriers        bool          // write the outer conversations of tunnels too
	PerFile         bool          // no flow goes on from one input to the next
	BPF             string        // tcpdump expression that packets have to match
	MaxFlows        int           // flows at a time
	MaxMemory       int64         // bytes for flows

	// Features: what a record tells.

	NumPkts       int    // packets listed for a direction
	Zeros         bool   // list packets without payload too
	Dist          bool   // byte distribution
	CDist         string // file that maps byte values to the 16 bins of the compact distribution
	Entropy       bool   // entropy of the payload
	HD            int    // header description over this many bytes; 0 = none
	IDP           int    // bytes of the initial data packet; 0 = none
	WHT           bool   // Walsh-Hadamard transform
	Payload       bool   // first 32 bytes of payload
	Salt          bool   // sequence and acknowledgement numbers
	PPI           bool   // TCP packets one by one
	Stats         bool   // statistics of lengths, times, flags and sequence numbers
	CommunityID   bool   // Community ID version 1
	CommunitySeed int    // its seed
	L2            bool   // MAC addresses and VLAN identifiers
	Classify      bool   // have a model judge flows
	Model         string // its file, or two of Joy's with : between; empty = Joy's own parameters
	Explain       bool   // which features did it
	FPX           bool   // fingerprints
	Fingerprint   string // database of fingerprints; "builtin" = shipped.Database

	// Protocols.

	Protocols  record.ModuleSet // those to look for
	HTTPBody   int              // bytes of the body of each HTTP message
	Secrets    bool             // credentials as they are
	SecretsKey string           // file with the key of their digests; empty = no digests

	// Labels and anonymization.

	Labels   []string // each NAME:FILE
	Anon     string   // file of the subnets whose addresses are replaced
	AnonMode string   // "joy" or "cryptopan"
	UserAnon string   // file of the user names that are replaced
	AnonKey  string   // key file; empty = joy.bin with AnonMode joy

	// Output.

	Output      string        // empty or "-" = standard output; OutputPath joins it with OutDir
	OutDir      string        // directory for Output
	Count       int           // records in a file; 0 = no limit
	RotateSize  int64         // bytes in a file before compression; 0 = no limit
	RotateTime  time.Duration // packet time in a file; 0 = no limit
	Upload      string        // USER@HOST[:PORT]:PATH that finished files go to; empty = nowhere
	KeyFile     string        // SSH identity; empty = those of the agent
	KnownHosts  string        // host keys; empty = those of the account
	UploadCheck string        // "hash" or "size"
	Retain      bool          // keep what was uploaded

	Summary string // file for the counts of the run; "-" = standard error

	// Operation.

	Threads    int    // workers; 0 = as many as there are cores
	Log        string // log file; empty = standard error
	LogFormat  string // "text" or "json"
	Verbosity  int    // 0 off, 1 debug, 2 info, 3 warning, 4 error, 5 critical
	Progress   string // "auto", "on" or "off"
	ShowConfig bool   // print the settings before the run
	Profile    string // "none" or "full"; says what was asked for, the fields above what came of it

	// Live capture.

	Interface      string        // names, joined by commas; empty = captures are read
	Promisc        bool          // what is for others too
	Rings          int           // for each interface
	RingSize       int64         // bytes of a ring
	BlockTimeout   time.Duration // longest wait of a packet in a ring
	Shed           bool          // leave out work when packets come too fast
	StatisticsTime time.Duration // between records of statistics; 0 = none
	Username       string        // account to become; empty = see privilege.Choose
	Metrics        string        // where to serve metrics; empty = nowhere
	ShowInterfaces bool          // print them, and do nothing else

	Exe        bool   // name local processes
	ExeVia     string // "auto", "ebpf", "sock_diag", "proc" or "none"
	ExeCmdline bool   // their command lines too

	// Telemetry in: Collects says whether there is any.

	NFv9Port           int    // UDP port of NetFlow and IPFIX; 0 = none
	IPFIXCollectPort   int    // another one
	SFlowPort          int    // UDP port of sFlow; 0 = none
	IPFIXCollectOnline bool   // receive from the network
	CollectAddress     string // local address; empty = all
	CollectBuffer      int64  // bytes that the kernel keeps

	// IPFIX export: ExportsIPFIX says whether there is one.

	IPFIXExportPort       int    // UDP port to send from; 0 = none
	IPFIXExportRemotePort int    // of the collector
	IPFIXExportRemoteHost string // of the collector
	IPFIXExportTemplate   string // "simple", "idp" or "full"
	IPFIXExportTransport  string // "udp" or "tcp"
	IPFIXExportDomain     int    // observation domain
	IPFIXExportMTU        int    // bytes of a message; 0 = what fits the transport
	IPFIXExportEnterprise int    // number of our own elements
}

// ExportsIPFIX reports whether records are sent as IPFIX.
func (c *Config) ExportsIPFIX() bool {
	return c.IPFIXExportPort != 0 || c.IPFIXExportTransport == "tcp"
}

// Collects reports whether telemetry is looked for.
func (c *Config) Collects() bool {
	return c.NFv9Port != 0 || c.IPFIXCollectPort != 0 || c.SFlowPort != 0
}
