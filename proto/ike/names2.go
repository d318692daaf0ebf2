package ike

// The names of IKEv2 are Joy's where Joy has one, else those of IANA's registry
// "Internet Key Exchange Version 2 (IKEv2) Parameters" as of 2026-10, in lower
// case with underscores.

// names are the names of numbers; a number without a name has the empty one.
type names map[uint16]string

var payloads2 = names{
	33: "security_association", 34: "key_exchange", 35: "identification_initiator", 36: "identification_responder",
	37: "certificate", 38: "certificate_request", 39: "authentication", 40: "nonce", 41: "notify", 42: "delete",
	43: "vendor_id", 44: "traffic_selector_initiator", 45: "traffic_selector_responder", 46: "encrypted",
	47: "configuration", 48: "extensible_authentication", 49: "generic_secure_password_method",
	50: "group_identification", 51: "group_security_association", 52: "key_download",
	53: "encrypted_and_authenticated_fragment", 54: "puzzle_solution",
}

// exchanges are Joy's names of exchange types of both versions.
var exchanges = names{
	0: "exchange_type_none", 1: "base", 2: "identity_protection", 3: "authentication_only", 4: "aggressive",
	5: "informational", 32: "quick_mode", 33: "new_group_mode", 34: "ike_sa_init", 35: "ike_auth",
	36: "create_child_sa", 37: "informational", 38: "ike_session_resume", 39: "gsa_auth", 40: "gsa_registration",
	41: "gsa_rekey",
}

// laterExchanges are the types that Joy writes in hexadecimal.
var laterExchanges = names{
	6: "transaction", 42: "gsa_inband_rekey", 43: "ike_intermediate", 44: "ike_followup_ke",
}

var transformTypes = names{
	1: "encryption_algorithm", 2: "pseudorandom_function", 3: "integrity_algorithm", 4: "diffie_hellman_group",
	5: "extended_sequence_numbers", 6: "additional_key_exchange_1", 7: "additional_key_exchange_2",
	8: "additional_key_exchange_3", 9: "additional_key_exchange_4", 10: "additional_key_exchange_5",
	11: "additional_key_exchange_6", 12: "additional_key_exchange_7", 13: "key_wrap_algorithm",
	14: "group_controller_authentication_method",
}

// transformIDs are the names of the transforms of each type.
func transformIDs(kind uint8) names {
	switch kind {
	case 1:
		return encryption2
	case 2:
		return prf2
	case 3:
		return integrity2
	case 4, 6, 7, 8, 9, 10, 11, 12:
		return groups2
	case 5:
		return sequence2
	case 13:
		return keyWrap2
	case 14:
		return groupControl2
	}
	return nil
}

var encryption2 = names{
	1: "encr_des_iv64", 2: "encr_des", 3: "encr_3des", 4: "encr_rc5", 5: "encr_idea", 6: "encr_cast",
	7: "encr_blowfish", 8: "encr_3idea", 9: "encr_des_32", 11: "encr_null", 12: "encr_aes_cbc", 13: "encr_aes_ctr",
	14: "encr_aes_ccm_8", 15: "encr_aes_ccm_12", 16: "encr_aes_ccm_16", 18: "encr_aes_gcm_8", 19: "encr_aes_gcm_12",
	20: "encr_aes_gcm", 21: "encr_null_auth_aes_gmac", 23: "encr_camellia_cbc", 24: "encr_camellia_ctr",
	25: "encr_camellia_ccm_8", 26: "encr_camellia_ccm_12", 27: "encr_camellia_ccm_16", 28: "encr_chacha20_poly1305",
	29: "encr_aes_ccm_8_iiv", 30: "encr_aes_gcm_16_iiv", 31: "encr_chacha20_poly1305_iiv",
	32: "encr_kuznyechik_mgm_ktree", 33: "encr_magma_mgm_ktree", 34: "encr_kuznyechik_mgm_mac_ktree",
	35: "encr_magma_mgm_mac_ktree",
}

var prf2 = names{
	1: "prf_hmac_md5", 2: "prf_hmac_sha1", 3: "prf_hmac_tiger", 4: "prf_aes128_xcbc", 5: "prf_hmac_sha2_256",
	6: "prf_hmac_sha2_384", 7: "prf_hmac_sha2_512", 8: "prf_aes128_cmac", 9: "prf_hmac_streebog_512",
}

var integrity2 = names{
	0: "auth_none", 1: "auth_hmac_md5_96", 2: "auth_hmac_sha1_96", 3: "auth_des_mac", 4: "auth_kpdk_md5",
	5: "auth_aes_xcbc_96", 6: "auth_hmac_md5_128", 7: "auth_hmac_sha1_160", 8: "auth_aes_cmac_96",
	9: "auth_aes_128_gmac", 10: "auth_aes_192_gmac", 11: "auth_aes_256_gmac", 12: "auth_hmac_sha2_256_128",
	13: "auth_hmac_sha2_384_192", 14: "auth_hmac_sha2_512_256",
}

