// Package libpcap captures from network interfaces through libpcap, or through
// Npcap on Windows: for systems without packet sockets. It is there in builds
// with the tag pcap only, since it needs that library (and on other systems
// than Windows a C compiler); docs/live.md says how. What it has, afpacket has
// too, but for the order of several interfaces, which is not kept here.
package libpcap
