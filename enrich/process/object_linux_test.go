package process

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// compiler is the one that bpf/sockets.o was made with: others give other code.
const compiler = "clang version 14.0.6"

// TestObjectIsOfItsSource compiles the kernel's programs again.
func TestObjectIsOfItsSource(t *testing.T) {
	version, err := exec.Command("clang", "--version").Output()
	if err != nil {
		t.Skipf("no clang: %v", err)
	}
	if !bytes.Contains(version, []byte(compiler)) {
		t.Skipf("another compiler than %s: %s", compiler, version)
	}
	file := filepath.Join(t.TempDir(), "sockets.o")
	if out, err := exec.Command("bpf/build.sh", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fresh, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fresh, object) {
		t.Error("bpf/sockets.o is not what bpf/sockets.c gives: run bpf/build.sh")
	}
}

func TestFindCgroup2(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"unified", "29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup"},
		{"hybrid", "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup/unified"},
		{"not the root of it", "29 23 0:26 /kube /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", ""},
		{"a blank in the name", `29 23 0:26 / /c\040d\134 rw - cgroup2 c rw`, `/c d\`},
		{"no escape at the end", `29 23 0:26 / /c\04 rw - cgroup2 c rw`, `/c\04`},
		{"a name like a kind", "29 23 0:26 / /cgroup2 rw - tmpfs cgroup2 rw\n", ""},
		{"no form", "cgroup2\n - cgroup2 \n", ""},
		{"nothing", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := findCgroup2([]byte(tc.text))
			if got != tc.want || (err != nil) != (tc.want == "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
