// Package ledger is barium's memory: the condensed rows of months of logs, and
// what detectors may ask of them.
//
// Vocabulary:
//
//   - store: a database that holds a ledger (package ledger/duck).
//   - source: a file that was read into the ledger.
//   - hour: hours since 1970-01-01 UTC; rows are replaced an hour at a time.
//   - look: the ledger as seen for one question: a window of time and a list of
//     networks that count as inside. It provides the views that detectors query.
//   - host: the end of a conversation that is inside; far: the end that is not.
//   - outbound: the host opened the conversation; otherwise the far end did.
//   - contact: all conversations of a host with one far end, port and transport
//     in the window.
//   - label: by what a far end is recognised: the registered domain of its name
//     or, without a name, its address.
//
// Ids of addresses and names are private to a store and mean nothing outside
// one ledger; nothing that is printed may depend on their order.
package ledger
