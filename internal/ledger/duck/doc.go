// Package duck stores a ledger in a DuckDB file (https://duckdb.org). It is the
// only package that knows DuckDB.
//
// The file is attached under the name "ledger"; what one question needs (see
// package ledger, "look") lives in memory beside it and vanishes at the end.
// Extensions are neither installed nor loaded, and once the file is attached
// the engine may open no other.
package duck
