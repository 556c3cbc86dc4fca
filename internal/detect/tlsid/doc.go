// Package tlsid finds command channels by what the other end of a TLS session
// shows of itself (detection D03).
//
// Vocabulary:
//
//   - oddity: something about the identity of the far end or of the client that
//     services on the internet do not have: a certificate that signed itself,
//     odd dates, an address in place of a name, a brand's name without the
//     brand's issuer, a certificate that the client showed.
//   - manner: how the far end is used: bursts of short sessions, an odd port.
//     Manner and rarity add weight to an oddity; without one they are no finding.
//   - leaf: the certificate of the server itself, the first of its chain.
package tlsid
