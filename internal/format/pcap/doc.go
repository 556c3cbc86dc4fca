// Package pcap reads captured packets and says of them what Zeek would have
// logged: connections, look-ups, TLS sessions, certificates, leases, requests,
// mails and files.
//
// Vocabulary:
//
//   - capture: a source of packets, in the container pcap or pcapng.
//   - frame: one packet as captured, with its link layer. It is the record of
//     this format: its offset is that of its record header or block, its number
//     is counted from 1.
//   - packet: what a frame holds once link layer, tunnels and fragments are
//     taken off: one IP datagram.
//   - flow: the packets of one 5-tuple, both directions, that belong together in
//     time. It becomes a conn record.
//   - stream: the bytes of one direction of a TCP connection, put in order.
//   - analyser: follows both streams of a connection and tells of its protocol.
//   - clock: the time of the packets. No other clock is looked at.
//
// The way of a frame: source.go has the bytes, classic.go and ng.go find frames,
// decode.go takes layers off, fragment.go joins fragments, table.go finds the
// flow, tcp.go and stream.go order its bytes, opening.go chooses the analyser,
// conn.go hands over the record at the end.
package pcap
