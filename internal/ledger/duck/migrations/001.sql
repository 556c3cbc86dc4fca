-- Schema 1. Ids of addresses and names are private to this file. Times are
-- microseconds since 1970-01-01 UTC, hours are hours since then. The lists of a
-- table's rows lie in blocks in its _list table: a row's block is seq - seq % 4.
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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    attempts BIGINT,
    bytes_orig BIGINT,
    bytes_resp BIGINT,
    bytes_tried BIGINT,
    duration BIGINT,
    missed BIGINT
);
CREATE TABLE ledger.conversation_list (hour UINTEGER, block BIGINT, lists BLOB);

CREATE TABLE ledger.lookup (
    hour UINTEGER,
    seq BIGINT,
    orig UINTEGER,
    resp UINTEGER,
    domain UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
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
CREATE TABLE ledger.lookup_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    established BIGINT,
    resumed BIGINT
);
CREATE TABLE ledger.session_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    bytes_out BIGINT,
    bytes_in BIGINT,
    accepted BIGINT
);
CREATE TABLE ledger.request_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    bytes BIGINT,
    bytes_accepted BIGINT
);
CREATE TABLE ledger.transfer_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.certificate_list (hour UINTEGER, block BIGINT, lists BLOB);

CREATE TABLE ledger.lease (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    mac UINTEGER,
    host_name UINTEGER,
    domain UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.lease_list (hour UINTEGER, block BIGINT, lists BLOB);

CREATE TABLE ledger.capture_loss (
    hour UINTEGER,
    seq BIGINT,
    peer UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    gaps BIGINT,
    acks BIGINT,
    worst_millionths BIGINT
);
CREATE TABLE ledger.capture_loss_list (hour UINTEGER, block BIGINT, lists BLOB);

CREATE TABLE ledger.answer (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    name UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);

CREATE TABLE ledger.local_hint (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);

CREATE TABLE ledger.coverage (
    hour UINTEGER,
    seq BIGINT,
    log UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    succeeded BIGINT,
    failed BIGINT
);
CREATE TABLE ledger.logon_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT,
    count BIGINT
);
CREATE TABLE ledger.call_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.tunnel_list (hour UINTEGER, block BIGINT, lists BLOB);

CREATE TABLE ledger.software (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    type UINTEGER,
    software UINTEGER,
    version UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.software_list (hour UINTEGER, block BIGINT, lists BLOB);

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
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);
CREATE TABLE ledger.note_list (hour UINTEGER, block BIGINT, lists BLOB);

CREATE TABLE ledger.identity (
    hour UINTEGER,
    seq BIGINT,
    address UINTEGER,
    host_name UINTEGER,
    source UINTEGER,
    sensor UINTEGER,
    first BIGINT,
    last BIGINT,
    events BIGINT,
    duplicates BIGINT
);
