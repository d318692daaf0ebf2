package process

import (
	"bytes"
	"context"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"joy/record"
)

// A reader reads what /proc says of processes. One goroutine uses it.
type reader struct {
	t        *Tracker
	patience *patience
	programs map[fileID]*program
	latest   map[inode]*program // for processes that were gone too soon
	cgroups  *os.File           // the root of cgroup2; nil when there is none
	buf      []byte
}

// A fileID changes with the contents of a file.
type fileID struct {
	inode
	size         uint64
	mtime, ctime unix.StatxTimestamp
}

// maxPrograms bounds the files that are remembered; beyond it all are forgotten.
const maxPrograms = 4096

// cmdlineLimit is how long a command line may take to read: it lies in the
// memory of the process.
const cmdlineLimit = 100 * time.Millisecond

func newReader(t *Tracker) *reader {
	return &reader{
		t: t, patience: &patience{most: 4}, buf: make([]byte, 4096),
		programs: make(map[fileID]*program), latest: make(map[inode]*program),
	}
}

// A hint is what the kernel's programs say of the program of a process.
type hint struct {
	path string // "" when they do not
	exe  inode
}

// read returns a process that runs.
func (r *reader) read(pid uint32, h hint) (*process, bool) {
	dir, err := unix.Open("/proc/"+strconv.FormatUint(uint64(pid), 10), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer func() { _ = unix.Close(dir) }()
	s, ok := parseStat(r.file(dir, "stat"))
	if !ok {
		return nil, false
	}
	exe, file, id := r.exe(dir)
	if exe == nil {
		exe, file, id = r.byPath(h)
	}
	who := identity{pid: pid, ticks: s.ticks, exe: id.ino}
	if p := r.t.people.get(who); p != nil {
		if exe != nil {
			exe.Close()
		}
		return p, true
	}
	p := &process{start: sinceBoot(int64(s.ticks) * int64(time.Second/100)), ticks: s.ticks, exe: id.ino, comm: string(s.name)}
	p.facts = record.Exe{PID: pid, Name: s.name, Parent: record.ExeParent{PID: s.parent}}
	r.fill(p, dir)
	r.place(p, exe, file, id)
	r.t.people.put(who, p)
	r.t.people.put(identity{pid: pid, ticks: s.ticks}, p) // for when it has no memory any more
	return p, true
}

// owner returns the process that an event names: as it is known already, as
// /proc has it or, where that comes too late, by what the event says.
func (r *reader) owner(o owner, path string) *process {
	id := identity{pid: o.pid, ticks: uint64(o.start) / uint64(time.Second/100), exe: o.exe.ino}
	if p := r.t.people.get(id); p != nil {
		return p
	}
	h := hint{path, o.exe}
	if p, ok := r.read(o.pid, h); ok && p.ticks == id.ticks && (p.exe == id.exe || p.comm == o.name) {
		r.t.people.put(id, p) // numbers of files differ on stacked file systems
		return p
	}
	r.t.gone.Add(1)
	p := &process{start: sinceBoot(o.start), ticks: id.ticks, exe: id.exe, comm: o.name}
	p.facts = record.Exe{
		PID: o.pid, Name: clip(o.name), Parent: record.ExeParent{PID: o.parent, Name: clip(o.parentName)},
		User: record.ExeUser{ID: o.uid, Name: r.t.users.name(o.uid)}, HasUser: true,
	}
	p.facts.Cgroup, p.facts.Container = r.cgroup(o.cgroup)
	exe, file, known := r.byPath(h)
	r.place(p, exe, file, known)
	r.t.people.put(id, p)
	return p
}

// fill adds what the other files of a process say.
func (r *reader) fill(p *process, dir int) {
	x := &p.facts
	if x.Parent.PID != 0 {
		x.Parent.Name = r.nameOf(x.Parent.PID)
	}
	if uid, ok := parseUID(r.file(dir, "status")); ok {
		x.User, x.HasUser = record.ExeUser{ID: uid, Name: r.t.users.name(uid)}, true
	}
	x.Cgroup, x.Container = parseCgroup(r.file(dir, "cgroup"))
	if r.t.o.Cmdline {
		x.Cmdline = r.cmdline(dir)
	}
}

// place notes the program of a process, and takes over its file, which may be
// nil.
func (r *reader) place(p *process, exe *os.File, file string, id fileID) {
	switch {
	case exe != nil:
		p.file = r.program(exe, file, id)
	case id.ino != 0:
		p.file = r.latest[id.inode]
		if p.file != nil && file == "" {
			file = p.file.path
		}
	}
	if file != "" {
		p.facts.Path, p.facts.Name = clip(file), clip(path.Base(file))
	}
}

// nameOf returns the name that the kernel has for a process, nil if it is gone.
func (r *reader) nameOf(pid uint32) []byte {
	b := r.file(unix.AT_FDCWD, "/proc/"+strconv.FormatUint(uint64(pid), 10)+"/comm")
	if b = bytes.TrimSuffix(b, []byte("\n")); len(b) == 0 {
		return nil
	}
	return clip(string(b))
}

// file reads the beginning of a file of /proc, none of which waits for the
// process. The result is good until the next call.
func (r *reader) file(dir int, name string) []byte {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer func() { _ = unix.Close(fd) }()
	n := 0
	for n < len(r.buf) {
		k, err := unix.Read(fd, r.buf[n:])
		if k <= 0 || err != nil {
			break
		}
		n += k
	}
	return r.buf[:n]
}

// cmdline reads a command line. It is that of the process to say, so it may
// take for ever.
func (r *reader) cmdline(dir int) (args []record.Text) {
	fd, err := unix.Openat(dir, "cmdline", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmdlineLimit)
	defer cancel()
	line := make(chan []byte, 1)
	switch r.patience.within(ctx, func() {
		defer func() { _ = unix.Close(fd) }()
		b := make([]byte, maxCmdline)
		n, _ := unix.Read(fd, b)
		line <- b[:max(n, 0)]
	}) {
	case refused:
		_ = unix.Close(fd)
	case finished:
		args = parseCmdline(<-line)
	case abandoned:
	}
	return args
}

// exe finds the program of a process, without opening it: that could take for
// ever. The file is nil when it is not known.
func (r *reader) exe(dir int) (*os.File, string, fileID) {
	fd, err := unix.Openat(dir, "exe", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, "", fileID{}
	}
	f := os.NewFile(uintptr(fd), "exe")
	id, st, err := identify(f)
	name, err2 := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil || err2 != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		f.Close()
		return nil, "", fileID{}
	}
	if st.Nlink == 0 {
		name = strings.TrimSuffix(name, " (deleted)")
	}
	return f, name, id
}

