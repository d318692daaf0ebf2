package browser

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const enter = "\r"

// A question is answered in place: the address is that of the answer, what was
// found is told, and the browser's way back is the question before.
func TestFind(t *testing.T) {
	b := open(t, serve(t, flowFile(t, "http-get.pcap", "tls1.2.pcap", "dns.pcap")))
	list := b.first()
	b.visit(list)
	before := b.text("#found")
	b.run(chromedp.Evaluate[chromedp.Void]("window.same = true"))
	b.run(chromedp.SendKeys(chromedp.CSS("#where"), "dp=80"+enter))
	b.wait("the answer", `document.querySelector("#found")?.innerText.startsWith("3 of ")`)
	if !eval[bool](b, "window.same === true") {
		t.Error("the page was loaded anew")
	}
	if q := eval[string](b, "location.search"); q != "?where=dp%3D80" {
		t.Error(q)
	}
	b.wait("what was found is told", `document.querySelector("#voice[role=status]")?.textContent === document.querySelector("#found").textContent`)

	// A mistake is told where it was made, and the form keeps it.
	b.run(chromedp.SendKeys(chromedp.CSS("#where"), ",("+enter))
	b.wait("the mistake", `document.querySelector("#where-error")?.innerText.includes("wrong at character")`)
	if !eval[bool](b, `document.querySelector("#where").ariaInvalid === "true" && document.querySelector("#where").getAttribute("aria-describedby").includes("where-error")`) {
		t.Error("the mistake is not that of the field")
	}
	b.run(chromedp.NavigateBack())
	b.wait("the question before", `document.querySelector("#found")?.innerText.startsWith("3 of ")`)
	b.run(chromedp.NavigateBack())
	b.wait("all flows", `document.querySelector("#found")?.innerText === `+quote(before))

	// A head sorts, and stays where the keyboard is.
	b.run(chromedp.Click(chromedp.CSS(`th:nth-child(8) a`)))
	b.wait("the order", `document.querySelector("th:nth-child(8)").ariaSort === "descending" && document.activeElement.textContent.includes("Bytes")`)
	b.run(chromedp.KeyEvent(enter))
	b.wait("the other order", `document.querySelector("th:nth-child(8)").ariaSort === "ascending"`)
	if eval[string](b, `document.querySelector("#sort").value`) != "bytes" {
		t.Error("the form has another order")
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always has JSON
	return string(b)
}

// All can be reached by the keyboard, and is seen to be.
func TestKeyboard(t *testing.T) {
	b := open(t, serve(t, flowFile(t, "http-get.pcap", "tls1.2.pcap")))
	b.visit(b.first())
	var order []string
	for range 60 {
		b.run(chromedp.KeyEvent("\t"))
		at := eval[string](b, `(e => e === document.body ? "" : e.id || e.className || e.textContent.trim().split(/\s+/).slice(0, 2).join(" "))(document.activeElement)`)
		if at == "" {
			break
		}
		if !eval[bool](b, `(e => { const s = getComputedStyle(e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 })(document.activeElement)`) {
			t.Errorf("the focus is not seen on %q", at)
		}
		order = append(order, at)
	}
	all := strings.Join(order, "|")
	if !strings.HasPrefix(all, "skip|brand|Files|") || !strings.Contains(all, "|where|text|sort|Find|") || !strings.Contains(all, "Duration") {
		t.Errorf("the order of the focus: %s", all)
	}
	b.visit(b.first())
	b.run(chromedp.KeyEvent("\t"))
	b.wait("the skip link comes first", `document.activeElement.className === "skip"`)
	b.run(chromedp.KeyEvent(enter))
	b.wait("the skip link leads to the content", `document.activeElement.id === "main"`)
	b.run(chromedp.KeyEvent("/"))
	b.wait("the key / leads to the condition", `document.activeElement.id === "where"`)
}

// What a screen reader is told of each page: every control has a name, there is
// one heading of the first level, and none is skipped.
func TestScreenReader(t *testing.T) {
	b := open(t, serve(t, flowFile(t, "http-get.pcap", "tls1.2.pcap")))
	list := b.first()
	for _, path := range []string{"/", list, list + "/flow/3", list + "/findings", list + "?where=(", "/nowhere"} {
		b.visit(path)
		nodes, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) ([]*accessibility.Node, error) {
			r, err := cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
			return r.Nodes, err
		})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, node := range nodes {
			if node.Ignored || node.Role == nil {
				continue
			}
			role := strings.Trim(string(node.Role.Value), `"`)
			switch role {
			case "button", "link", "textbox", "searchbox", "combobox", "img", "image", "heading", "navigation", "region", "table", "DisclosureTriangle", "meter", "progressbar":
				n++
				name := ""
				if node.Name != nil {
					name = strings.Trim(string(node.Name.Value), `" `)
				}
				if name == "" && role != "table" && role != "meter" {
					t.Errorf("%s: a %s without a name", path, role)
				}
			}
		}
		if n < 3 {
			t.Errorf("%s: %d nodes", path, n)
		}
		levels := eval[[]int](b, `[...document.querySelectorAll("h1, h2, h3, h4")].map(h => +h.tagName[1])`)
		for i, l := range levels {
			if i == 0 && l != 1 || i > 0 && (l == 1 || l > levels[i-1]+1) {
				t.Errorf("%s: headings %v", path, levels)
				break
			}
		}
		if lang := eval[string](b, `document.documentElement.lang + "|" + document.title`); !strings.HasPrefix(lang, "en|") || !strings.HasSuffix(lang, " – joy") {
			t.Errorf("%s: %s", path, lang)
		}
	}
}

