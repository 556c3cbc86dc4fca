// Package inflate decompresses deflate (RFC 1951) about twice as fast as decoders
// that take their input byte by byte: half of what a hunt in compressed logs
// takes is decompression.
package inflate