// resolveCached has a path looked up only as far as nobody need be asked for it
// (RESOLVE_CACHED, Linux 5.12).
const resolveCached = 0x20

// byPath finds a program by what the kernel's programs say. The file is nil when
// it is not at its path in joy's file system, or not without waiting.
func (r *reader) byPath(h hint) (*os.File, string, fileID) {
	none := fileID{inode: h.exe}
	if h.path == "" {
		return nil, "", none
	}
	fd, err := unix.Openat2(unix.AT_FDCWD, h.path, &unix.OpenHow{
		Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: resolveCached | unix.RESOLVE_NO_SYMLINKS,
	})
	if err != nil {
		return nil, h.path, none
	}
	f := os.NewFile(uintptr(fd), h.path)
	id, st, err := identify(f)
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || id.inode != h.exe {
		f.Close()
		return nil, h.path, none
	}
	return f, h.path, id
}

// identify asks for what tells a file from others, without having a file system
// in user space or on the network bring it up to date.
func identify(f *os.File) (id fileID, st unix.Statx_t, err error) {
	err = unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_BASIC_STATS, &st)
	id = fileID{inode: inode{st.Dev_major<<20 | st.Dev_minor, st.Ino}, size: st.Size, mtime: st.Mtime, ctime: st.Ctime}
	return id, st, err
}

// program returns what is known of a file, and takes over f to hash it if it is
// new.
func (r *reader) program(f *os.File, name string, id fileID) *program {
	if p := r.programs[id]; p != nil {
		f.Close()
		return p
	}
	if len(r.programs) >= maxPrograms {
		clear(r.programs)
		clear(r.latest)
	}
	p := &program{path: name}
	r.programs[id], r.latest[id.inode] = p, p
	same := func(f *os.File) bool {
		now, _, err := identify(f)
		return err == nil && now == id
	}
	r.t.hashes.add(job{f, same, p}, int64(min(id.size, 1<<62)))
	return p
}

// sinceBoot turns nanoseconds since the machine started into those since 1970.
func sinceBoot(ns int64) int64 {
	var boot unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil {
		return 0
	}
	return time.Now().UnixNano() - boot.Nano() + ns
}
