package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// What joy writes, in the directory of a run.
const (
	joyOutput  = "flows.json"
	joySummary = "summary.json"
)

func checkWalk(stdout, _ string, t truth) error {
	if want := fmt.Sprintf("%d packets,", t.Packets); !strings.HasPrefix(stdout, want) {
		return fmt.Errorf("walked %q; there are %s", strings.TrimSpace(stdout), want)
	}
	return nil
}

// checkJoy sees that no packet is lost: neither read and not counted, nor
// counted and in no record.
func checkJoy(_, dir string, t truth) error {
	f, err := os.Open(filepath.Join(dir, joyOutput))
	if err != nil {
		return err
	}
	defer f.Close()
	lines, packets, err := countPackets(f)
	if err != nil {
		return err
	}
	if lines < t.Flows-t.Flows/100 {
		return fmt.Errorf("%d records; there are %d conversations", lines, t.Flows)
	}
	summary, err := os.ReadFile(filepath.Join(dir, joySummary))
	if err != nil {
		return err
	}
	return checkCounts(summary, packets, t)
}

// checkCounts compares the packets in the records with the summary of the run,
// and that with the capture. What the summary does not tell is not compared.
// A datagram that came in fragments is one packet of a record, and truth knows no
// IP in other frames than Ethernet's own; so that comparison is a rough one.
func checkCounts(summary []byte, packets int64, t truth) error {
	var tree map[string]any
	if err := json.Unmarshal(summary, &tree); err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	if n, ok := find(tree, "frames"); ok && n != t.Packets {
		return fmt.Errorf("%d frames read; the capture has %d", n, t.Packets)
	}
	if n, ok := find(tree, "packets"); ok && n != packets {
		return fmt.Errorf("the records have %d packets, the summary %d", packets, n)
	}
	if n, ok := find(tree, "flows_evicted"); ok && n > 0 {
		return fmt.Errorf("%d flows were written early for lack of memory: what was measured is not the whole work", n)
	}
	if packets > t.Packets || packets < t.IPPackets*95/100 {
		return fmt.Errorf("the records have %d packets; the capture has %d with IP", packets, t.IPPackets)
	}
	return nil
}

// find returns the number with this key, in the summary or in an object in it.
func find(tree map[string]any, key string) (int64, bool) {
	if n, ok := tree[key].(float64); ok {
		return int64(n), true
	}
	for _, v := range tree {
		if below, ok := v.(map[string]any); ok {
			if n, ok := find(below, key); ok {
				return n, true
			}
		}
	}
	return 0, false
}

// countPackets adds up the packets of both directions in the records of joy,
// and counts the records. It reads gigabytes, so it looks for the two fields
// only and not at all of the JSON.
func countPackets(r io.Reader) (records, packets int64, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return records, packets, nil
		}
		if err != nil {
			return records, packets, fmt.Errorf("record %d: %w", records+1, endless(err))
		}
		out, found := number(line, `"num_pkts_out":`)
		in, _ := number(line, `"num_pkts_in":`)
		if found {
			records++
			packets += out + in
		}
	}
}

func endless(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the last line has no end")
	}
	return err
}

// number is the decimal number behind the first occurrence of key.
func number(line []byte, key string) (n int64, found bool) {
	at := bytes.Index(line, []byte(key))
	if at < 0 {
		return 0, false
	}
	for _, c := range line[at+len(key):] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
