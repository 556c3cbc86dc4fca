-- Schema 2. What hunts and people said of cases. Times are microseconds since
-- 1970-01-01 UTC.

-- known_case: the cases that the last hunt found, and those that closed before.
CREATE TABLE ledger.known_case (
    id VARCHAR, open BOOLEAN, became VARCHAR, split_from VARCHAR,
    first BIGINT, last BIGINT, weight DOUBLE, level INTEGER, sent BIGINT
);
CREATE TABLE ledger.case_member (id VARCHAR, host VARCHAR, label VARCHAR);

-- judgement: never deleted; withdrawn is 0 while it stands.
CREATE TABLE ledger.judgement (
    id BIGINT, case_id VARCHAR, verdict VARCHAR, because VARCHAR, judge VARCHAR,
    made BIGINT, holds_until BIGINT, withdrawn BIGINT, withdrawn_by VARCHAR, withdrawn_because VARCHAR
);
CREATE TABLE ledger.judgement_scope (judgement BIGINT, host VARCHAR, label VARCHAR, detector VARCHAR, day_bytes BIGINT);
