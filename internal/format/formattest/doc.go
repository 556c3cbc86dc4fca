// Package formattest holds what the tests of every format share: a suite that
// each format.Reader must pass (Run), a sink that remembers what it was given
// (Recorder), and the way to the sample data beside the repository
// (SharedData).
package formattest
