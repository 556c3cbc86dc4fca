// Package staging finds hosts that gather much from others inside and then send
// about as much to the outside (detection D10).
//
// Vocabulary:
//
//   - arrival: a connection that brought a host content from another machine
//     inside, whoever of them opened it.
//   - departure: a connection by which a host sent content to a far end outside.
//   - haul: the arrivals that a departure can be made of.
package staging
