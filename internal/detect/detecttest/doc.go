// Package detecttest is the conformance suite that every detector must pass.
//
// A detector's folder holds its fixtures: testdata/positive-<what>/ and
// testdata/innocent-<what>/, each a folder of small logs as a sensor would
// write them, and a file want.txt with the findings that must come out (written
// anew by `go test -update`). A file internal.txt, if present, names the
// networks that are inside, one a line.
package detecttest
