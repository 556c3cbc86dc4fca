// Package event holds the record types that readers produce and the condenser
// consumes, with the place each record came from. It holds no logic beyond
// converting an address or a time.
//
// Vocabulary:
//
//   - record: one line (or JSON object) of a log, normalised. Field names are
//     Zeek's (https://docs.zeek.org/en/master/logs/index.html); readers of other
//     formats translate into them.
//   - originator / responder: who opened the connection and who answered, as
//     logged. Which of them is inside is decided when the ledger is asked.
//   - sensor: the name that the record itself gives of the machine that wrote
//     it, empty when the record gives none.
//   - offset: the byte position of the record's first byte in its source after
//     decompression; with the source it leads back to the raw line.
//
// Byte slices in a record belong to the reader and are only valid during the
// call that hands the record over.
package event
