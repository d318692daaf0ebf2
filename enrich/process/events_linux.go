package process

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/ebpf/rlimit"
)

// object is made of bpf/sockets.c by bpf/build.sh.
//
//go:embed bpf/sockets.o
var object []byte

// A probe is a program of the object and where it goes. One that is optional
// may fail: the others do without it.
type probe struct {
	program  string
	cgroup   ebpf.AttachType // AttachNone for a tracepoint
	optional bool
}

var probes = []probe{
	{program: "set_state"},
	{program: "retransmit", optional: true},
	{program: "sent", optional: true},
	{program: "received", optional: true},
	{program: "create", cgroup: ebpf.AttachCGroupInetSockCreate, optional: true},
	{program: "send4", cgroup: ebpf.AttachCGroupUDP4Sendmsg, optional: true},
	{program: "send6", cgroup: ebpf.AttachCGroupUDP6Sendmsg, optional: true},
	{program: "release", cgroup: ebpf.AttachCgroupInetSockRelease, optional: true},
}

// A watcher takes the events of the kernel.
type watcher struct {
	t       *Tracker
	r       *reader
	sweep   *sweeper
	maps    map[string]*ebpf.Map
	cgroups *os.File    // nil when cgroup2 is not there
	closers []io.Closer // all that was opened, in this order
	ring    *ringbuf.Reader
	opened  map[uint64][]*socket // by cookie
	listed  time.Time            // when all sockets were listed
	resweep time.Time            // when they shall be again
}

// All sockets are listed now and then though events tell of them: for those
// that were open before, and sooner for what was lost.
const (
	mostResweep  = 30 * time.Second
	leastResweep = time.Second
)

// beginEvents loads the programs, then lists the sockets that there are
// already: so none is in neither.
func (t *Tracker) beginEvents(ctx context.Context) error {
	w := &watcher{t: t, r: newReader(t), maps: make(map[string]*ebpf.Map), opened: make(map[uint64][]*socket)}
	if err := w.load(); err != nil {
		w.close()
		return err
	}
	w.sweep = newSweeper(t, w.r, listDiag, SockDiag)
	if err := w.list(); err != nil {
		t.o.Warn(fmt.Sprintf("processes: sockets that are open already stay without a name: %v", err))
	}
	t.done.Go(func() {
		defer w.close()
		w.run(ctx)
	})
	return nil
}

func (w *watcher) load() error {
	if err := rlimit.RemoveMemlock(); err != nil {
		return err
	}
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(object))
	if err != nil {
		return err
	}
	for name, m := range spec.Maps {
		if w.maps[name], err = ebpf.NewMap(m); err != nil {
			return fmt.Errorf("map %s: %w", name, err)
		}
		w.closers = append(w.closers, w.maps[name])
	}
	if w.ring, err = ringbuf.NewReader(w.maps["events"]); err != nil {
		return fmt.Errorf("ring: %w", err)
	}
	w.closers = append(w.closers, w.ring)
	return w.attachAll(spec)
}

// attachAll attaches the programs that the kernel takes, and warns of what is
// missing.
func (w *watcher) attachAll(spec *ebpf.CollectionSpec) (err error) {
	var missing []string
	if w.cgroups, err = openCgroup2(); err != nil {
		missing = append(missing, err.Error())
	} else {
		w.closers = append(w.closers, w.cgroups)
	}
	w.r.cgroups = w.cgroups
	for _, p := range probes {
		if slices.Contains(w.t.o.without, p.program) {
			continue
		}
		err := w.attach(spec.Programs[p.program], p)
		switch {
		case err == nil:
		case !p.optional:
			return fmt.Errorf("program %s: %w", p.program, err)
		case p.cgroup == ebpf.AttachNone || w.cgroups != nil:
			missing = append(missing, fmt.Sprintf("program %s: %v", p.program, err))
		}
	}
	if len(missing) > 0 {
		w.t.o.Warn("processes: some events are missing: " + strings.Join(missing, "; "))
	}
	return nil
}

