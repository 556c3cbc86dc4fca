-- Candidates: hosts that sent a service, or by a tool, at least so much within a
-- day. cloud_label (label, service) and cloud_agent (agent, tool) are filled
-- before, by what the lists know.
-- Parameter: bytes in a day.
CREATE OR REPLACE TABLE cloud_tool AS
SELECT c.host, c.label, g.tool, min(a.first) AS first
FROM asked a
JOIN cloud_agent g ON g.agent = a.user_agent
JOIN contact c ON c.host = a.client AND c.far = a.server AND c.port = a.port AND c.outbound
GROUP BY c.host, c.label, g.tool;

-- tool_users: how many hosts use a tool.
CREATE OR REPLACE TABLE cloud_users AS
SELECT tool, count(DISTINCT host) AS hosts FROM cloud_tool GROUP BY tool;

-- what hosts sent services, day by day; a label without a service, to which a
-- tool sent, is its own.
CREATE OR REPLACE TABLE cloud_day AS
SELECT d.host, d.label, s.service, d.on_day, sum(d.bytes_out) AS bytes_out, min(d.first) AS first
FROM daily d
JOIN (
    SELECT label, service FROM cloud_label
    UNION
    SELECT t.label, x.text FROM (SELECT DISTINCT label FROM cloud_tool WHERE label NOT IN (SELECT label FROM cloud_label)) t
    JOIN label x ON x.label = t.label
) s ON s.label = d.label
WHERE d.outbound
GROUP BY d.host, d.label, s.service, d.on_day;

CREATE OR REPLACE TABLE cloud_pair AS
SELECT g.host, g.label, g.service, g.days, b.host IS NOT NULL AS bulk
FROM (
    SELECT host, label, service, count(*) AS days FROM cloud_day
    GROUP BY host, label, service HAVING max(bytes_out) >= ?
) g
LEFT JOIN bulk b ON b.host = g.host AND b.label = g.label;

-- their conversations
CREATE OR REPLACE TABLE cloud_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, g.service, g.days, g.bulk, f.flipped, f.seq, f.block, f.via, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM cloud_pair g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto;

SELECT h.ip, t.text, f.service, f.days, f.bulk, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, d.labels, n.first,
       coalesce(w.tool, ''), coalesce(u.hosts, 0), f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM cloud_flow f
JOIN opened_list l ON l.block = f.block
JOIN habit d ON d.host = f.host
JOIN (SELECT host, min(first) AS first FROM used GROUP BY host) n ON n.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN (SELECT host, label, min(tool) AS tool FROM cloud_tool GROUP BY host, label) w ON w.host = f.host AND w.label = f.label
LEFT JOIN cloud_users u ON u.tool = w.tool
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, t.text, f.first, p.ip, f.port, f.proto, f.last
