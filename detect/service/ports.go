package service

import "slices"

// A home is where a protocol is at home.
type home struct {
	app   string
	ports []uint16
	// owns says that the first owned ports are of this protocol alone, and that
	// another one there is strange.
	owns int
	// roams says that programs of every kind serve it on high ports.
	roams bool
}

// homes is the table; ports are those of IANA, and those in wide use.
var homes = [...]home{
	{"tls", []uint16{443, 853, 465, 563, 636, 989, 990, 992, 993, 995, 2083, 3269, 4433, 5061, 5223, 5228, 5349, 5671, 6514, 6697, 8443, 8883, 9443}, 2, true},
	{"http", []uint16{80, 591, 631, 3000, 3128, 5000, 5357, 5985, 8000, 8008, 8080, 8081, 8088, 8888, 9090}, 1, true},
	{"http2", []uint16{80, 8080, 50051}, 0, true},
	{"quic", []uint16{443, 80, 853, 8443, 784, 8853}, 0, true},
	{"dns", []uint16{53, 5353, 5355, 137, 853, 9053}, 1, false},
	{"ssh", []uint16{22, 830, 2022, 2222, 29418}, 1, false},
	{"smtp", []uint16{25, 465, 587, 24, 2525}, 1, false},
	{"imap", []uint16{143, 220}, 1, false},
	{"pop3", []uint16{110}, 1, false},
	{"ftp", []uint16{21, 2121}, 1, false},
	{"ldap", []uint16{389, 3268}, 1, false},
	{"smb", []uint16{445, 139}, 1, false},
	{"rdp", []uint16{3389}, 1, false},
	{"kerberos", []uint16{88, 464}, 0, false},
	{"mysql", []uint16{3306, 33060}, 0, false},
	{"postgresql", []uint16{5432}, 0, false},
	{"redis", []uint16{6379, 6380, 26379}, 0, false},
	{"mqtt", []uint16{1883}, 0, false},
	{"socks", []uint16{1080, 9050, 9150}, 0, false},
	{"snmp", []uint16{161, 162, 705}, 0, false},
	{"modbus", []uint16{502}, 0, false},
	{"dnp3", []uint16{20000}, 0, false},
}

// Ports are the ports where a protocol is at home; nil for protocols that have
// none, or are not in the table.
func Ports(app string) []uint16 {
	for _, h := range homes {
		if h.app == app {
			return h.ports
		}
	}
	return nil
}

// Owner is the protocol that alone belongs on a port, "" for none.
func Owner(port uint16) string {
	for _, h := range homes {
		if slices.Contains(h.ports[:h.owns], port) {
			return h.app
		}
	}
	return ""
}

func roams(app string) bool {
	for _, h := range homes {
		if h.app == app {
			return h.roams
		}
	}
	return false
}

func has(ports []uint16, port uint16) bool { return slices.Contains(ports, port) }
