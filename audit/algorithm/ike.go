package algorithm

// IKEEncryption is what a cipher of IKE is, by the name in records. The size of
// a key that has no size of its own is in the proposal, and not known here.
func IKEEncryption(name string) (Parts, bool) { p, ok := ikeCiphers[name]; return p, ok }

var ikeCiphers = table{
	"encr_null": {Cipher: "NULL"}, "encr_null_auth_aes_gmac": {Cipher: "NULL", Mode: "GMAC"},
	"encr_des": {Cipher: "DES", Mode: "CBC", Bits: 56}, "encr_des_iv64": {Cipher: "DES", Mode: "CBC", Bits: 56},
	"encr_des_iv32": {Cipher: "DES", Mode: "CBC", Bits: 56}, "encr_des_32": {Cipher: "DES", Mode: "CBC", Bits: 56},
	"encr_des_cbc": {Cipher: "DES", Mode: "CBC", Bits: 56}, "encr_3des": {Cipher: "3DES", Mode: "CBC", Bits: 112}, "encr_3des_cbc": {Cipher: "3DES", Mode: "CBC", Bits: 112},
	"encr_idea": {Cipher: "IDEA", Mode: "CBC", Bits: 128}, "encr_idea_cbc": {Cipher: "IDEA", Mode: "CBC", Bits: 128}, "encr_3idea": {Cipher: "IDEA", Mode: "CBC"},
	"encr_cast": {Cipher: "CAST128", Mode: "CBC", Bits: 128}, "encr_cast_cbc": {Cipher: "CAST128", Mode: "CBC", Bits: 128},
	"encr_blowfish": {Cipher: "BLOWFISH", Mode: "CBC", Bits: 128}, "encr_blowfish_cbc": {Cipher: "BLOWFISH", Mode: "CBC", Bits: 128},
	"encr_rc5": {Cipher: "RC5", Mode: "CBC"}, "encr_rc5_r16_b64_cbc": {Cipher: "RC5", Mode: "CBC"},
	"encr_aes_cbc": {Cipher: "AES", Mode: "CBC"}, "encr_aes_ctr": {Cipher: "AES", Mode: "CTR"},
	"encr_aes_ccm_8": {Cipher: "AES", Mode: "CCM_8"}, "encr_aes_ccm_12": {Cipher: "AES", Mode: "CCM"}, "encr_aes_ccm_16": {Cipher: "AES", Mode: "CCM"},
	"encr_aes_ccm_8_iiv": {Cipher: "AES", Mode: "CCM_8"},
	"encr_aes_gcm_8":     {Cipher: "AES", Mode: "GCM_8"}, "encr_aes_gcm_12": {Cipher: "AES", Mode: "GCM"}, "encr_aes_gcm": {Cipher: "AES", Mode: "GCM"},
	"encr_aes_gcm_16_iiv": {Cipher: "AES", Mode: "GCM"},
	"encr_camellia_cbc":   {Cipher: "CAMELLIA", Mode: "CBC"}, "encr_camellia_ctr": {Cipher: "CAMELLIA", Mode: "CTR"}, "encr_camellia_ccm_8": {Cipher: "CAMELLIA", Mode: "CCM_8"},
	"encr_camellia_ccm_12": {Cipher: "CAMELLIA", Mode: "CCM"}, "encr_camellia_ccm_16": {Cipher: "CAMELLIA", Mode: "CCM"},
	"encr_chacha20_poly1305":     {Cipher: "CHACHA20", Mode: "POLY1305", Bits: 256},
	"encr_chacha20_poly1305_iiv": {Cipher: "CHACHA20", Mode: "POLY1305", Bits: 256},
	"encr_kuznyechik_mgm_ktree":  {Cipher: "KUZNYECHIK", Mode: "MGM", Bits: 256}, "encr_magma_mgm_ktree": {Cipher: "MAGMA", Mode: "MGM", Bits: 256},
	"encr_kuznyechik_mgm_mac_ktree": {Cipher: "NULL", Mode: "MGM"}, "encr_magma_mgm_mac_ktree": {Cipher: "NULL", Mode: "MGM"},
}

// IKEHash is what a pseudorandom function, an integrity algorithm or a hash of
// IKE is.
func IKEHash(name string) (Parts, bool) { p, ok := ikeHashes[name]; return p, ok }

