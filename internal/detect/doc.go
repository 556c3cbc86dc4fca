// Package detect says what a detector is. Each detector has a folder of its own
// below this one; package detect/all lists them.
//
// Vocabulary:
//
//   - candidate: a row that a detector's SQL picks from the look, cheaply and
//     broadly.
//   - finding: what is left after scoring: a claim about entities and a time
//     range, with the terms that speak for and against theft.
//   - term: one named observation with its weight in decibans,
//     10·log10(P(observation | theft) / P(observation | innocent)).
//   - group: terms that look at the same fact from several sides; their sum is
//     capped, so that five views of one fact do not count five times.
//   - attempt: a connection that never got an answer. It can be a beacon, it is
//     never a loss.
//   - stage: where in a theft a finding belongs.
package detect
