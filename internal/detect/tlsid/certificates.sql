-- Every certificate that a session at a far end may have shown and whose chain is
-- not known to be valid: the earliest row of each, with the list that holds its
-- dates, and at how many labels its issuer's certificates were seen.
CREATE OR REPLACE TABLE tlsid_unproven AS
SELECT d.fingerprint, d.subject FROM dealt d JOIN ledger.name v ON v.id = d.validation WHERE v.text <> 'ok' GROUP BY d.fingerprint, d.subject;

CREATE OR REPLACE TABLE tlsid_certificate AS
SELECT subject, issuer, serial, fingerprint, names, first, last, seq, block FROM (
    SELECT c.*, row_number() OVER (PARTITION BY c.subject, c.issuer, c.serial, c.fingerprint, c.names ORDER BY c.first, c.last, c.events) AS place_no
    FROM certified c
    WHERE c.fingerprint <> 0 AND c.fingerprint IN (SELECT fingerprint FROM tlsid_unproven)
       OR c.fingerprint = 0 AND c.subject <> 0 AND c.subject IN (SELECT subject FROM tlsid_unproven)
) r WHERE r.place_no = 1;

SELECT su.text, iu.text, fp.text, nm.text, coalesce(i.labels, 0), c.first, c.last, c.seq, t.lists
FROM tlsid_certificate c
JOIN ledger.certificate_list t ON t.block = c.block
JOIN ledger.name su ON su.id = c.subject
JOIN ledger.name iu ON iu.id = c.issuer
JOIN ledger.name fp ON fp.id = c.fingerprint
JOIN ledger.name nm ON nm.id = c.names
LEFT JOIN (
    SELECT issuer, count(DISTINCT label) AS labels FROM (
        SELECT d.issuer, d.label FROM dealt d WHERE d.issuer <> 0
        UNION ALL
        SELECT x.issuer, d.label FROM dealt d
        JOIN (SELECT DISTINCT fingerprint, issuer FROM certified WHERE fingerprint <> 0) x ON x.fingerprint = d.fingerprint
    ) u GROUP BY issuer
) i ON i.issuer = c.issuer
ORDER BY fp.text, su.text, iu.text, nm.text, c.first
