package table

import "barium/internal/event"

// numberICMPv6 is ICMP for IPv6, which Zeek calls icmp too.
const numberICMPv6 = 58

// protocols are names of transport protocols (IANA, protocol-numbers).
var protocols = map[string]event.Proto{
	"icmp": event.ProtoICMP, "icmp6": event.ProtoICMP, "icmpv6": event.ProtoICMP, "ipv6-icmp": event.ProtoICMP,
	"tcp": event.ProtoTCP, "t": event.ProtoTCP, "udp": event.ProtoUDP, "u": event.ProtoUDP,
	"igmp": 2, "ipip": 4, "ipv4": 4, "egp": 8, "dccp": 33, "ipv6": 41, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
	"eigrp": 88, "ospf": 89, "ospfigp": 89, "pim": 103, "vrrp": 112, "sctp": 132, "udplite": 136,
}

// qtypes are types of DNS records (RFC 1035 section 3.2.2 and IANA, dns-parameters).
var qtypes = map[string]int{
	"a": 1, "ns": 2, "cname": 5, "soa": 6, "null": 10, "ptr": 12, "hinfo": 13, "mx": 15, "txt": 16, "rp": 17, "key": 25,
	"aaaa": 28, "loc": 29, "srv": 33, "naptr": 35, "cert": 37, "dname": 39, "opt": 41, "ds": 43, "sshfp": 44, "rrsig": 46,
	"nsec": 47, "dnskey": 48, "nsec3": 50, "tlsa": 52, "svcb": 64, "https": 65, "spf": 99, "ixfr": 251, "axfr": 252, "any": 255, "*": 255, "caa": 257,
}

// rcodes are answers of DNS servers (RFC 6895 section 2.3).
var rcodes = map[string]int{
	"noerror": 0, "formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4, "refused": 5, "yxdomain": 6, "yxrrset": 7,
	"nxrrset": 8, "notauth": 9, "notzone": 10,
}

// units of bytes, and of times in microseconds: a value is value*mul/div.
type unit struct{ mul, div int64 }

var sizeUnits = map[string]unit{
	"B": {1, 1}, "bit": {1, 8}, "kB": {1000, 1}, "KB": {1000, 1}, "MB": {1_000_000, 1}, "GB": {1_000_000_000, 1},
	"KiB": {1 << 10, 1}, "MiB": {1 << 20, 1}, "GiB": {1 << 30, 1},
}

var timeUnits = map[string]unit{
	"s": {1_000_000, 1}, "ms": {1000, 1}, "us": {1, 1}, "ns": {1, 1000}, "min": {60_000_000, 1}, "h": {3_600_000_000, 1},
}
