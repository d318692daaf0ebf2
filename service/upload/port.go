package upload

import "strconv"

// Port is the TCP port of the far side.
func (u *Uploader) Port() uint16 {
	n, _ := strconv.ParseUint(u.target.port, 10, 16) // parseTarget has looked
	return uint16(n)
}
