// Package prove injects known thefts into logs and measures which of them barium
// would have found.
//
// Vocabulary:
//
//   - background: the logs, condensed once into a ledger; nothing in it is changed.
//   - theft: one story played on one host of the background, from a begin on.
//   - round: the thefts that are laid over the background at once, at most one for
//     a hundred hosts.
//   - day: 24 hours, counted from the first hour of the background.
//   - look: what a hunt shows at a moment, with nothing later in it.
//   - read: a person reads so many new cases each day as the budget allows, the
//     heaviest first. A case is new while it holds a host and far end that nobody
//     has read of.
//   - found: the case that names a theft's host and far end is among those read.
//   - baseline: a simple way to choose what to read, given the same budget.
package prove
