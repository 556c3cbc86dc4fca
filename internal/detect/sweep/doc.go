// Package sweep finds hosts that go through file shares as they never do
// (detection D11).
//
// Vocabulary:
//
//   - share: what a file server offers by SMB or NFS.
//   - peak: the day on which a host took most within one of its hours, compared
//     with any hour of its other days.
package sweep