func openCgroup2() (*os.File, error) {
	info, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	dir, err := findCgroup2(info)
	if err != nil {
		return nil, err
	}
	return os.Open(dir)
}

// attach loads a program and puts it where it goes. The link keeps it.
func (w *watcher) attach(spec *ebpf.ProgramSpec, p probe) error {
	if p.cgroup != ebpf.AttachNone && w.cgroups == nil {
		return errors.New("no cgroup2")
	}
	if err := w.fit(spec); err != nil {
		return err
	}
	prog, err := ebpf.NewProgram(spec)
	if err != nil {
		return err
	}
	defer func() { _ = prog.Close() }()
	var l link.Link
	if p.cgroup == ebpf.AttachNone {
		l, err = link.AttachTracing(link.TracingOptions{Program: prog})
	} else {
		l, err = link.AttachCgroup(link.CgroupOptions{Path: w.cgroups.Name(), Attach: p.cgroup, Program: prog})
	}
	if err != nil {
		return err
	}
	w.closers = append(w.closers, l)
	return nil
}

// fit has a program use the maps that are there.
func (w *watcher) fit(spec *ebpf.ProgramSpec) error {
	for name, m := range w.maps {
		if err := spec.Instructions.AssociateMap(name, m); err != nil && !errors.Is(err, asm.ErrUnreferencedSymbol) {
			return fmt.Errorf("map %s: %w", name, err)
		}
	}
	return nil
}

func (w *watcher) close() {
	for _, c := range slices.Backward(w.closers) {
		c.Close()
	}
}

// run takes events until ctx is done.
func (w *watcher) run(ctx context.Context) {
	var rec ringbuf.Record
	failed := false
	for ctx.Err() == nil {
		w.ring.SetDeadline(time.Now().Add(200 * time.Millisecond))
		err := w.ring.ReadInto(&rec)
		switch {
		case err == nil:
			w.take(rec.RawSample)
		case errors.Is(err, os.ErrDeadlineExceeded):
		default:
			w.t.o.Warn(fmt.Sprintf("processes: no more events: %v", err))
			return
		}
		if time.Now().After(w.resweep) {
			err := w.list()
			if err != nil && !failed {
				w.t.o.Warn(fmt.Sprintf("processes: %v", err))
			}
			failed = err != nil
		}
	}
}

// list learns the sockets that no event told of.
func (w *watcher) list() error {
	w.listed = time.Now()
	w.resweep = w.listed.Add(mostResweep)
	return w.sweep.sweep(w.listed.UnixNano())
}

// take enters what an event says.
func (w *watcher) take(b []byte) {
	w.t.events.Add(1)
	if isProgram(b) {
		w.r.owner(parseProgram(b))
		return
	}
	e, ok := parseEvent(b)
	if !ok {
		return
	}
	if w.t.lost.Swap(e.lost) != e.lost {
		w.resweep = w.listed.Add(leastResweep) // lists tell of what was lost, if it lasts
	}
	switch at := sinceBoot(e.at); e.kind {
	case evOpen:
		w.open(e, at)
	case evClosed:
		for _, s := range w.opened[e.cookie] {
			w.t.sockets.close(s, at)
		}
		delete(w.opened, e.cookie)
		if e.ends.remote.IsValid() {
			w.t.sockets.end(e.ends, e.ns, at)
		}
	}
}

// maxOpened bounds the ends that one socket has had, beyond which they are not
// remembered to be closed.
const maxOpened = 128

// open enters a socket, or what is new of it.
func (w *watcher) open(e event, at int64) {
	s := socket{ends: e.ends, ns: e.ns, id: e.cookie, from: at, via: EBPF, how: likely}
	if e.who.pid != 0 {
		s.who = w.r.owner(e.who, "")
	}
	if e.final {
		s.how = certain
	}
	kept := w.t.sockets.put(s)
	if len(w.opened) > 2*w.t.o.MaxSockets { // what closed them was lost
		clear(w.opened)
	}
	if list := w.opened[e.cookie]; !slices.Contains(list, kept) && len(list) < maxOpened {
		w.opened[e.cookie] = append(list, kept)
	}
}
