package pcap

import (
	"barium/internal/event"
	"barium/internal/format"
)

// analyser follows one connection's payload. It gets the bytes of both
// directions as they can be put in order.
type analyser interface {
	// data takes the next bytes of one direction. They are valid during the call
	// only. offset is that of the packet, in the source, that brought the last of
	// them.
	data(orig bool, ts event.Time, offset int64, b []byte)
	// gap says that n bytes of one direction were not captured.
	gap(orig bool, n int64)
	// end says that the connection is over; what is unfinished is handed over as
	// it is.
	end()
}

// flow is what an analyser knows of its connection.
type flow struct {
	// head holds addresses, ports, UID, Sensor, and time and offset of the first
	// packet.
	head event.Head
	sink format.Sink
	// expect announces a data connection (FTP). via is what the flow is called by
	// then: "ftp-data".
	expect func(responder event.Addr, port uint16, via string)
	// service names the protocol once it is certain: "http", "smtp" …
	service func(name string)
	of      *conn // whose service it names
}

// protocols lists what is recognised in TCP connections. Content decides; where
// it fits more than one, the port does, then the order.
var protocols = []protocol{
	{name: "ssl", ports: []uint16{443}, is: isTLS, new: newTLS},
	{name: "http", ports: []uint16{80, 8080}, is: isHTTP, new: newHTTP},
	{name: "smb", ports: []uint16{445, 139}, is: isSMB, new: newSMB},
	{name: "smtp", ports: []uint16{25, 587}, is: isSMTP, new: newSMTP},
	{name: "dns", ports: []uint16{portDNS, portLLMNR}, is: isDNS, new: newDNS},
	{name: "ftp", ports: []uint16{21}, is: isFTP, new: newFTP, greets: true},
}

// announced is that of data connections which a control connection of FTP spoke
// of; nothing in them tells what they are.
var announced = protocol{name: ftpDataService, new: newFTPData}
