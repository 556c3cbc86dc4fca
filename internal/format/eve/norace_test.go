//go:build !race

package eve

const race = false
