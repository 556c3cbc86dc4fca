//go:build race

package eve

// The race detector makes pools forget on purpose, so that allocations say nothing.
const race = true
