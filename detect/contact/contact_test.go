package contact_test

import (
	"testing"

	"joy/detect/contact"
	"joy/detect/flowtest"
)

func TestOf(t *testing.T) {
	ask := flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", SP: 40000, DP: 80}
	with := func(change func(*flowtest.Flow)) flowtest.Flow {
		x := ask
		change(&x)
		return x
	}
	for name, c := range map[string]struct {
		flow flowtest.Flow
		want contact.Contact
	}{
		"answered":         {ask, contact.Reached},
		"refused":          {with(func(x *flowtest.Flow) { x.More, x.NoSYN = `"tcp":{"out":{"flags":"S"}}`, true; x.Silent = true }), contact.Failed},
		"not answered":     {with(func(x *flowtest.Flow) { x.Alone = true }), contact.Failed},
		"silent":           {with(func(x *flowtest.Flow) { x.Silent = true }), contact.Silent},
		"FIN of a scan":    {with(func(x *flowtest.Flow) { x.NoSYN, x.Silent = true, true }), contact.Failed},
		"a late FIN":       {with(func(x *flowtest.Flow) { x.NoSYN, x.Silent, x.SP, x.DP = true, true, 443, 50000 }), contact.Unknown},
		"in the middle":    {with(func(x *flowtest.Flow) { x.NoSYN = true }), contact.Unknown},
		"a SYN-ACK":        {with(func(x *flowtest.Flow) { x.NoSYN, x.Alone, x.More = true, true, `"tcp":{"out":{"flags":"SA"}}` }), contact.Unknown},
		"lost SYN-ACK":     {with(func(x *flowtest.Flow) { x.NoSYN, x.More = true, `"tcp":{"out":{"flags":"S"}}` }), contact.Unknown},
		"UDP answered":     {with(func(x *flowtest.Flow) { x.Pr = 17 }), contact.Reached},
		"UDP not answered": {with(func(x *flowtest.Flow) { x.Pr, x.Alone = 17, true }), contact.Failed},
		"ping": {with(func(x *flowtest.Flow) {
			x.Pr, x.More = 1, `"icmp":{"messages":[{"type":8,"code":0,"dir":">","count":1}]}`
		}), contact.Reached},
		"ping alone": {with(func(x *flowtest.Flow) {
			x.Pr, x.Alone, x.More = 58, true, `"icmp":{"messages":[{"type":128,"dir":">"}]}`
		}), contact.Failed},
		"ICMP error":       {with(func(x *flowtest.Flow) { x.Pr, x.Alone, x.More = 1, true, `"icmp":{"messages":[{"type":3,"dir":">"}]}` }), contact.Unknown},
		"an answer alone":  {with(func(x *flowtest.Flow) { x.Pr, x.More = 1, `"icmp":{"messages":[{"type":8,"dir":"<"}]}` }), contact.Unknown},
		"another protocol": {with(func(x *flowtest.Flow) { x.Pr = 47 }), contact.Unknown},
	} {
		if got := contact.Of(c.flow.Parse(t)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestAnswers(t *testing.T) {
	x := flowtest.Flow{SA: "10.0.0.2", DA: "10.0.0.1", SP: 80, DP: 40000, NoSYN: true, Alone: true, More: `"tcp":{"out":{"flags":"SA"}}`}
	if !contact.Answers(x.Parse(t)) {
		t.Error("a SYN-ACK alone is an answer")
	}
	x.Alone = false
	if contact.Answers(x.Parse(t)) {
		t.Error("a flow of both sides is none")
	}
}
