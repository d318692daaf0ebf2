package analyst

import (
	"testing"

	"joy/joy-sql/duck"
)

// database has the functions and macros, over no flows.
func database(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for _, f := range Functions() {
		if err := db.AddFunction(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Exec(macros); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestFunctions(t *testing.T) {
	db := database(t)
	for expression, want := range map[string]string{
		"in_network('10.1.2.3', '10.0.0.0/8')":                   "true",
		"in_network('11.1.2.3', '10.0.0.0/8')":                   "false",
		"in_network('2001:db8::1', '10.0.0.0/8, 2001:db8::/32')": "true",
		"in_network('2001:db9::1', '2001:db8::/32')":             "false",
		"in_network('::ffff:10.1.2.3', '10.0.0.0/8')":            "true",
		"in_network('192.0.2.1', '192.0.2.1')":                   "true",
		"in_network('anon-1', '10.0.0.0/8')":                     "NULL",
		"in_network(NULL, '10.0.0.0/8')":                         "NULL",
		"is_internal('192.168.1.1')":                             "true",
		"is_internal('fe80::1')":                                 "true",
		"is_internal('8.8.8.8')":                                 "false",
		"service_name(443, 6)":                                   "https",
		"service_name(53, 17)":                                   "domain",
		"service_name(47808, 47)":                                "NULL",
		"service_name(NULL, 6)":                                  "NULL",
		"protocol_name(6)":                                       "tcp",
		"protocol_name(253)":                                     "NULL",
		"suite_name('c030')":                                     "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		"suite_name('x')":                                        "NULL",
		"tls_version(5)":                                         "TLS 1.2",
		"tls_version(9)":                                         "NULL",
		"registered_domain('www.Example.co.uk.')":                "example.co.uk",
		"registered_domain('co.uk')":                             "NULL",
		"registered_domain('192.0.2.1')":                         "NULL",
		"registered_domain('')":                                  "NULL",
		"text_entropy('abcd')":                                   "2.0",
		"text_entropy('aaaa')":                                   "0.0",
		"dist_entropy([1, 1, 1, 1])":                             "2.0",
		"dist_entropy([0, 255]::UTINYINT[])":                     "0.0",
		"dist_entropy([0, 0])":                                   "NULL",
		"bucket(TIMESTAMP '2026-11-24 16:55:35.054351', 60)":     "2026-11-24 16:55:00",
		"bucket(TIMESTAMP '2026-11-24 16:55:35.054351', 0.5)":    "2026-11-24 16:55:35",
		"header('[{\"Host\":\"x\"},{\"host\":\"y\"}]', 'HOST')":  "x",
		"header('[{\"code\":200}]', 'code')":                     "200",
		"header('[{\"code\":200}', 'code')":                      "NULL",
		"certificate_time('Aug  7 15:04:17 2018 GMT')":           "2018-08-07 15:04:17",
		"certificate_time('never')":                              "NULL",
		"repeat('x', 13) || registered_domain('a.example.com')":  "xxxxxxxxxxxxxexample.com",
	} {
		if have := result(t, db, expression); have != want {
			t.Errorf("%s: %s, want %s", expression, have, want)
		}
	}
	if _, err := query(db, "in_network('10.0.0.1', '10.0.0.0/99')"); err == nil {
		t.Error("a network that is none is taken")
	}
}

func result(t *testing.T, db *duck.DB, expression string) string {
	t.Helper()
	text, err := query(db, expression)
	if err != nil {
		t.Fatal(expression, err)
	}
	return text
}

func query(db *duck.DB, expression string) (string, error) {
	rows, err := db.Query("SELECT CAST(" + expression + " AS VARCHAR)")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	text := "no row"
	for rows.Next() {
		if b, ok := rows.Text(0); ok {
			text = string(b)
		} else {
			text = "NULL"
		}
	}
	return text, rows.Err()
}

// FuzzFunctions gives them what packets may hold.
func FuzzFunctions(f *testing.F) {
	f.Add([]byte("10.0.0.1"), []byte("10.0.0.0/8"))
	f.Add([]byte(`[{"a":"\ud800"}]`), []byte("a"))
	f.Add([]byte("c030"), []byte("6"))
	f.Add([]byte("."), []byte(","))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		for _, fn := range Functions() {
			args := [][]byte{a, b}[:fn.Args]
			if fn.Bool != nil {
				fn.Bool(args)
			} else if text, ok, _ := fn.Text(args); !ok && len(text) > 0 {
				t.Errorf("%s: %q and no text", fn.Name, text)
			}
		}
	})
}
