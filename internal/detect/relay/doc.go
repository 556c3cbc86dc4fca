// Package relay finds hosts that pass on what they are sent: as much goes out,
// at the same time, as comes in from elsewhere (detection D26).
//
// Vocabulary:
//
//   - in-leg: a connection that somebody opened to the host; out-leg: one that
//     the host opened to somebody else. A relay has both for each session.
//   - restricted: a host inside that deals with nobody outside itself.
package relay