var ikeHashes = table{
	"prf_hmac_md5": {Hash: "MD5"}, "prf_hmac_sha1": {Hash: "SHA1"}, "prf_hmac_tiger": {Hash: "TIGER"}, "prf_aes128_xcbc": {Hash: "AES"},
	"prf_aes128_cmac": {Hash: "AES"}, "prf_hmac_sha2_256": {Hash: "SHA256"}, "prf_hmac_sha2_384": {Hash: "SHA384"}, "prf_hmac_sha2_512": {Hash: "SHA512"},
	"prf_hmac_streebog_512": {Hash: "STREEBOG"},
	"auth_none":             {Hash: "AEAD"}, "auth_hmac_md5_96": {Hash: "MD5", Bits: 96}, "auth_hmac_md5_128": {Hash: "MD5", Bits: 128}, "auth_des_mac": {Hash: "DES", Bits: 64},
	"auth_kpdk_md5": {Hash: "MD5", Bits: 128}, "auth_hmac_sha1_96": {Hash: "SHA1", Bits: 96}, "auth_hmac_sha1_160": {Hash: "SHA1", Bits: 160},
	"auth_aes_xcbc_96": {Hash: "AES", Bits: 96}, "auth_aes_cmac_96": {Hash: "AES", Bits: 96}, "auth_aes_128_gmac": {Hash: "AES", Bits: 128},
	"auth_aes_192_gmac": {Hash: "AES", Bits: 128}, "auth_aes_256_gmac": {Hash: "AES", Bits: 128},
	"auth_hmac_sha2_256_128": {Hash: "SHA256", Bits: 128}, "auth_hmac_sha2_384_192": {Hash: "SHA384", Bits: 192}, "auth_hmac_sha2_512_256": {Hash: "SHA512", Bits: 256},
	"md5": {Hash: "MD5"}, "sha": {Hash: "SHA1"}, "tiger": {Hash: "TIGER"}, "sha2_256": {Hash: "SHA256"}, "sha2_384": {Hash: "SHA384"}, "sha2_512": {Hash: "SHA512"},
}

// IKEGroup is what a group or another key exchange of IKE is.
func IKEGroup(name string) (Parts, bool) { p, ok := ikeGroups[name]; return p, ok }

var ikeGroups = table{
	"dh_group_none": {Family: "none"},
	"dh_modp768":    {Family: "ff", Bits: 768}, "dh_modp1024": {Family: "ff", Bits: 1024}, "dh_modp1536": {Family: "ff", Bits: 1536},
	"dh_modp2048": {Family: "ff", Bits: 2048}, "dh_modp3072": {Family: "ff", Bits: 3072}, "dh_modp4096": {Family: "ff", Bits: 4096},
	"dh_modp6144": {Family: "ff", Bits: 6144}, "dh_modp8192": {Family: "ff", Bits: 8192},
	// Groups with a small subgroup (RFC 5114): the size is that of the prime.
	"dh_modp1024_s160": {Family: "ff-subgroup", Bits: 1024}, "dh_modp2048_s224": {Family: "ff-subgroup", Bits: 2048}, "dh_modp2048_s256": {Family: "ff-subgroup", Bits: 2048},
	"dh_t155": {Family: "binary", Bits: 155}, "dh_t185": {Family: "binary", Bits: 185}, "dh_t163r1": {Family: "binary", Bits: 163}, "dh_t163k1": {Family: "binary", Bits: 163},
	"dh_t283r1": {Family: "binary", Bits: 283}, "dh_t283k1": {Family: "binary", Bits: 283}, "dh_t409r1": {Family: "binary", Bits: 409}, "dh_t409k1": {Family: "binary", Bits: 409},
	"dh_t572r1": {Family: "binary", Bits: 571}, "dh_t571r1": {Family: "binary", Bits: 571}, "dh_t571k1": {Family: "binary", Bits: 571},
	"dh_p192": {Family: "prime", Bits: 192}, "dh_p224": {Family: "prime", Bits: 224}, "dh_p256": {Family: "prime", Bits: 256}, "dh_p384": {Family: "prime", Bits: 384}, "dh_p521": {Family: "prime", Bits: 521},
	"dh_brainpool_p224": {Family: "brainpool", Bits: 224}, "dh_brainpool_p256": {Family: "brainpool", Bits: 256},
	"dh_brainpool_p384": {Family: "brainpool", Bits: 384}, "dh_brainpool_p512": {Family: "brainpool", Bits: 512},
	"dh_curve25519": {Family: "montgomery", Bits: 255}, "dh_curve448": {Family: "montgomery", Bits: 448},
	"dh_gost3410_2012_256": {Family: "gost", Bits: 256}, "dh_gost3410_2012_512": {Family: "gost", Bits: 512},
	"ml_kem_512": {Family: "ml-kem", Bits: 512}, "ml_kem_768": {Family: "ml-kem", Bits: 768}, "ml_kem_1024": {Family: "ml-kem", Bits: 1024},
	"frodokem_640_aes": {Family: "frodo", Bits: 640}, "frodokem_976_aes": {Family: "frodo", Bits: 976}, "frodokem_1344_aes": {Family: "frodo", Bits: 1344},
	"hybrid": {Family: "hybrid"}, // a classical group, and ML-KEM or FrodoKEM beside it (RFC 9370)
}
