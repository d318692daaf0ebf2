package element

import "strings"

// reverseName is the name of the element of the other direction (RFC 5103
// section 6.1).
func reverseName(name string) string {
	return "reverse" + strings.ToUpper(name[:1]) + name[1:]
}

// reversible reports whether an element of IANA has a meaning for the other
// direction: what tells of the exporter, the message or the flow as a whole has
// none (RFC 5103 section 6.1), nor have lists, which say what they hold.
func reversible(id ID) bool {
	switch id {
	case 40, 41, 42, 163, 164, 165, 166, 167, 168: // statistics of the exporter
		return false
	case 130, 131, 173, 211, 212, 213, 214, 215, 216, 217: // its configuration
		return false
	case 137, 145, FlowID, ObservationDomainID, BiflowDirection, 210:
		return false
	case BasicListID, 292, 293:
		return false
	}
	return true
}
