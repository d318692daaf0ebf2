package fence

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	seccomp "github.com/elastic/go-seccomp-bpf"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// childCase names, in the environment, what a test process that is started
// again is to do: a fence cannot be taken down.
const childCase = "JOY_FENCE_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childCase); name != "" {
		if err := children()[name](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func children() map[string]func(args []string) error {
	return map[string]func([]string) error{
		"files":     fenceFiles,
		"ports":     fencePorts,
		"calls":     fenceCalls,
		"exec":      fenceExec,
		"kill":      fenceKill,
		"run":       fenceRun,
		"threads":   fenceThreads,
		"processes": fenceProcesses,
		"dropped":   fenceDropped,
	}
}

// inChild runs one of the children in a process of its own.
func inChild(t *testing.T, name string, args ...string) error {
	t.Helper()
	c := exec.Command("/proc/self/exe", args...)
	c.Env = append(os.Environ(), childCase+"="+name)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	err := c.Run()
	if stderr.Len() > 0 {
		t.Errorf("%s: %s", name, stderr.String())
	}
	return err
}

func needLandlock(t *testing.T, abi int) {
	t.Helper()
	got, err := ll.LandlockGetABIVersion()
	if err != nil {
		t.Skip("needs a kernel with landlock in lsm=:", err)
	}
	if got < abi {
		t.Skipf("needs version %d of landlock, the kernel has %d", abi, got)
	}
}

func needSeccomp(t *testing.T) {
	t.Helper()
	if !seccomp.Supported() {
		t.Skip("needs a kernel with seccomp")
	}
}

// denied wants an error of the kind that fences give.
func denied(what string, err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil
	}
	return errors.Join(fmt.Errorf("%s is not refused for want of rights", what), err)
}

// hidesSockets: on these machines a filter cannot see what a socket is for.
const hidesSockets = runtime.GOARCH == "386"

// raise closes in the child, and wants nothing to be left out.
func raise(o Options) error {
	r, err := Raise(o)
	if err != nil {
		return err
	}
	if len(r.Missing) > 0 && !o.Processes && !hidesSockets {
		return errors.New(r.String())
	}
	return nil
}
