// Package format defines what a log format is to barium: something that can
// recognise its own bytes and turn them into records. Each format has a folder
// of its own below this one; package format/all lists them.
//
// Vocabulary:
//
//   - source: one file or stream, after decompression a sequence of bytes.
//   - sniff: to look at the first bytes of a source and say whether they are
//     this format's, never trusting the name alone.
//   - bad record: bytes where a record should be but could not be read. It is
//     counted, sampled and shown; it never stops a reader.
//   - skipped record: a record that was understood but is of a type the ledger
//     does not keep; counted by type.
//   - container: the compression around a source (package format/container).
package format
