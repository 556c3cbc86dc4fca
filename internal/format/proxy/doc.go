// Package proxy reads the logs of web proxies and firewalls: one line a request
// or a session, plain or behind a syslog header (RFC 3164, RFC 5424).
//
// A syslog server mixes the lines of several products in one file, so what a
// line is, is decided for each line by itself:
//
//	reader.go      lines of the source, and what each of them is
//	lines.go       one line at a time, bounded memory
//	syslog.go      the header in front of a line
//	clock.go       times, and the year where a time has none
//	value.go       numbers, addresses, names of protocols
//	entry.go       what one line says, and the record that it becomes
//	squid.go       Squid, native; combined.go: common and combined
//	w3c.go         W3C extended: Blue Coat ProxySG, IIS
//	zscaler.go     Zscaler NSS web, in three forms
//	paloalto.go    Palo Alto PAN-OS
//	fortigate.go   Fortinet FortiGate
//	checkpoint.go  Check Point Log Exporter
//	cisco.go       Cisco ASA and Firepower Threat Defense
//	cef.go         ArcSight CEF; leef.go: IBM LEEF
//	sniff.go       is this any of them, and may it be cut
//
// Session: what a firewall let through or refused; it becomes an event.Conn.
// Request: what a client asked a proxy for; it becomes an event.HTTP. Client is
// who opened it, far end whom it reached.
package proxy
