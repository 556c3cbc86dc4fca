// Package story plays thefts: it writes the records that sensors would have
// written of one, event by event, into a stream of records.
//
// Vocabulary:
//
//   - story: the shape of a theft, with the source that it is taken from.
//   - scene: one performance of a story: a host, a begin, far ends that nobody
//     else has, and a stream of random numbers.
//   - end: a far end of a scene, with what it is there for.
//   - route: by what a theft leaves: https, cloud, ftp, smtp, dns or icmp.
//
// Far ends are addresses that are reserved for benchmarks (RFC 2544) or
// documentation (RFC 5737) and names below .example (RFC 2606), except where the
// story is about a service that exists: its name is in use there, its address is not.
package story
