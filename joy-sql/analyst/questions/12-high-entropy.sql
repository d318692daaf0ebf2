-- Which traffic of high entropy is no protocol that is known to encrypt?
-- Few bytes cannot have much entropy, so small flows are left out: 256 byte values need some thousand bytes for 8 bits.
-- param entropy = 7: least bits a byte
-- param bytes = 500: least payload that the entropy was taken over
SELECT sa, da, dp, pr, app, round(entropy, 3) AS entropy, bytes_out, bytes_in, time_start
FROM flows
WHERE entropy > getvariable('entropy') AND total_entropy / entropy >= getvariable('bytes')
    AND NOT list_has_any(coalesce(app, []), ['tls', 'dtls', 'quic', 'ssh', 'ike', 'openvpn', 'wireguard'])
ORDER BY entropy DESC, sa, da, dp, time_start
