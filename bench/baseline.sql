-- What a database does with the same file by itself: the same key, the same sums and the times of every
-- connection, grouped in memory. {log} and {threads} are filled in. Columns that are not asked for are not parsed.
SET threads = {threads};
SET preserve_insertion_order = false;

CREATE TABLE conversation AS
SELECT floor(ts / 3600)::UINTEGER AS hour, orig, resp, port, proto,
       count(*) AS events, sum(orig_bytes) AS orig_bytes, sum(resp_bytes) AS resp_bytes,
       min(ts) AS first, max(ts) AS last, list(ts) AS times
FROM read_csv('{log}', header = false, auto_detect = false, delim = '\t', quote = '', escape = '', comment = '#', nullstr = '-',
    columns = {
        'ts': 'DOUBLE', 'uid': 'VARCHAR', 'orig': 'VARCHAR', 'orig_p': 'USMALLINT', 'resp': 'VARCHAR', 'port': 'USMALLINT',
        'proto': 'VARCHAR', 'service': 'VARCHAR', 'duration': 'DOUBLE', 'orig_bytes': 'BIGINT', 'resp_bytes': 'BIGINT',
        'conn_state': 'VARCHAR', 'local_orig': 'VARCHAR', 'local_resp': 'VARCHAR', 'missed_bytes': 'BIGINT', 'history': 'VARCHAR',
        'orig_pkts': 'BIGINT', 'orig_ip_bytes': 'BIGINT', 'resp_pkts': 'BIGINT', 'resp_ip_bytes': 'BIGINT', 'tunnel_parents': 'VARCHAR'
    })
GROUP BY ALL;
