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
//   - entity: anything that Mask gives a stand-in: a host, a destination, a
//     name, an account, a file, a URI, a source, a record's identifiers.
//   - stand-in: what is shown in place of an entity or of a patient identifier:
//     host-1, file-2, patient-3. One value has one stand-in in a document.
//   - patient identifier: a value behind a key such as patientid or surname.
//     It is replaced in every output unless the operator asks to see it.
//   - figures: the few numbers that head a report.
//   - bars: bytes out over time, in as many equal steps as there is room for.
package report
