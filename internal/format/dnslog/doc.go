// Package dnslog reads the logs that DNS servers write about look-ups: the query
// log of ISC BIND, dnsmasq (and with it Pi-hole), unbound, and the debug log of
// Windows DNS, plain or behind a syslog header.
//
//	lines.go     lines of the source, UTF-8 or UTF-16, bounded
//	clock.go     times, and the year where a time has none
//	syslog.go    what a syslog server puts in front of a line
//	reader.go    which program wrote a line
//	bind.go, dnsmasq.go, unbound.go, windows.go   one program's lines each
//	order.go     which of two numbers in a Windows date is the day
//	join.go      look-ups that wait for their answers
//	value.go     addresses, names, types and response codes
//	sniff.go     is this one of theirs at all
//
// Vocabulary: a question is the line that tells what a client asked; an answer is
// a later line that tells what it was told. Both together are one look-up.
// docs/formats/dnslog.md says what becomes what.
package dnslog
