// Package zeek reads the logs of the network monitor Zeek (formerly Bro), in
// its tab separated form and in every JSON form seen in practice.
//
// A log is recognised by its content. The two forms share one table of fields
// per log type (fields.go), so that a TSV and a JSON log of the same traffic
// give the same records:
//
//	window.go    bytes of the source, one line at a time, bounded memory
//	reader.go    which form a line has
//	tsv.go       header lines and rows
//	json.go      objects, wherever they begin and end; scan.go takes one apart
//	types.go     which log type a record has, from its name or from its fields
//	fields.go    field name → what to set
//	value.go     one value in either form → text, number, time, address
//	record.go    defaults, what a record must have, delivery
//	sniff.go     is this Zeek's at all
//
// What the fields mean and what is not read is described in docs/formats/zeek.md.
package zeek
