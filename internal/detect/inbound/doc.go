// Package inbound finds hosts that answer somebody outside, with data, where they
// never did before (detection D24).
//
// Vocabulary:
//
//   - door: a host inside and the port at which it answers the outside.
//   - visit: a connection from outside that the host answered with data.
package inbound
