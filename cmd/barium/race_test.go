//go:build race

package main

// The race detector makes everything ten times slower and larger: what is long
// or measures memory is left to the run without it.
const slow = true
