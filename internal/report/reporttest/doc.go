// Package reporttest holds documents for the tests of package report and the
// packages that draw reports, and the comparison with golden files.
//
// Vocabulary:
//
//   - sample: a document as a hunt would make it.
//   - hostile: a document of the same shape in which every text is an attack on
//     whoever looks at it.
//   - golden file: the expected output, written by `go test -update`.
package reporttest
