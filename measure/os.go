package measure

// ProbableOS names the operating system that the smallest hop limit of a
// side's packets and the window of its SYN (as sent) suggest, by Joy's table;
// empty when it does not know them.
func ProbableOS(ttl uint8, window uint16) string {
	switch {
	case ttl > 128:
		switch window {
		case 4128:
			return "Cisco Router IOS 12.4"
		case 8760:
			return "Solaris 7"
		}
	case ttl > 64:
		switch window {
		case 8192:
			return "Windows 7, Vista, and Server 8"
		case 16384:
			return "Windows 2000"
		case 65535:
			return "Windows XP"
		}
	case ttl > 32:
		switch window {
		case 5840:
			return "Linux 2.4 and 2.6"
		case 5720:
			return "Google Customized Linux"
		case 16384:
			return "OpenBSD, AIX 4.3"
		case 32120:
			return "Linux Kernel 2.2"
		case 65535:
			return "FreeBSD / OS X"
		}
	}
	return ""
}
