package duck

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"barium/internal/condense"
)

var update = flag.Bool("update", false, "write the tables of the first migration from condense.Tables")

// TestSchema asserts that the migrations create what condense.Tables describes.
func TestSchema(t *testing.T) {
	var b strings.Builder
	b.WriteString(`-- Schema 1. Ids of addresses and names are private to this file. Times are
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
`)
	for _, tab := range condense.Tables {
		cols := []string{"hour UINTEGER", "seq BIGINT"}
		for _, k := range tab.Key[1:] {
			cols = append(cols, k.Name+" UINTEGER")
		}
		if tab.Set.Name != "" {
			cols = append(cols, tab.Set.Name+" UINTEGER")
		}
		cols = append(cols, "first BIGINT", "span BIGINT")
		for _, s := range tab.Sums {
			cols = append(cols, s.Name+" BIGINT")
		}
		fmt.Fprintf(&b, "\nCREATE TABLE ledger.%s (\n    %s\n);\n", tab.Name, strings.Join(cols, ",\n    "))
		if len(tab.Values) > 0 {
			fmt.Fprintf(&b, `CREATE TABLE ledger.%[1]s_block (hour UINTEGER, block BIGINT, part UINTEGER, lists BLOB USING COMPRESSION uncompressed);
CREATE VIEW ledger.%[1]s_list AS
SELECT hour, block, lists FROM %[1]s_block WHERE part = 0
UNION ALL
SELECT hour, block, unhex(string_agg(hex(lists), '' ORDER BY part)) AS lists FROM %[1]s_block WHERE part > 0 GROUP BY hour, block;
`, tab.Name)
		}
	}
	const file = "migrations/001.sql"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s differs from condense.Tables: a change of a table needs a new migration", file)
	}
}