// groups2 are also those of IKEv1: the two registries do not disagree.
var groups2 = names{
	0: "dh_group_none", 1: "dh_modp768", 2: "dh_modp1024", 3: "dh_t155", 4: "dh_t185", 5: "dh_modp1536",
	6: "dh_t163r1", 7: "dh_t163k1", 8: "dh_t283r1", 9: "dh_t283k1", 10: "dh_t409r1", 11: "dh_t409k1",
	12: "dh_t571r1", 13: "dh_t571k1", 14: "dh_modp2048", 15: "dh_modp3072", 16: "dh_modp4096", 17: "dh_modp6144",
	18: "dh_modp8192", 19: "dh_p256", 20: "dh_p384", 21: "dh_p521", 22: "dh_modp1024_s160", 23: "dh_modp2048_s224",
	24: "dh_modp2048_s256", 25: "dh_p192", 26: "dh_p224", 27: "dh_brainpool_p224", 28: "dh_brainpool_p256",
	29: "dh_brainpool_p384", 30: "dh_brainpool_p512", 31: "dh_curve25519", 32: "dh_curve448",
	33: "dh_gost3410_2012_256", 34: "dh_gost3410_2012_512", 35: "ml_kem_512", 36: "ml_kem_768", 37: "ml_kem_1024",
	38: "frodokem_640_aes", 39: "frodokem_976_aes", 40: "frodokem_1344_aes",
}

var sequence2 = names{
	0: "no_extended_sequence_numbers", 1: "yes_extended_sequence_numbers", 2: "unspecified_32_bit_numbers",
}

var keyWrap2 = names{1: "kw_5649_128", 2: "kw_5649_192", 3: "kw_5649_256", 4: "kw_arx"}

var groupControl2 = names{1: "implicit", 2: "digital_signature"}

var attributes2 = names{14: "key_length", 18: "signature_algorithm_identifier"}

var protocols2 = names{
	0: "reserved", 1: "ike", 2: "ah", 3: "esp", 4: "fc_esp_header", 5: "fc_ct_authentication", 6: "gike_update",
}

var identities2 = names{
	1: "id_ipv4_addr", 2: "id_fqdn", 3: "id_rfc822_addr", 5: "id_ipv6_addr", 9: "id_der_asn1_dn",
	10: "id_der_asn1_gn", 11: "id_key_id", 12: "id_fc_name", 13: "id_null",
}

var certificates = names{
	1: "pkcs7_wrapped_x509_certificate", 2: "pgp_certificate", 3: "dns_signed_key", 4: "x509_certificate_signature",
	5: "x509_certificate_key_exchange", 6: "kerberos_token", 7: "certificate_revocation_list",
	8: "authority_revocation_list", 9: "spki_certificate", 10: "x509_certificate_attribute", 11: "raw_rsa_key",
	12: "hash_and_url_of_x509_certificate", 13: "hash_and_url_of_x509_bundle", 14: "ocsp_content",
	15: "raw_public_key",
}

var authMethods2 = names{
	1: "rsa_digital_signature", 2: "shared_key_message_integrity_code", 3: "dssdigital_signature",
	9: "ecdsa_sha256_p256", 10: "ecdsa_sha384_p384", 11: "ecdsa_sha512_p512",
	12: "generic_secure_password_authentication_method", 13: "null_authentication", 14: "digital_signature",
}

var hashes2 = names{
	1: "sha1", 2: "sha2_256", 3: "sha2_384", 4: "sha2_512", 5: "identity", 6: "streebog_256", 7: "streebog_512",
}

