package table

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// headerWords are what columns are called, without anything but letters and
// digits, by the field that they mean.
var headerWords = map[string][]string{
	"ts":                {"ts", "starttime", "start", "flowstart", "firstseen", "begintime", "timestamp", "time", "datetime", "eventtime", "date", "generatedtime", "receivetime", "timems", "timestampms", "starttimems", "epochms", "datum", "datumzeit", "zeit", "zeitstempel", "uhrzeit"},
	"end":               {"endtime", "end", "lastseen", "stoptime", "flowend", "lasttime"},
	"duration":          {"duration", "dur", "elapsed", "elapsedtime", "td", "durationms", "durationsec", "durationseconds", "eventduration", "elapsedtimesec", "elapsedsec", "dauer"},
	"uid":               {"uid", "sessionid", "flowid", "connectionid", "connid", "logiduid"},
	"sensor":            {"sensor", "sensorname", "observername", "interfaceid", "devname", "devicename", "reporter", "systemname"},
	"id.orig_h":         {"idorigh", "srcaddr", "srcip", "sourceip", "sourceaddress", "sourceipaddress", "srcaddress", "src", "source", "saddr", "sa", "clientip", "client", "cip", "origh", "ipsrc", "clientaddress", "srcipaddr", "quelle", "quellip", "quelladresse"},
	"id.orig_p":         {"idorigp", "sport", "srcport", "sourceport", "sp", "clientport", "cport", "spt", "origp", "l4srcport", "quellport"},
	"id.resp_h":         {"idresph", "dstaddr", "dstip", "destip", "destinationip", "destinationaddress", "destinationipaddress", "destaddr", "destaddress", "dstaddress", "dst", "destination", "dest", "daddr", "da", "serverip", "dip", "resph", "ipdst", "serveraddress", "dstipaddr", "server", "ziel", "zielip", "zieladresse"},
	"id.resp_p":         {"idrespp", "dport", "dstport", "destport", "destinationport", "dp", "serverport", "dpt", "respp", "l4dstport", "zielport"},
	"proto":             {"proto", "protocol", "ipprotocol", "transport", "networktransport", "pr", "transportprotocol", "protokoll", "netproto"},
	"service":           {"service", "app", "appproto", "application", "networkprotocol", "appname", "appid"},
	"orig_bytes":        {"origbytes", "srcbytes", "bytessent", "sentbytes", "sentbyte", "bytesout", "outbytes", "sbytes", "bytestoserver", "clientbytes", "sourcebytes", "uploadbytes", "txbytes", "gesendet", "gesendetebytes", "bytesgesendet"},
	"resp_bytes":        {"respbytes", "dstbytes", "bytesreceived", "receivedbytes", "rcvdbytes", "rcvdbyte", "bytesin", "inbytes", "dbytes", "bytestoclient", "serverbytes", "destinationbytes", "downloadbytes", "rxbytes", "empfangen", "empfangenebytes", "bytesempfangen"},
	"total bytes":       {"totbytes", "totalbytes"},
	"orig_ip_bytes":     {"origipbytes", "bytes", "octets", "ibyt", "byt", "clientipbytes", "inoctets", "doctets"},
	"resp_ip_bytes":     {"respipbytes", "obyt", "serveripbytes"},
	"orig_pkts":         {"origpkts", "packets", "pkts", "packetssent", "sentpkts", "srcpkts", "spkts", "ipkt", "pkt", "clientpackets", "sourcepackets", "dpkts", "sentpkt", "packetsout", "outpackets", "pktssent"},
	"resp_pkts":         {"resppkts", "packetsreceived", "rcvdpkts", "dstpkts", "opkt", "serverpackets", "destinationpackets", "rcvdpkt", "packetsin", "inpackets", "pktsreceived"},
	"conn_state":        {"connstate", "connectionstate", "action", "decision", "verdict", "disposition", "result", "aktion"},
	"history":           {"history", "connectionhistory"},
	"local_orig":        {"localorig", "connectionlocaloriginator"},
	"local_resp":        {"localresp", "connectionlocalresponder"},
	"missed_bytes":      {"missedbytes", "connectionbytesmissed"},
	"query":             {"query", "qname", "queryname", "dnsqueryname", "dnsquery", "domain", "domainname", "question"},
	"qtype":             {"qtype", "querytype", "dnsquerytype", "recordtype", "qtypename", "rrtype"},
	"rcode":             {"rcode", "responsecode", "dnsresponsecode", "rcodename"},
	"answers":           {"answers", "answer", "dnsanswers", "rdata"},
	"method":            {"method", "requestmethod", "httpmethod", "csmethod", "httprequestmethod"},
	"host":              {"host", "hostname", "httphost", "cshost", "httpvirtualhost", "urlhost"},
	"uri":               {"uri", "url", "requesturl", "csuri", "requesturi", "httpuri", "path"},
	"user_agent":        {"useragent", "csuseragent", "httpuseragent", "agent"},
	"username":          {"username", "user", "csusername", "account"},
	"status_code":       {"statuscode", "status", "scstatus", "httpstatus", "httpstatuscode"},
	"request_body_len":  {"requestbodylen", "csbytes", "requestsize", "requestbytes", "bytessent", "httprequestbodylength"},
	"response_body_len": {"responsebodylen", "scbytes", "responsesize", "responsebytes", "bytesreceived", "httpresponsebodylength"},
	"server_name":       {"servername", "sni", "sslservername", "tlssni"},
	"version":           {"tlsversion", "sslversion", "version"},
	"ja3":               {"ja3", "hashja3"},
	"ja3s":              {"ja3s", "hashja3s"},
}

