// Package icmp finds hosts whose pings carry more than pings do: a tunnel through
// ICMP (detection D09).
//
// Vocabulary:
//
//   - echo: an ICMP echo request and its reply, which returns the request's data
//     as it came (RFC 792, RFC 4443 section 4.2).
//   - pair: a host inside and another machine, whoever of them asks.
package icmp
