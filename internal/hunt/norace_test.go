//go:build !race

package hunt

const slow = false
