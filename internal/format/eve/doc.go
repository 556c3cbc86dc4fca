// Package eve reads what the network monitor Suricata writes as EVE: JSON, one
// event to a line, usually in eve.json.
//
// Vocabulary:
//
//   - event: one JSON object; its event_type names the object inside that says
//     what happened ("flow", "dns" …).
//   - to server, to client: the two directions of a flow. Its client is the
//     originator of our records.
//
// What is in which file:
//
//	reader.go    lines of the source, and the objects on a line
//	object.go    one object, taken apart within limits
//	event.go     the fields that all events share, and what follows from event_type
//	value.go     one value → text, number, time, address
//	time.go      times with offsets
//	flow.go      flow: payload, conn_state and history from what the log counts
//	dns.go       dns, in its three versions
//	web.go       http, tls, quic
//	file.go      fileinfo, ftp, ftp_data, smtp
//	access.go    krb5, rdp, rfb, ssh, smb, dcerpc, snmp, dhcp
//	note.go      alert, anomaly, stats
//	sniff.go     is this EVE at all, and where it may be cut
//
// What the fields mean and what is not read is described in docs/formats/eve.md.
package eve
