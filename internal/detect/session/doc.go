// Package session finds connections to far ends that stay open for hours or days,
// or are joined again at once: remote control and tunnels (detection D02).
//
// Vocabulary:
//
//   - session: connections of a host with one far end and port, each begun before
//     the last ended or within five minutes, that were open most of the time.
//   - reversed: the host opened it, but sent what was asked: more than it received.
package session
