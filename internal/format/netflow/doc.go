// Package netflow reads what exporters say of traffic: NetFlow v5 and v9, IPFIX
// and sFlow v5 in the files that `barium listen` writes (Reader), and the files
// of nfcapd through the program nfdump (Nfcapd).
//
// Words: an exporter sends datagrams; a datagram holds sets; a set holds flow
// records, in v9 and IPFIX laid out as a template said before. A domain is the
// part of an exporter that numbers its templates for itself (observation domain,
// source id, engine). A flow goes in one direction, a connection in both.
//
//	frame.go     the file: one frame for each datagram, and how damage is passed over
//	reader.go    Reader
//	decode.go    one datagram → flows, with what is known of its exporter
//	template.go  templates, made into plans; how many are kept
//	walk.go      a plan and bytes → flows
//	legacy.go    NetFlow v5
//	sflow.go     sFlow, and packet.go the headers of a sampled packet
//	clock.go     the times of a flow
//	stitch.go    two flows → one connection
//	conn.go      who began, state, bytes
//	text.go      one datagram as a line of text, for evidence
//	nfcapd.go    files of nfcapd
//	sniff.go     is this ours at all
//
// What the fields mean and what is not read is described in docs/formats/netflow.md.
package netflow
