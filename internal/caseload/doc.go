// Package caseload makes cases of findings and says what the logs could not
// have shown.
//
// Vocabulary:
//
//   - case: findings connected by a shared host or far end, in order of time.
//   - hub: a far end that many hosts use; it joins nothing.
//   - weight: the sum of the terms of all findings of a case, within the caps of
//     their groups; in decibans, not measured yet.
//   - loss: what a case took, as far as the logs show: content that the far end
//     accepted (a file once), and payload on the wire, which counts repeats.
//   - level: what a case alone amounts to; the verdict is the highest level.
//   - blind spot: a route of theft that these logs could not have shown.
package caseload
