// Package condense turns records into the rows that the ledger keeps.
//
// Vocabulary:
//
//   - table: one kind of condensed row, see tables.go. A row stands for all
//     events of one hour (UTC) that share a key, and keeps the sorted list of
//     those events, because sums alone cannot be de-duplicated.
//   - event: one entry of a row's list: time and up to five integers.
//   - dictionary: addresses and names are stored once and referred to by ids
//     that mean nothing outside one ledger.
//   - duplicate: an event that another source already gave (the same record),
//     or that another sensor also saw (the same tuple within MatchWindow).
//   - exemplar: an event whose source and offset a row keeps, so that its raw
//     line can be shown.
//   - partition: encoded records whose key hashes alike; a partition fits in
//     the processor's cache, or is spilled to disk past the memory budget.
//
// The same events in any order, split into any files, give the same rows: an
// import is a set union. Orientation is kept as logged; who is inside is decided
// when the ledger is asked.
package condense