// proposal is a mapping that is being made up.
type proposal struct {
	*guessed
	looks  []*look
	fields map[string]*picked
	used   map[int]bool
	record string
	oneWay bool
	total  string   // column of the bytes of both directions
	turned string   // column that says which end began
	teller *look    // column that says what each row tells of
	tells  []string // its words for the record that is proposed
}

// picked is the column of a field, and why.
type picked struct {
	at     int
	header bool // its name says so
	values bool // its cells say so
}

// Propose makes up a mapping for the table whose head this is, to be edited:
// comments say how sure each part is. name is the file's. The error says why there
// is no table.
func Propose(head []byte, name string) (string, error) {
	g, problem := guess(head)
	if problem != "" {
		return "", errors.New(problem)
	}
	p := &proposal{guessed: g, fields: map[string]*picked{}, used: map[int]bool{}}
	for i := range g.columns {
		p.looks = append(p.looks, lookAt(&g.columns[i]))
	}
	p.tell()
	if p.record == "" {
		p.record = p.kindOf()
	}
	p.pick()
	return p.write(name), nil
}

// simple leaves letters and digits of a name, in small letters.
func simple(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// called says how well a column's name means a field: 0 for not at all, else the
// more the better. Of a JSON key, its last parts may mean it.
func called(name, field string) int {
	parts := strings.Split(name, ".")
	for i := range parts {
		w := simple(strings.Join(parts[i:], ""))
		if at := slices.Index(headerWords[field], w); at >= 0 {
			return 1000 + 100*len(w) - at // longer words say more
		}
	}
	return 0
}

func (p *proposal) has(field string) bool {
	for i := range p.columns {
		if called(p.columns[i].name, field) > 0 {
			return true
		}
	}
	return false
}

// tell finds the column by which tables of several types tell them apart, and
// proposes the type that comes most often.
func (p *proposal) tell() {
	for _, l := range p.looks {
		parts := strings.Split(l.name, ".")
		if !slices.Contains([]string{"dataset", "_path", "log_type"}, parts[len(parts)-1]) {
			continue
		}
		most := 0
		for _, w := range slices.Sorted(maps.Keys(l.words)) {
			name := strings.TrimPrefix(w, "zeek.")
			for _, k := range kinds() {
				if k.name == name && l.words[w] > most {
					most, p.record, p.teller, p.tells = l.words[w], name, l, []string{w}
				}
			}
		}
	}
}

// kindOf proposes the type of record by the columns that only one type has.
func (p *proposal) kindOf() string {
	score := func(fields ...string) (n int) {
		for _, f := range fields {
			if p.has(f) {
				n++
			}
		}
		return n
	}
	switch {
	case score("query") > 0 && score("qtype", "rcode", "answers") > 0:
		return "dns"
	case score("method", "uri", "user_agent", "status_code") >= 2:
		return "http"
	case score("server_name", "ja3", "ja3s") >= 1 && !p.has("orig_pkts"):
		return "ssl"
	}
	return "conn"
}

// useOf is how a field of the proposed record is read; ok is false when it has
// none of that name.
func (p *proposal) useOf(name string) (u use, ok bool) {
	switch name {
	case "end":
		return asMoment, p.record == "conn"
	case "total bytes":
		return asCount, p.record == "conn"
	}
	for _, k := range kinds() {
		if k.name != p.record {
			continue
		}
		for _, f := range k.fields {
			if f.name == name {
				return f.use, true
			}
		}
	}
	return 0, false
}

// pick finds a column for each field: by name first, then by what the cells are.
func (p *proposal) pick() {
	for _, name := range p.order() {
		u, ok := p.useOf(name)
		if !ok {
			continue
		}
		best, most := -1, 0
		for i, l := range p.looks {
			c := called(l.name, name)
			if c == 0 || p.used[i] || !utf8.ValidString(l.name) || l.given > 0 && !l.fits(u) && (u == asMoment || u == asAddr || u == asPort || u == asCount || u == asDuration) {
				continue
			}
			if l.given == 0 {
				c -= 500 // an empty column tells nothing
			}
			if c > most {
				best, most = i, c
			}
		}
		if best >= 0 {
			p.take(name, best, true)
		}
	}
	p.pickByContent()
	if _, ok := p.fields["end"]; ok && p.fields["duration"] == nil {
		p.fields["duration"] = p.fields["end"]
	}
	delete(p.fields, "end")
	if t := p.fields["total bytes"]; t != nil {
		if p.fields["orig_bytes"] != nil && p.fields["resp_bytes"] == nil {
			p.total = p.looks[t.at].name
		}
		delete(p.fields, "total bytes")
	}
	p.direction()
}

// order lists the fields, those whose words are plainest first.
func (p *proposal) order() []string {
	first := []string{"ts", "end", "duration", "id.orig_h", "id.resp_h", "id.orig_p", "id.resp_p", "proto"}
	if p.record == "http" {
		first = append(first, "request_body_len", "response_body_len")
	}
	var rest []string
	for name := range headerWords {
		if !slices.Contains(first, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(first, rest...)
}

func (p *proposal) take(name string, i int, header bool) {
	u, _ := p.useOf(name)
	p.fields[name] = &picked{at: i, header: header, values: p.looks[i].fits(u)}
	p.used[i] = true
}

// pickByContent finds what names did not: times, addresses, and ports and the
// protocol where the ends of a connection are there.
func (p *proposal) pickByContent() {
	next := func(name string, u use, from int) {
		if _, ok := p.useOf(name); !ok || p.fields[name] != nil {
			return
		}
		for i := from; i < len(p.looks); i++ {
			l := p.looks[i]
			if !p.used[i] && l.given > 0 && l.fits(u) && utf8.ValidString(l.name) && (u != asProto || l.protoNames() || l.few("1", "6", "17", "58")) && (u != asPort || l.most > 255) {
				p.take(name, i, false)
				return
			}
		}
	}
	next("ts", asMoment, 0)
	next("id.orig_h", asAddr, 0)
	next("id.resp_h", asAddr, 0)
	if p.record != "conn" || p.fields["id.resp_h"] == nil {
		return
	}
	next("proto", asProto, 0)
	if p.fields["id.orig_p"] == nil && p.fields["id.resp_p"] == nil {
		// Ports stand behind their addresses, or come in pairs.
		port := func(i int) bool { return i < len(p.looks) && !p.used[i] && p.looks[i].portLike() }
		if a, b := p.fields["id.orig_h"].at+1, p.fields["id.resp_h"].at+1; port(a) && port(b) {
			p.take("id.orig_p", a, false)
			p.take("id.resp_p", b, false)
			return
		}
		for i := 0; i+1 < len(p.looks); i++ {
			if port(i) && port(i+1) && max(p.looks[i].most, p.looks[i+1].most) > 255 {
				p.take("id.orig_p", i, false)
				p.take("id.resp_p", i+1, false)
				break
			}
		}
	}
}

// direction decides what the counts of a table are about that has them for one
// direction only.
func (p *proposal) direction() {
	if p.record != "conn" {
		return
	}
	for _, f := range []string{"resp_bytes", "resp_pkts", "resp_ip_bytes"} {
		if p.fields[f] != nil || p.total != "" {
			return
		}
	}
	if b := p.fields["orig_bytes"]; b != nil && p.fields["orig_pkts"] != nil && p.fields["orig_ip_bytes"] == nil {
		p.fields["orig_ip_bytes"] = b
		delete(p.fields, "orig_bytes")
	}
	p.oneWay = p.fields["orig_ip_bytes"] != nil
}

// word writes a text of YAML.
func word(s string) string {
	plain := s != ""
	for i, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r >= '0' && r <= '9' || r == '-' || r == '.') || r == '_') {
			plain = false
		}
	}
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		plain = false
	}
	if plain {
		return s
	}
	return strconv.Quote(s)
}
