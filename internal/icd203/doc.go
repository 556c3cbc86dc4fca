// Package icd203 puts probabilities into the words that ICD 203 (Analytic
// Standards, Office of the Director of National Intelligence, 2015) gives them, and
// weights of evidence into probabilities.
//
// Vocabulary:
//
//   - prior: how many of all hosts are being robbed in a month, before any evidence.
//   - stated: the probability that a weight stands for by the prior. It is one to
//     tell anybody only where it was measured.
package icd203
