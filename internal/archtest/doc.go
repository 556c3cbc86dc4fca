// Package archtest tests the shape of the repository: who may import whom,
// that every format and detector is on its list and has its page, that every
// package says what it is. It holds tests only.
//
// Vocabulary:
//
//   - tree: the Go files of the repository, parsed, folder by folder.
//   - check: a function from a tree to problems. Each has a test that gives it a
//     small bad tree, so that a check that finds nothing is known to look.
//   - row: one line of a table in rules_test.go. The same table writes the
//     depguard part of .golangci.yml (go test ./internal/archtest -update), so
//     that the linter and the test cannot differ.
package archtest
