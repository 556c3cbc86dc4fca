//go:build race

package hunt

// The race detector makes reading ten times slower: large inputs are left to
// the run without it.
const slow = true
