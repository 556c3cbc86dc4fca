// Command bench measures what barium costs on a generated conn.log, beside
// DuckDB grouping the same file by itself (baseline.sql) in the same run; and on
// captures, EVE logs and flows, beside the programs that people read them with:
//
//	make bench
//	make bench BENCHFLAGS='-rows 1000000 -runs 5'
//	make bench BENCHFLAGS='-sets pcap,eve,netflow,nfcapd -records 100000 -curve ""'
//
// Vocabulary:
//
//   - step: one thing that is measured, always in a process of its own, so that
//     its peak memory is its own: the baseline, or a part of barium's work.
//   - round: every step once; the steps take turns, so that whatever else the
//     machine does meets all of them.
//   - conversation-hour: one row of the ledger's table conversation, and one
//     group of the baseline.
//
// It fails when a step fails or when the ledger and the baseline, or a step and
// what was generated, disagree about the log, never because something was slow.
// A step whose program is not installed is skipped by name.
package main
