package eve

import (
	"strconv"

	"github.com/valyala/fastjson"

	"barium/internal/event"
)

// onDNS reads a question or its answer, which Suricata logs one by one. Version 1
// logs each resource record of an answer by itself, version 2 lists them, version
// 3 lists the questions too.
func (c *current) onDNS() {
	d := c.shared.dns
	kind := string(c.text(d.Get("type")))
	e := &c.dns
	*e = event.DNS{
		Head: c.head(kind != "query" && kind != "request" && c.fromResolver()), Proto: c.proto,
		QType: event.Unset, RCode: event.Unset, Answers: e.Answers[:0],
	}
	question := d
	if qs := d.GetArray("queries"); len(qs) > 0 {
		question = qs[0]
	}
	e.Query = c.text(question.Get("rrname"))
	e.QType = typeNumber(c.text(question.Get("rrtype")))
	if kind == "answer" || kind == "response" {
		e.RCode = codeNumber(c.text(d.Get("rcode")))
		c.answers(d)
	}
	if c.why == "" {
		c.sink.DNS(e)
	}
}

// answers collects what the names led to. The same answers may be listed twice,
// in full and grouped by type.
func (c *current) answers(d *fastjson.Value) {
	e := &c.dns
	if b := c.text(d.Get("rdata")); b != nil {
		// Version 1: rrtype is that of the answer, the question's is not logged.
		e.Answers, e.QType = append(e.Answers, b), event.Unset
		return
	}
	for _, a := range d.GetArray("answers") {
		if b := c.text(a.Get("rdata")); b != nil {
			e.Answers = append(e.Answers, b)
		}
	}
	if len(e.Answers) > 0 {
		return
	}
	d.GetObject("grouped").Visit(func(_ []byte, v *fastjson.Value) { e.Answers = c.texts(e.Answers, v) })
}

// fromResolver says whether the source is the side that answers DNS (RFC 1035
// section 4.2, RFC 6762, RFC 4795). Versions of Suricata differ in whom they log
// as the source of an answer.
func (c *current) fromResolver() bool {
	resolver := func(field string, v *fastjson.Value) bool {
		switch c.port(field, v) {
		case 53, 5353, 5355:
			return true
		}
		return false
	}
	return resolver("src_port", c.shared.srcPort) && !resolver("dest_port", c.shared.destPort)
}

// typeNumber returns the number of a resource record's type, Unset for a name
// that is not known.
func typeNumber(name []byte) int {
	if n, ok := types[string(name)]; ok {
		return n
	}
	return plainNumber(name)
}

// codeNumber returns the number of a response code, Unset for a name that is not
// known.
func codeNumber(name []byte) int {
	if n, ok := codes[string(name)]; ok {
		return n
	}
	return plainNumber(name)
}

// plainNumber reads a type or code that Suricata has no name for.
func plainNumber(b []byte) int {
	if len(b) > 5 {
		return event.Unset
	}
	n, err := strconv.ParseUint(string(b), 10, 16)
	if err != nil {
		return event.Unset
	}
	return int(n)
}

// types holds the types of resource records by name (IANA, "Resource Record (RR)
// TYPEs").
var types = map[string]int{
	"A": 1, "NS": 2, "MD": 3, "MF": 4, "CNAME": 5, "SOA": 6, "MB": 7, "MG": 8, "MR": 9, "NULL": 10, "WKS": 11,
	"PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17, "AFSDB": 18, "X25": 19, "ISDN": 20, "RT": 21,
	"NSAP": 22, "NSAPPTR": 23, "SIG": 24, "KEY": 25, "PX": 26, "GPOS": 27, "AAAA": 28, "LOC": 29, "NXT": 30, "SRV": 33,
	"ATMA": 34, "NAPTR": 35, "KX": 36, "CERT": 37, "A6": 38, "DNAME": 39, "OPT": 41, "APL": 42, "DS": 43, "SSHFP": 44,
	"IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52,
	"SMIMEA": 53, "HIP": 55, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": 64,
	"HTTPS": 65, "SPF": 99, "EUI48": 108, "EUI64": 109, "TKEY": 249, "TSIG": 250, "IXFR": 251, "AXFR": 252,
	"MAILB": 253, "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257,
}

// codes holds the response codes by name (IANA, "DNS RCODEs").
var codes = map[string]int{
	"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5, "YXDOMAIN": 6, "YXRRSET": 7,
	"NXRRSET": 8, "NOTAUTH": 9, "NOTZONE": 10, "DSOTYPENI": 11, "BADVERS/BADSIG": 16, "BADVERS": 16, "BADSIG": 16,
	"BADKEY": 17, "BADTIME": 18, "BADMODE": 19, "BADNAME": 20, "BADALG": 21, "BADTRUNC": 22, "BADCOOKIE": 23,
}
