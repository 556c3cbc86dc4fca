// Package listen receives the datagrams of exporters (NetFlow, IPFIX, sFlow) and
// writes them, unchanged, into files that package netflow reads.
//
//	listen.go   sockets, and what was received of whom
//	socket.go   one socket: its buffer, and how many datagrams the kernel dropped
//	folder.go   files: rotation, sync, templates carried over
package listen
