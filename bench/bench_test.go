package main

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the program walk.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "walk" {
		main()
		return
	}
	os.Exit(m.Run())
}

// writeWorkload makes a capture of n packets, and the truth that says so.
func writeWorkload(t *testing.T, name string, n int, said truth) *config {
	t.Helper()
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint32(append(b, make([]byte, 16)...), 1)
	for range n {
		b = le.AppendUint32(append(b, make([]byte, 8)...), 60)
		b = append(le.AppendUint32(b, 60), make([]byte, 60)...)
	}
	if said.FileBytes == 0 {
		said.FileBytes = int64(len(b))
	}
	c := &config{data: t.TempDir(), out: t.TempDir(), runs: 2, workloads: []string{name}}
	text, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{c.capture(name): b, c.capture(name) + ".json": text} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestMeasure(t *testing.T) {
	c := writeWorkload(t, "tls", 7, truth{Packets: 7})
	c.programs = []string{"walk"}
	programs, err := choose(c)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(c.out, "run")
	results, err := measure(t.Context(), c, "tls", programs, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 || len(results[0].samples) != c.runs {
		t.Fatalf("%+v; want the walk, %d times", results, c.runs)
	}
	for _, s := range results[0].samples {
		if s.cpu <= 0 || s.wall <= 0 || s.rss <= 0 {
			t.Errorf("%+v", s)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the output of the runs was left behind: %v", err)
	}
}

func TestLostPacketsEndTheRun(t *testing.T) {
	c := writeWorkload(t, "tls", 7, truth{Packets: 8})
	programs, err := choose(&config{programs: []string{"walk"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = measure(t.Context(), c, "tls", programs, filepath.Join(c.out, "run"))
	if err == nil || !strings.Contains(err.Error(), "there are 8 packets") {
		t.Errorf("%v; want a complaint about 7 of 8 packets", err)
	}
}

func TestChooseRefusesWhatIsNotThere(t *testing.T) {
	if _, err := choose(&config{joy: "/joy", programs: []string{"joy", "nothing"}}); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Errorf("%v", err)
	}
}

func TestPrepare(t *testing.T) {
	there := writeWorkload(t, "mix", 1, truth{})
	half := writeWorkload(t, "mix", 1, truth{FileBytes: 1000})
	for name, c := range map[string]struct {
		config *config
		want   string // "" = no error
	}{
		"there":             {there, ""},
		"half written":      {half, "has 100 bytes"},
		"unknown":           {&config{workloads: []string{"mixed"}}, `no workload "mixed"`},
		"without generator": {&config{workloads: []string{"mice"}, data: t.TempDir(), shared: t.TempDir()}, "-shared"},
	} {
		err := prepare(t.Context(), c.config, t.TempDir())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		rss  []int64
		want int64
	}{
		{nil, 0},
		{[]int64{7}, 7},
		{[]int64{9, 1}, 5},
		{[]int64{9, 1, 100}, 9},
		{[]int64{4, 3, 2, 1000}, 3},
	} {
		var samples []sample
		for _, n := range c.rss {
			samples = append(samples, sample{rss: n})
		}
		if got := median(samples, func(s sample) int64 { return s.rss }); got != c.want {
			t.Errorf("%v: %d; want %d", c.rss, got, c.want)
		}
	}
}

func made(name, workload string, cpu, wall time.Duration, rss int64) result {
	return result{
		program: program{name: name}, workload: workload, truth: truth{Packets: 1e6, Flows: 1000},
		samples: []sample{{cpu, wall, rss}, {cpu + cpu/10, wall, rss}, {cpu - cpu/10, wall, rss}},
	}
}

func TestReport(t *testing.T) {
	second := time.Second
	joy, two, idle := made("joy", "mix", 4*second, 4*second, 80e6), made("joy-2", "mix", 5*second, 2*second, 1), made("joy-idle", "mix", second, second, 401e6)
	joy.program.cpu = map[string]float64{"mix": 2.5, "tls": 9}
	two.program.wall = 0.5
	idle.program.flow, idle.empty = 300, 1e6
	alone := made("joy", "tls", second, second, 1)
	alone.program = joy.program
	text := report([]result{made("walk", "mix", 2*second, 2*second, 9e6), joy, two, idle, alone}, true)
	for _, want := range []string{
		"| mix | walk | 2.000 | 20 % | 2000 | 1.00 |  | 2.000 |  |  | 9 |  |  |\n",
		"| mix | joy | 4.000 | 20 % | 4000 | 2.00 | ≤ 2.5 met | 4.000 |  |  | 80 |  |  |\n",
		"| mix | joy-2 | 5.000 | 20 % | 5000 | 2.50 |  | 2.000 | 0.50 | ≤ 0.5 met | 0 |  |  |\n",
		"| mix | joy-idle |  |  |  |  |  |  |  |  | 401 | 400000 | ≤ 300 MISSED |\n",
		"| tls | joy | 1.000 | 20 % | 1000 |  |  | 1.000 |  |  | 0 |  |  |\n", // no walk of that workload
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no line %q in\n%s", want, text)
		}
	}
}

func TestBusyMachineIsTold(t *testing.T) {
	for _, c := range []struct {
		cpu, wall time.Duration
		want      bool
	}{
		{time.Second, time.Second, false},
		{time.Second, 2 * time.Second, true},
		{time.Millisecond, 2 * time.Millisecond, false}, // starting the process
	} {
		text := report([]result{made("walk", "mix", c.cpu, c.wall, 1)}, false)
		if strings.Contains(text, "busy") != c.want {
			t.Errorf("%v CPU in %v: %s", c.cpu, c.wall, text)
		}
	}
}

func TestTextTableIsAligned(t *testing.T) {
	lines := strings.Split(textTable([][]string{columns, {"mix", "a", "1"}, {"tls", "long name", "12345678", "≤ 2"}}), "\n")
	want := []string{"workload  program       CPU s    ±", "", "mix       a                 1", "", "tls       long name  12345678  ≤ 2", ""}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) || i > 0 && lines[i] != want[i] {
			t.Errorf("line %d: %q; want %q", i, lines[i], want[i])
		}
	}
}
