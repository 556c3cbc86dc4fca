-- Schema 1. Ids of addresses and names are private to this file. Times are
-- microseconds since 1970-01-01 UTC, hours are hours since then. span is the time
-- from a row's first event to its last. The lists of a table's rows lie in blocks in its _list view: a row's block is seq - seq % 4.
-- Long blocks are kept in parts, numbered from 1; part 0 is a whole block.
-- The tables below "hour" are those of condense.Tables; their columns are
-- written there.

CREATE TABLE ledger.schema_version (version INTEGER);

CREATE TABLE ledger.source (
    id UINTEGER, path VARCHAR, format VARCHAR, reader VARCHAR, sha256 VARCHAR,
    size BIGINT, mod_time BIGINT, inode UBIGINT, bytes BIGINT, content VARCHAR, head VARCHAR,
    rest_offset BIGINT, rest_records BIGINT, rest_bad BIGINT,
    records BIGINT, repeated BIGINT, bad BIGINT, first BIGINT, last BIGINT,
    problem VARCHAR, details VARCHAR
);

-- setting holds what the user said about this ledger: internal, a network that
-- is inside, once for each.
CREATE TABLE ledger.setting (name VARCHAR, value VARCHAR);

CREATE TABLE ledger.address (id UINTEGER, bits BLOB, ip VARCHAR);

-- domain is the registered domain when text can be a host name.
CREATE TABLE ledger.name (id UINTEGER, text VARCHAR, domain VARCHAR);

-- condenser is the version of the condenser that wrote the hour.
CREATE TABLE ledger.hour (hour UINTEGER, condenser INTEGER);

CREATE TABLE ledger.conversation (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    flip UINTEGER,
    sensor UINTEGER,
    service UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    attempts BIGINT,
    bytes_orig BIGINT,
    bytes_resp BIGINT,
    bytes_tried BIGINT,
    duration BIGINT,
    missed BIGINT
);
CREATE TABLE ledger.conversation_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.conversation_list AS
SELECT hour, block, lists FROM conversation_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM conversation_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.lookup (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    domain UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    names BIGINT,
    info BIGINT,
    length BIGINT,
    longest BIGINT,
    answer BIGINT,
    payload BIGINT,
    nxdomain BIGINT
);
CREATE TABLE ledger.lookup_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.lookup_list AS
SELECT hour, block, lists FROM lookup_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM lookup_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.session (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    server_name UINTEGER,
    ja3 UINTEGER,
    subject UINTEGER,
    issuer UINTEGER,
    validation UINTEGER,
    client UINTEGER,
    fingerprint UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    established BIGINT,
    resumed BIGINT
);
CREATE TABLE ledger.session_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.session_list AS
SELECT hour, block, lists FROM session_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM session_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.request (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    host UINTEGER,
    user_agent UINTEGER,
    method UINTEGER,
    proxied UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    bytes_out BIGINT,
    bytes_in BIGINT,
    accepted BIGINT
);
CREATE TABLE ledger.request_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.request_list AS
SELECT hour, block, lists FROM request_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM request_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.transfer (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    how UINTEGER,
    file UINTEGER,
    mime UINTEGER,
    account UINTEGER,
    place UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    bytes BIGINT,
    bytes_accepted BIGINT
);
CREATE TABLE ledger.transfer_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.transfer_list AS
SELECT hour, block, lists FROM transfer_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM transfer_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.certificate (
    hour UINTEGER,
    seq BIGINT,
    subject UINTEGER,
    issuer UINTEGER,
    serial UINTEGER,
    fingerprint UINTEGER,
    names UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.certificate_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.certificate_list AS
SELECT hour, block, lists FROM certificate_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM certificate_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.lease (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    mac UINTEGER,
    host_name UINTEGER,
    domain UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.lease_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.lease_list AS
SELECT hour, block, lists FROM lease_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM lease_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.capture_loss (
    hour UINTEGER,
    seq BIGINT,
    peer UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    gaps BIGINT,
    acks BIGINT,
    worst_millionths BIGINT
);
CREATE TABLE ledger.capture_loss_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.capture_loss_list AS
SELECT hour, block, lists FROM capture_loss_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM capture_loss_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.answer (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    name UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);

CREATE TABLE ledger.local_hint (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);

CREATE TABLE ledger.coverage (
    hour UINTEGER,
    seq BIGINT,
    log UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);

CREATE TABLE ledger.logon (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    log UINTEGER,
    account UINTEGER,
    account_domain UINTEGER,
    client_name UINTEGER,
    server_name UINTEGER,
    service UINTEGER,
    sensor UINTEGER,
    error UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    succeeded BIGINT,
    failed BIGINT
);
CREATE TABLE ledger.logon_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.logon_list AS
SELECT hour, block, lists FROM logon_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM logon_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.call (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    log UINTEGER,
    object UINTEGER,
    verb UINTEGER,
    via UINTEGER,
    sensor UINTEGER,
    result UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT,
    count BIGINT
);
CREATE TABLE ledger.call_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.call_list AS
SELECT hour, block, lists FROM call_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM call_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.tunnel (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    log UINTEGER,
    type UINTEGER,
    action UINTEGER,
    account UINTEGER,
    far_host UINTEGER,
    far_port UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.tunnel_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.tunnel_list AS
SELECT hour, block, lists FROM tunnel_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM tunnel_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.software (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    type UINTEGER,
    software UINTEGER,
    version UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.software_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.software_list AS
SELECT hour, block, lists FROM software_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM software_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.note (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    port UINTEGER,
    proto UINTEGER,
    log UINTEGER,
    note UINTEGER,
    message UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.note_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.note_list AS
SELECT hour, block, lists FROM note_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM note_block WHERE part > 0 GROUP BY hour, block;

CREATE TABLE ledger.identity (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    host_name UINTEGER,
    source UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    span BIGINT,
    events BIGINT,
    duplicates BIGINT
);
