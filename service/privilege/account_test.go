package privilege

import (
	"errors"
	"os/user"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	broken := errors.New("passwd cannot be read")
	all := map[string]int{"joy": 990, "eve": 1000, "toor": 0}
	lookup := func(known ...string) func(string) (Account, error) {
		return func(name string) (Account, error) {
			for _, k := range known {
				if k == name {
					return Account{Name: name, UID: all[name]}, nil
				}
			}
			return Account{}, user.UnknownUserError(name)
		}
	}
	tests := []struct {
		name        string
		asked, sudo string
		uid         int
		lookup      func(string) (Account, error)
		want        string // account; "" = as it is
		notice      string // in it
		err         string // in it
	}{
		{name: "root becomes joy", lookup: lookup("joy"), want: "joy"},
		{name: "joy is before sudo", sudo: "eve", lookup: lookup("joy", "eve"), want: "joy"},
		{name: "sudo without joy", sudo: "eve", lookup: lookup("eve"), want: "eve", notice: "going on as eve, who called sudo"},
		{name: "root called sudo", sudo: "toor", lookup: lookup("toor")},
		{name: "nobody to become", lookup: lookup(), notice: "going on as root"},
		{name: "asked for", asked: "eve", lookup: lookup("joy", "eve"), want: "eve"},
		{name: "asked for root", asked: "toor", lookup: lookup("joy", "toor")},
		{name: "asked for who it is", asked: "eve", uid: 1000, lookup: lookup("eve")},
		{name: "asked for another without root", asked: "joy", uid: 1000, lookup: lookup("joy"), want: "joy"},
		{name: "asked for an unknown one", asked: "jyo", lookup: lookup("joy"), err: "unknown user jyo"},
		{name: "not root", uid: 1000, sudo: "eve", lookup: lookup("joy", "eve")},
		{name: "database cannot be read", lookup: func(string) (Account, error) { return Account{}, broken }, err: "cannot be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, notice, err := choose(test.asked, test.sudo, test.uid, test.lookup)
			got := ""
			if a != nil {
				got = a.Name
			}
			if got != test.want {
				t.Errorf("becomes %q, want %q", got, test.want)
			}
			if (notice == "") != (test.notice == "") || !strings.Contains(notice, test.notice) {
				t.Errorf("notice %q, want %q", notice, test.notice)
			}
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want %q", err, test.err)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	const name = "nobody"
	if _, err := user.Lookup(name); err != nil {
		t.Skip("needs the account nobody:", err)
	}
	a, err := Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	if a.Name != name || a.UID == 0 || a.GID == 0 || len(a.Groups) == 0 {
		t.Errorf("%+v", a)
	}
	if _, err := Lookup("no:such"); err == nil || !strings.Contains(err.Error(), "no:such") {
		t.Errorf("error %v", err)
	}
}