// A capture is chosen, or dropped, and shown.
func TestUpload(t *testing.T) {
	b := open(t, serve(t))
	b.visit("/")
	name, err := filepath.Abs(filepath.Join(captures, "http-get.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	b.run(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{name}), chromedp.Click(chromedp.CSS("#upload button")))
	b.wait("the list", `document.querySelector("#found")?.innerText.startsWith("3 flows")`)
	b.visit("/")
	data, err := os.ReadFile(filepath.Join(captures, "dns.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	bytes, _ := json.Marshal(intsOf(data))
	b.run(chromedp.Evaluate[chromedp.Void](`(() => {
		const files = new DataTransfer();
		files.items.add(new File([new Uint8Array(` + string(bytes) + `)], "dropped.pcap"));
		document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
	})()`))
	b.wait("the list of the dropped file", `document.querySelector("h1").innerText === "dropped.pcap" && document.querySelector("#found") !== null`)
	b.visit("/")
	b.run(chromedp.Click(chromedp.CSS("tbody tr:first-child button")))
	b.wait("one file less", `document.querySelectorAll("tbody tr").length === 1`)
}

func intsOf(data []byte) (list []int) {
	for _, c := range data {
		list = append(list, int(c))
	}
	return list
}

// Without scripts the same pages work.
func TestWithoutScript(t *testing.T) {
	b := open(t, serve(t, flowFile(t, "http-get.pcap", "tls1.2.pcap")))
	list := b.first()
	b.run(call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.visit(list)
	b.run(chromedp.SendKeys(chromedp.CSS("#where"), "dp=443"+enter), chromedp.WaitVisible(chromedp.CSS("#found")))
	b.wait("the answer", `document.querySelector("#found")?.innerText.startsWith("1 of 4 flows")`)
	b.run(chromedp.Click(chromedp.CSS("table.flows tbody a")), chromedp.WaitVisible(chromedp.CSS(".fields")))
	if h := b.text("h1"); !strings.Contains(h, "192.0.2.2:443") {
		t.Error(h)
	}
}

// Texts of flows do nothing in a real browser, whatever they say.
func TestHostile(t *testing.T) {
	var lines strings.Builder
	for _, text := range []string{`<script>window.caught=1</script>`, `"><img src=x onerror="window.caught=1">`, `</title><svg onload="window.caught=1">`, `javascript:window.caught=1`, `' autofocus onfocus='window.caught=1`} {
		q := quote(text)
		lines.WriteString(`{"sa":` + q + `,"da":` + q + `,"pr":6,"sp":1,"dp":80,"bytes_out":1,"num_pkts_out":1,"time_start":1.5,"time_end":2.5,"packets":[{"b":5,"dir":">","ipt":0}],"app":[` + q +
			`],"flow_id":` + q + `,"tls":{"sni":[` + q + `],"s_version":5,"scs":"c030","s_cert":[{"subject":[{"commonName":` + q + `}]}]},` + q + `:{"x":` + q + `}}` + "\n")
	}
	name := filepath.Join(t.TempDir(), `<img src=x onerror="window.caught=1">.json`)
	if err := os.WriteFile(name, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, serve(t, name))
	list := b.first()
	for _, path := range []string{
		"/", list, list + "?where=%22%3E%3Cscript%3Ewindow.caught%3D1%3C/script%3E", list + "?text=%22autofocus+onfocus=window.caught%3D1+x=%22",
		list + "/flow/0", list + "/flow/1", list + "/flow/2", list + "/flow/3", list + "/flow/4", list + "/findings",
	} {
		b.visit(path)
		if eval[bool](b, "window.caught !== undefined") {
			t.Errorf("%s: a text of a flow was run", path)
		}
	}
}

// With a token nothing is seen without it, and the address that was printed logs
// in.
func TestToken(t *testing.T) {
	address := serve(t, "--token", "auto", flowFile(t, "dns.pcap"))
	base, _, _ := strings.Cut(address, "/login")
	b := open(t, base)
	b.visit("/")
	if h := b.text("h1"); h != "Log in" {
		t.Error(h)
	}
	b.run(chromedp.SendKeys(chromedp.CSS("#token"), "not the right one"+enter), chromedp.WaitVisible(chromedp.CSS("[role=alert]")))
	b.visit(strings.TrimPrefix(address, base))
	if h := b.text("h1"); h != "Files" || strings.Contains(eval[string](b, "location.href"), "token") {
		t.Error(h)
	}
}
