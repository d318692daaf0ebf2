package ike

// The names of IKEv1 are Joy's where Joy has one, else those of IANA's
// registries "Internet Key Exchange (IKE) Attributes", "IPSEC ISAKMP
// Identifiers" and of the drafts that are named.

var payloads1 = names{
	1: "security_association", 2: "proposal", 3: "transform", 4: "key_exchange", 5: "identification",
	6: "certificate", 7: "certificate_request", 8: "hash", 9: "signature", 10: "nonce", 11: "notification",
	12: "delete", 13: "vendor_id", 14: "attributes", 15: "sa_kek_payload", 16: "sa_tek_payload", 17: "key_download",
	18: "sequence_number", 19: "proof_of_possession", 20: "nat_discovery", 21: "nat_original_address",
	22: "group_associated_policy",
	// In private use: by draft-ietf-ipsec-nat-t-ike, and by Cisco and Microsoft.
	130: "nat_discovery", 131: "nat_original_address", fragment1: "fragment",
}

var attributes1 = names{
	1: "encryption_algorithm", 2: "hash_algorithm", 3: "authentication_method", 4: "group_description",
	5: "group_type", 6: "group_prime_irreducible_polynomial", 7: "group_generator_one", 8: "group_generator_two",
	9: "group_curve_a", 10: "group_curve_b", 11: "life_type", 12: "life_duration", 13: "prf", 14: "key_length",
	15: "field_size", 16: "group_order",
}

// ipsecAttributes1 are those of proposals for AH, ESP and IPCOMP (RFC 2407
// section 4.5).
var ipsecAttributes1 = names{
	1: "sa_life_type", 2: "sa_life_duration", 3: "group_description", 4: "encapsulation_mode",
	5: "authentication_algorithm", 6: "key_length", 7: "key_rounds", 8: "compress_dictionary_size",
	9: "compress_private_algorithm", 10: "ecn_tunnel", 11: "extended_sequence_number",
	12: "authentication_key_length", 13: "signature_encoding_algorithm", 14: "address_preservation",
	15: "sa_direction",
}

// attributeValues1 are the names of the values of an IKE attribute, nil when
// they are no numbers with names.
func attributeValues1(kind uint16) names {
	switch kind {
	case 1:
		return encryption1
	case 2:
		return hashes1
	case 3:
		return authMethods1
	case 4:
		return groups2
	case 5:
		return groupTypes1
	case 11:
		return lifeTypes1
	}
	return nil
}

// ipsecValues1 is attributeValues1 for the attributes of AH, ESP and IPCOMP.
func ipsecValues1(kind uint16) names {
	switch kind {
	case 1:
		return lifeTypes1
	case 3:
		return groups2
	case 4:
		return encapsulations1
	}
	return nil
}

var encryption1 = names{
	1: "encr_des_cbc", 2: "encr_idea_cbc", 3: "encr_blowfish_cbc", 4: "encr_rc5_r16_b64_cbc", 5: "encr_3des_cbc",
	6: "encr_cast_cbc", 7: "encr_aes_cbc", 8: "encr_camellia_cbc",
}

var hashes1 = names{1: "md5", 2: "sha", 3: "tiger", 4: "sha2_256", 5: "sha2_384", 6: "sha2_512"}

var authMethods1 = names{
	1: "pre_shared_key", 2: "dss_signatures", 3: "rsa_signatures", 4: "encryption_with_rsa",
	5: "revised_encryption_with_rsa", 9: "ecdsa_sha256_p256_curve", 10: "ecdsa_sha384_p384_curve",
	11: "ecdsa_sha512_p521_curve",
	// draft-ietf-ipsec-isakmp-hybrid-auth-05 and draft-beaulieu-ike-xauth-02.
	64221: "hybrid_init_rsa", 64222: "hybrid_resp_rsa", 64223: "hybrid_init_dss", 64224: "hybrid_resp_dss",
	65001: "xauth_init_pre_shared", 65002: "xauth_resp_pre_shared", 65003: "xauth_init_dss",
	65004: "xauth_resp_dss", 65005: "xauth_init_rsa", 65006: "xauth_resp_rsa",
	65007: "xauth_init_rsa_encryption", 65008: "xauth_resp_rsa_encryption",
	65009: "xauth_init_rsa_revised_encryption", 65010: "xauth_resp_rsa_revised_encryption",
}

var groupTypes1 = names{1: "modp", 2: "ecp", 3: "ec2n"}

var lifeTypes1 = names{1: "seconds", 2: "kilobytes"}

var encapsulations1 = names{
	1: "tunnel", 2: "transport", 3: "udp_encapsulated_tunnel", 4: "udp_encapsulated_transport",
}

var protocols1 = names{
	0: "reserved", 1: "proto_isakmp", 2: "proto_ipsec_ah", 3: "proto_ipsec_esp", 4: "proto_ipcomp",
	5: "proto_gigabeam_radio",
}

var doi1 = names{0: "isakmp", 1: "ipsec", 2: "gdoi"}

var identities1 = names{
	1: "id_ipv4_addr", 2: "id_fqdn", 3: "id_user_fqdn", 4: "id_ipv4_addr_subnet", 5: "id_ipv6_addr",
	6: "id_ipv6_addr_subnet", 7: "id_ipv4_addr_range", 8: "id_ipv6_addr_range", 9: "id_der_asn1_dn",
	10: "id_der_asn1_gn", 11: "id_key_id", 12: "id_list",
}

var notifies1 = names{
	1: "invalid_payload_type", 2: "doi_not_supported", 3: "situation_not_supported", 4: "invalid_cookie",
	5: "invalid_major_version", 6: "invalid_minor_version", 7: "invalid_exchange_type", 8: "invalid_flags",
	9: "invalid_message_id", 10: "invalid_protocol_id", 11: "invalid_spi", 12: "invalid_transform_id",
	13: "attributes_not_supported", 14: "no_proposal_chosen", 15: "bad_proposal_syntax", 16: "payload_malformed",
	17: "invalid_key_information", 18: "invalid_id_information", 19: "invalid_cert_encoding",
	20: "invalid_certificate", 21: "cert_type_unsupported", 22: "invalid_cert_authority",
	23: "invalid_hash_information", 24: "authentication_failed", 25: "invalid_signature",
	26: "address_notification", 27: "notify_sa_lifetime", 28: "certificate_unavailable",
	29: "unsupported_exchange_type", 30: "unequal_payload_lengths", 16384: "connected",
	// RFC 2407 section 4.6.3, RFC 3706.
	24576: "responder_lifetime", 24577: "replay_status", 24578: "initial_contact",
	36136: "r_u_there", 36137: "r_u_there_ack",
}
