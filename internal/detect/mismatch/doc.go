// Package mismatch finds far ends that speak something else than their port
// stands for (detection D04).
//
// Vocabulary:
//
//   - service: what the sensor recognised in a connection by its content (Zeek's
//     field service), as far as it looks at all.
//   - unknown: nothing was recognised, though both sides sent something.
//   - foreign: something was recognised that does not belong on this port.
package mismatch
