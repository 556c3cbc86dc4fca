-- Far ends behind explicit proxies; filled by via.go before look.sql runs.

-- via: conversations of a client with a name that it asked a proxy for. address
-- is an id of place, whose ip then holds the name.
CREATE OR REPLACE TABLE via (
    hour UINTEGER, seq BIGINT, client UINTEGER, address UINTEGER, port UINTEGER, proto UINTEGER, first BIGINT, last BIGINT,
    events BIGINT, duplicates BIGINT, attempts BIGINT, bytes_orig BIGINT, bytes_resp BIGINT, bytes_tried BIGINT,
    duration BIGINT, missed BIGINT
);

-- via_list: their lists, as in conversation_list; each has a block of its own,
-- below 0, where the ledger has none.
CREATE OR REPLACE TABLE via_list (hour UINTEGER, block BIGINT, lists BLOB);

-- via_far: the names that were asked for, by proxy.
CREATE OR REPLACE TABLE via_far (proxy UINTEGER, proxy_port UINTEGER, text VARCHAR, port UINTEGER, address UINTEGER);

-- via_again: hours in which all that a proxy's log tells of a client and a far end
-- was seen by a sensor too; what it tells of them counts nowhere.
CREATE OR REPLACE TABLE via_again (hour UINTEGER, client UINTEGER, proxy UINTEGER, proxy_port UINTEGER, text VARCHAR);
