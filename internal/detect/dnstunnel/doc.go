// Package dnstunnel finds data that leaves, or orders that come in, as DNS names
// (detection D08).
//
// Vocabulary:
//
//   - domain: the registered domain, one label more than its public suffix.
//   - below: the part of a name in front of the domain. Whoever runs the domain's
//     name server reads it, through however many resolvers it came.
//   - information: how many bits the part below can hold, by its length and the
//     number of different characters in it. A name counts once: asking again for
//     the same name says nothing new.
//   - client: the host inside that asked. A resolver that asked on behalf of
//     clients is not one, as long as the logs show those clients.
package dnstunnel
