package anon

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func users(t testing.TB, names string) *Users {
	t.Helper()
	u, err := NewUsers(temp(t, names), joyKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestReplace(t *testing.T) {
	// From `openssl enc -aes-128-ecb -nopad`, the first with ff behind the name.
	const jsmith, sixteen = "ac16a6a993038673fbf8668f2e92f36c", "d25363fc721337648a68f34abef3b405"
	u := users(t, "# who\n\njsmith\r\n  abcdefghijklmnop \nabcdefghijklmnopq\njohn\njohn.doe\nJSmith\na-b\nb-c\n")
	john, doe, ab := joyKey(t).name("john"), joyKey(t).name("john.doe"), joyKey(t).name("a-b")
	for _, tc := range []struct {
		name, uri, want string
		found           []string
	}{
		{"nothing", "", "", nil},
		{"no name", "/index.html", "/index.html", nil},
		{"all of it", "jsmith", jsmith, []string{jsmith}},
		{"in capitals", "/JSmith/x", "/" + jsmith + "/x", []string{jsmith}},
		{"each delimiter", "?jsmith&jsmith/jsmith-jsmith\\jsmith_jsmith.jsmith=jsmith;", "?" + jsmith + "&" + jsmith + "/" + jsmith + "-" + jsmith + "\\" + jsmith + "_" + jsmith + "." + jsmith + "=" + jsmith + ";", slices.Repeat([]string{jsmith}, 8)},
		{"no delimiter before", "/xjsmith", "/xjsmith", nil},
		{"no delimiter behind", "/jsmithx/jsmith%20", "/jsmithx/jsmith%20", nil},
		{"other characters", "/jsmith:a@jsmith", "/jsmith:a@jsmith", nil},
		{"16 characters", "/abcdefghijklmnop/", "/" + sixteen + "/", []string{sixteen}},
		{"more than 16", "/abcdefghijklmnopq/", "/*/", []string{"*"}},
		{"the longest", "/john.doe/", "/" + doe + "/", []string{doe}},
		{"the longest that is delimited", "/john.doer", "/" + john + ".doer", []string{john}},
		{"not the longest", "/john.d", "/" + john + ".d", []string{john}},
		{"one into the other", "/a-b-c", "/" + ab + "-c", []string{ab}},
		{"at the end", "/u=john", "/u=" + john, []string{john}},
		{"a comment is no name", "/who/# who", "/who/# who", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, found := u.Replace(tc.uri)
			if got != tc.want || !slices.Equal(found, tc.found) {
				t.Errorf("%q became %q with %q, want %q with %q", tc.uri, got, found, tc.want, tc.found)
			}
		})
	}
}

func TestReplaceDoesNotAllocateWithoutNames(t *testing.T) {
	u := users(t, "john\n")
	if n := testing.AllocsPerRun(100, func() { u.Replace("/index.html?user=johnny&x=y") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNewUsersFailsClosed(t *testing.T) {
	for _, tc := range []struct{ name, file, want string }{
		{"missing file", filepath.Join(t.TempDir(), "none"), "none"},
		{"directory", t.TempDir(), "directory"},
		{"empty", temp(t, "# nobody\n\n"), "lists no name"},
		{"long name", temp(t, "john\n"+strings.Repeat("x", maxName+1)), "file:2"},
		{"endless line", temp(t, strings.Repeat("x", 1<<20)), "file:1"},
	} {
		if u, err := NewUsers(tc.file, joyKey(t)); err == nil || u != nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

// naive replaces names by trying each at each place.
func naive(names []string, uri string, key *JoyKey) (out string, found []string) {
	for i := 0; i < len(uri); {
		best := ""
		for _, n := range names {
			end := i + len(n)
			if (i == 0 || delimits(uri[i-1])) && end <= len(uri) && (end == len(uri) || delimits(uri[end])) &&
				equalASCII(uri[i:end], n) && len(n) > len(best) {
				best = n
			}
		}
		if best == "" {
			out += uri[i : i+1]
			i++
			continue
		}
		i += len(best)
		out += key.name(best)
		found = append(found, key.name(best))
		if i < len(uri) { // the delimiter
			out += uri[i : i+1]
			i++
		}
	}
	return out, found
}

func equalASCII(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func FuzzUsers(f *testing.F) {
	f.Add("john\njohn.doe\n", "/john.doe/x?u=JOHN")
	f.Add("a-b\nb-c\n-\n", "a-b-c--")
	f.Add("# c\n"+strings.Repeat("x", 17)+"\n\xff\n", strings.Repeat("X", 17)+"/\xff")
	f.Add("", "/")
	key := joyKey(f)
	f.Fuzz(func(t *testing.T, file, uri string) {
		u, err := readUsers(strings.NewReader(file), "f", key)
		if err != nil {
			if u != nil || !strings.HasPrefix(err.Error(), "f") {
				t.Fatalf("%v, %v", u, err)
			}
			return
		}
		var names []string
		for i, line := range strings.Split(strings.ReplaceAll(file, "\r\n", "\n"), "\n") {
			if i == 0 {
				line = strings.TrimPrefix(line, "\ufeff")
			}
			if n := strings.TrimSpace(line); n != "" && n[0] != '#' {
				names = append(names, n)
			}
		}
		got, found := u.Replace(uri)
		want, wanted := naive(names, uri, key)
		if got != want || !slices.Equal(found, wanted) {
			t.Fatalf("%q: %q became %q with %q, want %q with %q", names, uri, got, found, want, wanted)
		}
	})
}

func BenchmarkReplace(b *testing.B) {
	var names strings.Builder
	for i := range 10_000 {
		names.WriteString("user" + strings.Repeat("-x", i%5) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "\n")
	}
	u := users(b, names.String())
	for name, uri := range map[string]string{
		"Usual":   "/path/to/some/page.html?session=0123456789abcdef&user=usercc&lang=en",
		"Hostile": strings.Repeat("user-x-x-x-x-", 5000),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(uri)))
			for range b.N {
				u.Replace(uri)
			}
		})
	}
}
