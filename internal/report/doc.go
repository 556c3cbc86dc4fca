// Package report holds the result of a hunt as one document: what `barium hunt
// --json` prints, and what the terminal and HTML reports draw. The packages
// below it (term, html) draw; this package only holds, masks and encodes.
//
// Vocabulary:
//
//   - document: verdict, cases, blind spots, sources and statistics of one run.
//   - case, finding, term, evidence, loss, blind spot: see docs/architecture.md.
//   - mask: to replace the names of hosts, accounts and files, URIs and raw
//     lines by stable stand-ins, for reports that leave the house.
package report
