// Package clinic finds what does not belong into the network of the clinic: machines
// that speak DICOM and HL7 have few partners for years (detection D31).
//
// Vocabulary:
//
//   - clinical port: 104, 11112, 2761 and 2762 (DICOM, PS3.8 section 9.1 and IANA),
//     2575 (HL7 by MLLP, IANA); inside 6661 as well, where interface engines listen.
//   - device: a host that speaks at clinical ports since the records begin, and has
//     few far ends outside. Scanners, archives and interface engines are devices here.
//   - sender, receiver: who gave images, and who got them, whichever of them opened
//     the connection: C-GET and C-MOVE bring them in opposite ones (PS3.4 annex C).
//   - archive: what many senders give images to.
//   - copy: the same amount written to the file shares of another machine.
package clinic
