package ipfix

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"joy/telemetry/element"
)

// The manual has every element that can be sent, as it is sent, and no others.
func TestManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/ipfix.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([0-9/]+) \\| ([^|]*\\|[^|]*\\|) R? ?\\|").FindAllStringSubmatch(string(text), -1) {
		rows[m[1]] = m[2] + " " + m[3]
	}
	sent := map[string]bool{}
	for name := range everySent() {
		name = strings.Trim(name, "[]")
		if rest, reverse := strings.CutPrefix(name, "reverse"); reverse {
			name = strings.ToLower(rest[:1]) + rest[1:]
		}
		sent[name] = true
	}
	for name := range sent {
		e, _ := element.Named(name)
		row, has := rows[name]
		if !has {
			t.Errorf("%s is not in the manual", name)
			continue
		}
		number := fmt.Sprint(e.ID.Number())
		if e.ID.Enterprise() != element.IANA {
			number = fmt.Sprintf("%d/%s", e.ID.Enterprise(), number)
		}
		kind := e.Type.String()
		if strings.Contains(row, "bits |") && e.Type == element.OctetArray {
			kind = "bits"
		}
		unit := " " + e.Unit.String()
		if e.Unit != element.None {
			unit += " "
		}
		want := fmt.Sprintf("%s %s |%s|", number, kind, unit)
		if row != want && row != strings.Replace(want, kind, "list of "+kind, 1) {
			t.Errorf("%s: the manual has %q, want %q", name, row, want)
		}
	}
	for name := range rows {
		if !sent[name] {
			t.Errorf("%s is in the manual and is never sent", name)
		}
	}
}

// everySent are the names of all that was wanted of records that have it all.
func everySent() row {
	long := everything()
	long.Packets[0].B, long.Packets[0].IPT = 1<<16, 1<<16
	long.TLS.SRLT[0].IPT, long.TLS.CS[0] = 1<<16, 1<<16
	texts := everything()
	texts.SA.Token = "token"
	all := row{}
	for _, w := range []row{wanted(Full, everything()), wanted(Full, v6(everything())), wanted(Full, long), wanted(Full, texts)} {
		for name, value := range w {
			all[name] = value
		}
	}
	return all
}
