// Package movement finds hosts that work on other machines inside as nobody else
// does (detections D18 and D19).
//
// Vocabulary:
//
//   - way: a protocol by which one machine works on another (SMB, RPC, WinRM, RDP,
//     SSH, VNC), or what it asks for by them (an administrative share, a program
//     written, a service or task made).
//   - edge: a host, a machine inside that it works on, and the ways.
//   - lone way: one by which hardly any other host works on that machine.
package movement
