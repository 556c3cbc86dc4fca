// Package drip finds hosts that send a far end a little day after day, which adds
// up (detection D06).
//
// Vocabulary:
//
//   - active day: a day (UTC) on which the host sent the far end a megabyte or more.
//   - spell: up to 7, 30 or 90 days on end, from one active day to another.
//   - portion: a connection that sent 100 kB or more.
//   - level: what the host sends the outside in a day, all far ends together.
package drip
