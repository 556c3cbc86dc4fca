// Package hunt runs the main job from paths to a document: it finds the
// sources, reads them into a ledger, lets the detectors look, joins cases, and
// fetches the raw lines of the evidence.
//
// Vocabulary:
//
//   - candidate file: a file below the given paths; it becomes a source when a
//     reader knows its bytes, otherwise it is listed with the reason.
package hunt
