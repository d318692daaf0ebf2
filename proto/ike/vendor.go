package ike

import (
	"encoding/hex"
	"strings"
)

// A vendor is a vendor id with a name. Most are the MD5 sum of their own name,
// some with a version behind it.
type vendor struct {
	id   string // hexadecimal
	name string
	open bool // what follows the id is a version
}

// vendors are the ids with names, those of Joy first and with its spelling.
var vendors = []vendor{
	{"882fe56d6fd20dbc2251613b2ebe5beb", "strongSwan", false},
	{"09002689dfd6b712", "XAuth", false},
	{"afcad71368a1f1c96b8696fc77570100", "Dead Peer Detection", false},
	{"12f5f28c457168a9702d9fe274cc0100", "Cisco Unity", false},
	{"4048b7d56ebce88525e7de7f00d6c2d380000000", "FRAGMENTATION", false},
	{"1e2b516905991c7d7c96fcbfb587e46100000000", "MS NT5 ISAKMPOAKLEY", false},
	{"4a131c81070358455c5728f20e95452f", "NAT-T (RFC 3947)", false},
	{"7d9419a65310ca6f2c179d9215529d56", "draft-ietf-ipsec-nat-t-ike-03", false},
	{"cd60464335df21f87cfdb2fc68b6a448", "draft-ietf-ipsec-nat-t-ike-02", false},
	{"90cb80913ebb696e086381b5ec427b1f", "draft-ietf-ipsec-nat-t-ike-02\n", false},
	{"8f8d83826d246b6fc7a8a6a428c11de8", "draft-ietf-ipsec-nat-t-ike-08", false},
	{"439b59f8ba676c4c7737ae22eab8f582", "draft-ietf-ipsec-nat-t-ike-07", false},
	{"4d1e0e136deafa34c4f3ea9f02ec7285", "draft-ietf-ipsec-nat-t-ike-06", false},
	{"80d0bb3def54565ee84645d4c85ce3ee", "draft-ietf-ipsec-nat-t-ike-05", false},
	{"9909b64eed937c6573de52ace952fa6b", "draft-ietf-ipsec-nat-t-ike-04", false},
	{"4485152d18b6bbcd0be8a8469579ddcc", "draft-ietf-ipsec-nat-t-ike-00", false},
	{"4df37928e9fc4fd1b3262170d515c662", "draft-ietf-ipsec-nat-t-ike", false},
	{"6105c422e76847e43f9684801292aecd", "draft-stenberg-ipsec-nat-traversal-02", false},
	{"27bab5dc01ea0760ea4e3190ac27c0d0", "draft-stenberg-ipsec-nat-traversal-01", false},

	{"16f6ca16e4a4066d83821a0f0aeaa862", "draft-ietf-ipsec-nat-t-ike-01", false},
	{"6a7434c19d7e36348090a02334c9c805", "draft-huttunen-ipsec-esp-in-udp-00.txt", false},
	{"4048b7d56ebce88525e7de7f00d6c2d3", "FRAGMENTATION", true},
	{"1e2b516905991c7d7c96fcbfb587e461", "MS NT5 ISAKMPOAKLEY", true},
	{"afcad71368a1f1c96b8696fc7757", "Dead Peer Detection", true},
	{"12f5f28c457168a9702d9fe274cc", "Cisco Unity", true},
	{"1f07f70eaa6514d3b0fa96542a50", "Cisco VPN Concentrator", true},
	{"26244d38eddb61b3172a36e3d0cfb819", "Vid-Initial-Contact", false},
	{"fb1de3cdf341b7ea16b7e5be0855f120", "MS-Negotiation Discovery Capable", false},
	{"214ca4faffa7f32d6748e5303395ae83", "MS-MamieExists", false},
	{"e3a5966a76379fe707228231e5ce8652", "IKE CGA version 1", false},
	{"01528bbbc00696121849ab9a1c5b2a51", "MS Vid-IKEv2", true},
	{"621b04bb09882ac1e15935fefa24aeee", "GSSAPI", false},
	{"ad2c0dd0b9c32083ccba25b8861ec455", "A GSS-API Authentication Method for IKE", false},
	{"7003cbc1097dbe9c2600ba6983bc8b35", "KAME/racoon", false},
	{"4865617274426561745f4e6f74696679", "HeartBeat_Notify", true},
	{"699369228741c6d4ca094c93e242c9de19e7b7c6", "NetScreen", true},
	{"f4ed19e0c114eb516faaac0ee37daf2807b4381f", "Check Point", true},
	{"8299031757a36082c6a621de", "FortiGate", true},
	{"404bf439522ca3f6", "SonicWall a", false},
	{"5b362bc820f60007", "SonicWall 7", false},
	{"da8e9378", "SonicWall", true},
	{"84a6dafd4c2e2f236100d34e3e1a5a37", "IKEv2 Fragmentation", false},
	{"f25a91537c8b13ed3add5b7367a049bb", "IKE Fragmentation", false},
}

// vendorName finds the name of a vendor id, and the version behind it. An exact
// match goes before an open one, because the table has it first.
func vendorName(id []byte) (name string, version []byte) {
	digits := hex.EncodeToString(id)
	for i := range vendors {
		v := &vendors[i]
		if digits == v.id || v.open && strings.HasPrefix(digits, v.id) {
			return v.name, id[len(v.id)/2:]
		}
	}
	return "", nil
}

// isWords reports whether a vendor id is a text, as Cisco and Libreswan send
// it, that nobody takes for hexadecimal digits.
func isWords(id []byte) bool {
	words := false
	for _, c := range id {
		if c < ' ' || c > '~' {
			return false
		}
		words = words || !strings.ContainsRune("0123456789abcdefABCDEF", rune(c))
	}
	return words && len(id) >= 6
}
