package record

// Exe is a process of this machine at one end of a flow.
type Exe struct {
	// Name of the program: the file name of path or, where that is not known, the
	// name that the kernel has for the process (15 bytes at most). Source: Joy.
	Name Text `json:"name,omitempty"`
	// Path of the program, as the process itself sees it (in a container below the
	// root of that); absent when the process had gone before it could be asked.
	// Source: Joy.
	Path Text `json:"path,omitempty"`
	// SHA-256 of the program's file, hexadecimal; absent when it could not be read
	// in time, is larger than 1 GiB or no regular file. Source: Joy.
	Hash Hex `json:"hash,omitempty" anon:"keep"`
	// Whole seconds from the start of the process to time_start; absent when the
	// start is not known. Source: Joy.
	Uptime uint64 `json:"uptime" when:"HasUptime"`
	// Process identifier, as joy sees it. Source: own.
	PID uint32 `json:"pid"`
	// The process that started it, as long as that lives. Source: own.
	Parent ExeParent `json:"parent,omitempty"`
	// User that it ran as. Source: own.
	User ExeUser `json:"user" when:"HasUser"`
	// Command line, on request: the first 64 arguments and 1,024 bytes. Source: own.
	Cmdline []Text `json:"cmdline,omitempty" anon:"copy"`
	// Control group: the path in cgroup2 or, where that has none, in the hierarchy
	// of systemd. Source: own.
	Cgroup Text `json:"cgroup,omitempty"`
	// Container: the identifier of 64 hexadecimal digits at the end of a control
	// group's name, as Docker, containerd, CRI-O and Podman write it. Source: own.
	Container Text `json:"container,omitempty"`
	// End of the flow that the process is at: "sa" or "da". Source: own.
	End string `json:"end"`
	// Where the process was learned from: "ebpf" (events of the kernel),
	// "sock_diag" or "proc" (lists of sockets, read now and then). Source: own.
	Via string `json:"via"`
	// How sure it is: "certain" when the kernel named the process for this very
	// socket, while it used it; "likely" when a list of sockets, or the owner of the
	// socket that listens, was matched by addresses and ports; "guess" when only
	// the local port was. Source: own.
	Sure string `json:"sure"`

	HasUptime bool `json:"-"`
	HasUser   bool `json:"-"`
}

// ExeParent is the process that started another one.
type ExeParent struct {
	// Process identifier.
	PID uint32 `json:"pid"`
	// Name that the kernel has for it, 15 bytes at most; absent when it had gone.
	Name Text `json:"name,omitempty"`
}

// IsZero reports whether the parent is not known.
func (p ExeParent) IsZero() bool { return p.PID == 0 }

// ExeUser is a user of this machine.
type ExeUser struct {
	// Number of the user.
	ID uint32 `json:"id"`
	// Name of the user; absent when the machine has none for the number.
	Name Text `json:"name,omitempty"`
}
