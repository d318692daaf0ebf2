-- Flows with SSH.
-- client: software of the client, by its version line
-- server: software of the server
-- kex: negotiated key exchange
-- host_key: negotiated type of the host key
-- cipher: negotiated cipher from the client
-- mac: negotiated message authentication from the client; NULL when the cipher has its own
-- host_key_bits: size of the server's key
-- host_key_fingerprint: fingerprint of the server's key
-- hassh: HASSH of the client
-- hassh_server: HASSH of the server
-- ssh: all there is, as docs/fields.md defines it
SELECT {key},
    ssh.cli.software AS client, ssh.srv.software AS server, ssh.negotiated.kex_algo AS kex,
    ssh.negotiated.s_host_key_algo AS host_key, ssh.negotiated.c_encryption_algo AS cipher,
    ssh.negotiated.c_mac_algo AS mac, ssh.srv.s_hostkey_bits AS host_key_bits,
    ssh.srv.s_hostkey_fingerprint AS host_key_fingerprint, ssh.cli.hassh AS hassh, ssh.srv.hassh_server AS hassh_server, ssh
FROM flows WHERE ssh IS NOT NULL
