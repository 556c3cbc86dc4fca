-- Ways by which hosts work on machines inside, one row per host, machine and way.
-- What carried less than a session needs (bytes, first parameter) was looked at by
-- a scanner, not worked on.
-- Parameters: bytes of a session, bytes of a question to the endpoint mapper.
CREATE OR REPLACE TABLE movement_way AS
SELECT client, server, way, CAST(sum(events) AS BIGINT) AS events, CAST(sum(attempts) AS BIGINT) AS attempts,
       CAST(least(sum(bytes_out), 4611686018427387904) AS BIGINT) AS bytes_out, CAST(least(sum(bytes_in), 4611686018427387904) AS BIGINT) AS bytes_in,
       min(first) AS first, max(last) AS last, count(DISTINCT hour - hour % 24) AS days, min(port) AS port, min(what) AS what
FROM (
    SELECT o.client, o.server, CASE WHEN o.port IN (139, 445) THEN 'SMB' WHEN o.port = 135 THEN 'RPC' WHEN o.port IN (5985, 5986) THEN 'WinRM'
           WHEN o.port = 3389 THEN 'RDP' WHEN o.port = 22 THEN 'SSH' ELSE 'VNC' END AS way,
           o.hour, o.events, o.attempts, o.bytes_client AS bytes_out, o.bytes_server AS bytes_in, o.first, o.last, o.port, '' AS what
    FROM oriented o WHERE o.proto = 6 AND o.port IN (22, 135, 139, 445, 3389, 5900, 5985, 5986)
    UNION ALL
    SELECT k.orig, k.resp, CASE WHEN k.verb LIKE '\\\\%' THEN 'share' ELSE 'execution' END, k.hour, k.events, 0, 0, 0, k.first, k.last, k.port, k.verb
    FROM (
        SELECT c.hour, c.orig, c.resp, c.port, c.events, c.first, c.first + c.span AS last, CASE WHEN n.text = 'smb_mapping' THEN o.text ELSE o.text || ' ' || v.text END AS verb
        FROM ledger.call c
        JOIN ledger.name n ON n.id = c.log AND n.text IN ('dce_rpc', 'smb_mapping')
        JOIN ledger.name o ON o.id = c.object
        JOIN ledger.name v ON v.id = c.verb
        WHERE c.hour >= {since} AND c.hour < {until} AND c.events > 0 AND (
            n.text = 'smb_mapping' AND regexp_matches(o.text, '^\\\\.*\\(ADMIN|[A-Za-z])\$$')
            OR o.text = 'svcctl' AND regexp_matches(v.text, '^(Create|Start|Change)Service')
            OR o.text = 'atsvc' AND v.text IN ('JobAdd', 'NetrJobAdd')
            OR o.text = 'ITaskSchedulerService' AND v.text IN ('SchRpcRegisterTask', 'SchRpcRun')
            OR o.text = 'IWbemServices' AND v.text IN ('ExecMethod', 'ExecMethodAsync')
            OR o.text = 'IDispatch' AND v.text = 'Invoke'
            OR o.text = 'winreg' AND regexp_matches(v.text, '^BaseReg(SetValue|CreateKey)'))
    ) k
    UNION ALL
    SELECT m.client, m.server, 'program', m.hour, m.events, 0, 0, 0, m.first, m.last, m.port, m.file
    FROM moved m WHERE m.how = 'SMB WRITE' AND regexp_matches(lower(m.file), '\.(exe|dll|sys|scr|msi|bat|cmd|ps1|vbs|js|hta)$')
) u
JOIN place c ON c.address = u.client AND c.inside AND NOT c.special
JOIN place s ON s.address = u.server AND s.inside AND NOT s.special
GROUP BY client, server, way
HAVING sum(bytes_out) + sum(bytes_in) >= ? OR way = 'RPC' AND sum(bytes_out) + sum(bytes_in) >= ? OR way IN ('share', 'execution', 'program');

-- How many hosts use a way on a machine, and how much of it a host does.
CREATE OR REPLACE TABLE movement_edge AS
SELECT w.*, count(*) OVER (PARTITION BY w.server, w.way) AS users, (SELECT count(DISTINCT client) FROM movement_way) AS hosts
FROM movement_way w;

-- Candidates: edges with a lone way, all their ways, and what else was tried.
CREATE OR REPLACE TABLE movement_pair AS
SELECT client, server, min(first) AS first
FROM movement_edge
WHERE way <> 'RPC' AND (users <= 3 OR users * 20 <= hosts)
GROUP BY client, server;

SELECT c.ip, s.ip, e.way, e.events, e.attempts, e.bytes_out, e.bytes_in, e.first, e.last, e.days, e.port, e.what, e.users, e.hosts,
       coalesce(t.events, 0) AS tried, coalesce(q.machines, 0) AS knocked
FROM movement_pair p
JOIN movement_edge e ON e.client = p.client AND e.server = p.server
JOIN place c ON c.address = p.client
JOIN place s ON s.address = p.server
LEFT JOIN (
    SELECT client, server, CAST(sum(attempts) AS BIGINT) AS events FROM oriented WHERE proto = 6 AND attempts > 0 GROUP BY client, server
) t ON t.client = p.client AND t.server = p.server
LEFT JOIN (
    SELECT o.client, count(DISTINCT o.server) AS machines
    FROM oriented o JOIN place s ON s.address = o.server AND s.inside
    WHERE o.proto = 6 AND o.attempts > 0 GROUP BY o.client
) q ON q.client = p.client
ORDER BY c.ip, s.ip, e.first, e.way