var notifies2 = names{
	1: "unsupported_critical_payload", 4: "invalid_ike_spi", 5: "invalid_major_version", 7: "invalid_syntax",
	9: "invalid_message_id", 11: "invalid_spi", 14: "no_proposal_chosen", 17: "invalid_ke_payload",
	24: "authentication_failed", 34: "single_pair_required", 35: "no_additional_sas", 36: "internal_address_failure",
	37: "failed_cp_required", 38: "ts_unacceptable", 39: "invalid_selectors", 40: "unacceptable_addresses",
	41: "unexpected_nat_detected", 42: "use_assigned_hoa", 43: "temporary_failure", 44: "child_sa_not_found",
	45: "invalid_group_id", 46: "authorization_failed", 47: "state_not_found", 48: "ts_max_queue",
	49:    "registration_failed",
	16384: "initial_contact", 16385: "set_window_size", 16386: "additional_ts_possible", 16387: "ipcomp_supported",
	16388: "nat_detection_source_ip", 16389: "nat_detection_destination_ip", 16390: "cookie",
	16391: "use_transport_mode", 16392: "http_cert_lookup_supported", 16393: "rekey_sa",
	16394: "esp_tfc_padding_not_supported", 16395: "non_first_fragments_also", 16396: "mobike_supported",
	16397: "additional_ip4_address", 16398: "additional_ip6_address", 16399: "no_additional_addresses",
	16400: "update_sa_addresses", 16401: "cookie2", 16402: "no_nats_allowed", 16403: "auth_lifetime",
	16404: "multiple_auth_supported", 16405: "another_auth_follows", 16406: "redirect_supported", 16407: "redirect",
	16408: "redirected_from", 16409: "ticket_lt_opaque", 16410: "ticket_request", 16411: "ticket_ack",
	16412: "ticket_nack", 16413: "ticket_opaque", 16414: "link_id", 16415: "use_wesp_mode", 16416: "rohc_supported",
	16417: "eap_only_authentication", 16418: "childless_ikev2_supported", 16419: "quick_crash_detection",
	16420: "ikev2_message_id_sync_supported", 16421: "ipsec_replay_counter_sync_supported",
	16422: "ikev2_message_id_sync", 16423: "ipsec_replay_counter_sync", 16424: "secure_password_methods",
	16425: "psk_persist", 16426: "psk_confirm", 16427: "erx_supported", 16428: "ifom_capability",
	16429: "sender_request_id", 16430: "ikev2_fragmentation_supported", 16431: "signature_hash_algorithms",
	16432: "clone_ike_sa_supported", 16433: "clone_ike_sa", 16434: "puzzle", 16435: "use_ppk", 16436: "ppk_identity",
	16437: "no_ppk_auth", 16438: "intermediate_exchange_supported", 16439: "ip4_allowed", 16440: "ip6_allowed",
	16441: "additional_key_exchange", 16442: "use_aggfrag", 16443: "supported_auth_methods",
	16444: "sa_resource_info", 16445: "use_ppk_int", 16446: "ppk_identity_key",
	16447: "ike_sa_init_full_transcript_auth",
}

var selectors2 = names{
	7: "ts_ipv4_addr_range", 8: "ts_ipv6_addr_range", 9: "ts_fc_addr_range", 10: "ts_seclabel",
}

// configTypes are also those of the transaction exchange of IKEv1.
var configTypes = names{1: "cfg_request", 2: "cfg_reply", 3: "cfg_set", 4: "cfg_ack"}

// configs are attributes of both versions; those from 16520 on are of XAUTH
// (draft-beaulieu-ike-xauth-02).
var configs = names{
	1: "internal_ip4_address", 2: "internal_ip4_netmask", 3: "internal_ip4_dns", 4: "internal_ip4_nbns",
	5: "internal_address_expiry", 6: "internal_ip4_dhcp", 7: "application_version", 8: "internal_ip6_address",
	9: "internal_ip6_netmask", 10: "internal_ip6_dns", 11: "internal_ip6_nbns", 12: "internal_ip6_dhcp",
	13: "internal_ip4_subnet", 14: "supported_attributes", 15: "internal_ip6_subnet", 16: "mip6_home_prefix",
	17: "internal_ip6_link", 18: "internal_ip6_prefix", 19: "home_agent_address", 20: "p_cscf_ip4_address",
	21: "p_cscf_ip6_address", 22: "ftt_kat", 23: "external_source_ip4_nat_info",
	24: "timeout_period_for_liveness_check", 25: "internal_dns_domain", 26: "internal_dnssec_ta", 27: "encdns_ip4",
	28: "encdns_ip6", 29: "encdns_digest_info",
	16520: "xauth_type", 16521: "xauth_user_name", 16522: "xauth_user_password", 16523: "xauth_passcode",
	16524: "xauth_message", 16525: "xauth_challenge", 16526: "xauth_domain", 16527: "xauth_status",
	16528: "xauth_next_pin", 16529: "xauth_answer",
}

// isSecret reports whether an attribute of a configuration payload is a
// credential.
func isSecret(kind uint16) bool {
	return kind == 16522 || kind == 16523 || kind == 16528 || kind == 16529
}

var eapCodes = names{1: "request", 2: "response", 3: "success", 4: "failure", 5: "initiate", 6: "finish"}

var eapTypes = names{
	1: "identity", 2: "notification", 3: "nak", 4: "md5_challenge", 5: "one_time_password", 6: "generic_token_card",
	13: "tls", 18: "sim", 21: "ttls", 23: "aka", 25: "peap", 26: "mschapv2", 29: "mschapv2", 43: "fast", 47: "psk",
	49: "ikev2", 50: "aka_prime", 52: "pwd", 55: "teap",
}
