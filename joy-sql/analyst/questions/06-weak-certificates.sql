-- Which certificates are weak: short keys, or signatures over MD5 or SHA-1?
-- Sizes are of the key of the certificate itself, and elliptic curves have a limit of their own. The signature of a self-issued certificate proves nothing, so its hash does not count.
-- param rsa = 2048: fewest bits of RSA, DSA and Diffie-Hellman keys
-- param ec = 224: fewest bits of elliptic curves
SELECT da, dp, sni, side, position, subject_cn, issuer_cn, key_algo, key_bits, signature_algo,
    key_bits < (CASE WHEN key_curve IS NOT NULL OR key_algo ILIKE '%ec%' OR key_algo ILIKE '%ed%25519%' OR key_algo ILIKE '%ed448%'
        THEN getvariable('ec') ELSE getvariable('rsa') END) AS short_key,
    regexp_matches(signature_algo, '(?i)md5|sha-?1([^0-9]|$)') AND NOT self_issued AS weak_hash, count(*) AS sessions
FROM certificates
GROUP BY ALL HAVING short_key OR weak_hash ORDER BY sessions DESC, da, dp, side, position, subject_cn
