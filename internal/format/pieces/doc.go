// Package pieces reads one source with several goroutines, and sources that have
// grown from where they ended before. It knows lines and nothing of any format.
package pieces
