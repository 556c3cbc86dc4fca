// Package evaluate compares the cases of a hunt with what is known of the traffic.
//
// Vocabulary:
//
//   - label: a host, a far end and a time of which somebody knows whether it was
//     malicious or benign.
//   - touches: a case touches a label when one of its findings is about the host
//     and the far end and overlaps with the time.
//   - true case: one that touches a malicious label; false case: one that touches
//     benign labels only. A case that touches none counts for nothing.
package evaluate
