-- The entropy of a text in bits a character, 0 for an empty one.
CREATE MACRO text_entropy(text) AS list_entropy(string_split(text, ''));

-- The entropy of a list of counts, such as byte_dist, in bits a value; NULL when
-- all are 0.
CREATE MACRO dist_entropy(counts) AS list_sum(list_transform(list_filter(counts, lambda n: n > 0),
    lambda n: -(n / list_sum(counts)) * log2(n / list_sum(counts))));

-- The start of the span of so many seconds that a time is in.
CREATE MACRO bucket(moment, seconds) AS time_bucket(to_microseconds(CAST(seconds * 1000000 AS BIGINT)), moment);

-- A version of TLS by Joy's number, as in tls.s_version.
CREATE MACRO tls_version(code) AS CASE code
    WHEN 1 THEN 'SSL 2.0' WHEN 2 THEN 'SSL 3.0' WHEN 3 THEN 'TLS 1.0' WHEN 4 THEN 'TLS 1.1'
    WHEN 5 THEN 'TLS 1.2' WHEN 6 THEN 'TLS 1.3' END;

-- A time as certificates have it, such as 'Nov 24 16:55:32 2026 GMT'.
CREATE MACRO certificate_time(text) AS try_strptime(regexp_replace(text, ' +', ' ', 'g'),
    ['%b %d %H:%M:%S %Y GMT', '%b %d %H:%M:%S %Y']);

-- The name that IANA has for a port of a protocol.
CREATE MACRO service_name(port, pr) AS joy_service_name(CAST(port AS VARCHAR), CAST(pr AS VARCHAR));

-- The name of an IP protocol.
CREATE MACRO protocol_name(pr) AS joy_protocol_name(CAST(pr AS VARCHAR));
