package detecttest

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Units of time in microseconds, and the first moment of written fixtures:
// Monday 2026-03-02, midnight UTC.
const (
	Second = 1_000_000
	Minute = 60 * Second
	Hour   = 60 * Minute
	Day    = 24 * Hour
	Start  = 1_772_409_600 * Second
)

// Logs writes the small Zeek logs of a fixture, the same for the same seed.
type Logs struct {
	*rand.Rand
	tables map[string]*table
	named  []line // the query log of BIND
	serial int
}

type table struct {
	fields, types string
	rows          []line
}

type line struct {
	ts      int64
	text    string
	packets string // the columns of packets, empty when not given
}

// NewLogs returns empty logs.
func NewLogs(seed uint64) *Logs {
	const id, idTypes = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p", "time\tstring\taddr\tport\taddr\tport"
	l := &Logs{Rand: rand.New(rand.NewPCG(seed, 2026)), tables: map[string]*table{
		"conn": {
			fields: id + "\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state",
			types:  idTypes + "\tenum\tstring\tinterval\tcount\tcount\tstring",
		},
		"dns": {
			fields: id + "\tproto\tquery\tqtype\trcode\tanswers",
			types:  idTypes + "\tenum\tstring\tcount\tcount\tvector[string]",
		},
		"ssl": {
			fields: id + "\tversion\tserver_name\tresumed\testablished\tcert_chain_fps\tclient_cert_chain_fps\tja3\tvalidation_status",
			types:  idTypes + "\tstring\tstring\tbool\tbool\tvector[string]\tvector[string]\tstring\tstring",
		},
		"http": {
			fields: id + "\ttrans_depth\tmethod\thost\turi\tuser_agent\trequest_body_len\tresponse_body_len\tstatus_code",
			types:  idTypes + "\tcount\tstring\tstring\tstring\tstring\tcount\tcount\tcount",
		},
		"smtp": {
			fields: id + "\thelo\tmailfrom\trcptto\tlast_reply\ttls\tfuids\tuser_agent",
			types:  idTypes + "\tstring\tstring\tset[string]\tstring\tbool\tvector[string]\tstring",
		},
		"files": {
			fields: id + "\tfuid\tsource\tfilename\tis_orig\tseen_bytes",
			types:  idTypes + "\tstring\tstring\tstring\tbool\tcount",
		},
		"dhcp": {
			fields: "ts\tclient_addr\tmac\thost_name\tassigned_addr",
			types:  "time\taddr\tstring\tstring\taddr",
		},
		"x509": {
			fields: "ts\tfingerprint\tcertificate.serial\tcertificate.subject\tcertificate.issuer\tcertificate.not_valid_before\tcertificate.not_valid_after\tsan.dns",
			types:  "time\tstring\tstring\tstring\tstring\ttime\ttime\tvector[string]",
		},
	}}
	l.insideTables(id, idTypes)
	return l
}

// Conn is one connection.
type Conn struct {
	TS       int64 // microseconds since 1970 UTC
	Src, Dst string
	Port     int
	Proto    string // empty means tcp
	Service  string
	Duration int64 // microseconds
	Out, In  int64
	State    string // empty means SF
	// OutPkts and InPkts are packets; the log has columns for them if a
	// connection of it gives some.
	OutPkts, InPkts int64
}

// Conn adds a connection.
func (l *Logs) Conn(c Conn) {
	if c.Proto == "" {
		c.Proto = "tcp"
	}
	if c.State == "" {
		c.State = "SF"
	}
	if c.State == "S0" {
		l.row("conn", c.TS, "%s\t%s\t-\t-\t-\t-\tS0", l.id(c.Src, c.Dst, c.Port), c.Proto)
		return
	}
	id := l.id(c.Src, c.Dst, c.Port)
	if c.Proto == "icmp" { // the ports are type and code: an echo
		id = fmt.Sprintf("C%06d\t%s\t8\t%s\t0", l.serial, c.Src, c.Dst)
	}
	l.row("conn", c.TS, "%s\t%s\t%s\t%d.%06d\t%d\t%d\t%s", id, c.Proto, dash(c.Service),
		c.Duration/Second, c.Duration%Second, c.Out, c.In, c.State)
	if c.OutPkts > 0 {
		rows := l.tables["conn"].rows
		rows[len(rows)-1].packets = fmt.Sprintf("\t%d\t%d", c.OutPkts, c.InPkts)
	}
}

// DNS is one look-up.
type DNS struct {
	TS            int64
	Src, Resolver string
	Query         string
	Type          int // RFC 1035 number; 0 means A
	Code          int // rcode; -1 means no answer
	Answers       []string
}

// DNS adds a look-up.
func (l *Logs) DNS(d DNS) {
	if d.Type == 0 {
		d.Type = 1
	}
	code := "-"
	if d.Code >= 0 {
		code = fmt.Sprint(d.Code)
	}
	l.row("dns", d.TS, "%s\tudp\t%s\t%d\t%s\t%s", l.id(d.Src, d.Resolver, 53), d.Query, d.Type, code, dash(strings.Join(d.Answers, ",")))
}

// Cert is a certificate.
type Cert struct {
	Subject, Issuer string
	From, To        int64 // validity
	Names           string
}

func (c *Cert) fingerprint() string {
	h := uint64(14695981039346656037)
	for _, b := range []byte(c.Subject + "\x00" + c.Issuer + fmt.Sprint(c.From, c.To)) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return fmt.Sprintf("%016x%016x%016x%016x", h, h*3, h*5, h*7)
}

// TLS is one session.
type TLS struct {
	TS         int64
	Src, Dst   string
	Port       int
	ServerName string
	Cert       *Cert // nil: not seen, as in TLS 1.3
	Client     *Cert // that the client showed
	Validation string
	JA3        string
	Resumed    bool
	Failed     bool
}

// TLS adds a session and its certificates.
func (l *Logs) TLS(s TLS) {
	version, cert, client := "TLSv13", "-", "-"
	if s.Cert != nil {
		version, cert = "TLSv12", s.Cert.fingerprint()
		l.x509(s.TS, s.Cert)
	}
	if s.Client != nil {
		client = s.Client.fingerprint()
		l.x509(s.TS, s.Client)
	}
	l.row("ssl", s.TS, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", l.id(s.Src, s.Dst, s.Port), version, dash(s.ServerName), tf(s.Resumed), tf(!s.Failed),
		cert, client, dash(s.JA3), dash(s.Validation))
}

func (l *Logs) x509(ts int64, c *Cert) {
	l.row("x509", ts, "%s\t01\t%s\t%s\t%d.000000\t%d.000000\t%s", c.fingerprint(), c.Subject, c.Issuer, c.From/Second, c.To/Second, dash(c.Names))
}

// HTTP is one request over a connection of its own, and the connection.
type HTTP struct {
	Conn
	Method, Host, URI, Agent string
	Status                   int
}

// HTTP adds a request whose bodies are nearly all that the connection carries.
func (l *Logs) HTTP(h HTTP) {
	h.Service = "http"
	l.Conn(h.Conn)
	id := fmt.Sprintf("C%06d\t%s\t%d\t%s\t%d", l.serial, h.Src, 49152+l.serial%16384, h.Dst, h.Port) // of the connection
	l.row("http", h.TS+20_000, "%s\t1\t%s\t%s\t%s\t%s\t%d\t%d\t%d", id, h.Method, dash(h.Host), h.URI, dash(h.Agent), max(h.Out-400, 0), max(h.In-300, 0), h.Status)
}

// Browse lets hosts call sites in working hours of the given days, each a few
// times a day, with look-ups at the resolver: what surrounds a theft.
func (l *Logs) Browse(hosts, sites []string, resolver string, from, days, perDay int) {
	for _, h := range hosts {
		for d := range days {
			for range perDay {
				ts := Start + int64(from+d)*Day + 7*Hour + l.Int64N(11*Hour)
				n := l.IntN(len(sites))
				site, ip := sites[n], fmt.Sprintf("198.51.100.%d", n+1)
				l.DNS(DNS{TS: ts, Src: h, Resolver: resolver, Query: "www." + site, Answers: []string{ip}})
				l.Conn(Conn{TS: ts + 30_000, Src: h, Dst: ip, Port: 443, Service: "ssl", Duration: 2 * Second, Out: 1000 + l.Int64N(4000), In: 20_000 + l.Int64N(90_000)})
			}
		}
	}
}

// Hosts returns n addresses of a network such as "10.1.2.".
func Hosts(network string, n int) (hs []string) {
	for i := range n {
		hs = append(hs, fmt.Sprintf("%s%d", network, 20+i))
	}
	return hs
}

// Sites returns n domains.
func Sites(n int) (ss []string) {
	for i := range n {
		ss = append(ss, fmt.Sprintf("site%02d.example", i))
	}
	return ss
}

// Text returns n characters of an alphabet.
func (l *Logs) Text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[l.IntN(len(alphabet))]
	}
	return string(b)
}

// Alphabets of encodings.
const (
	Hex    = "0123456789abcdef"
	Base32 = "abcdefghijklmnopqrstuvwxyz234567"
)

// Updating reports whether the test runs with -update.
func Updating() bool { return flag.Lookup("update").Value.String() == "true" }

// largest is how many bytes a log may have before it is stored compressed.
const largest = 60_000

// Save writes the logs to testdata/name in place of those that are there.
func (l *Logs) Save(t *testing.T, name string) {
	t.Helper()
	dir := filepath.Join("testdata", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.log*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	l.saveNamed(t, dir)
	for path, tab := range l.tables {
		if len(tab.rows) == 0 {
			continue
		}
		slices.SortStableFunc(tab.rows, func(a, b line) int { return int(a.ts - b.ts) })
		tab.addPackets()
		var b bytes.Buffer
		fmt.Fprintf(&b, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#fields\t%s\n#types\t%s\n", path, tab.fields, tab.types)
		for _, r := range tab.rows {
			fmt.Fprintf(&b, "%d.%06d\t%s\n", r.ts/Second, r.ts%Second, r.text)
		}
		writeLog(t, filepath.Join(dir, path+".log"), b.Bytes())
	}
}

// writeLog writes a log, compressed when it is large.
func writeLog(t *testing.T, file string, data []byte) {
	t.Helper()
	if len(data) > largest {
		file += ".gz"
		data = compress(t, data)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// addPackets adds the columns of packets, if a row has them.
func (tab *table) addPackets() {
	if !slices.ContainsFunc(tab.rows, func(r line) bool { return r.packets != "" }) {
		return
	}
	tab.fields += "\torig_pkts\tresp_pkts"
	tab.types += "\tcount\tcount"
	for i := range tab.rows {
		r := &tab.rows[i]
		if r.packets == "" {
			r.packets = "\t-\t-"
		}
		r.text += r.packets
	}
}

func compress(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (l *Logs) row(path string, ts int64, format string, args ...any) {
	tab := l.tables[path]
	tab.rows = append(tab.rows, line{ts: ts, text: fmt.Sprintf(format, args...)})
}

// id returns the fields of a connection, with an id and a port of its own.
func (l *Logs) id(src, dst string, port int) string {
	l.serial++
	return fmt.Sprintf("C%06d\t%s\t%d\t%s\t%d", l.serial, src, 49152+l.serial%16384, dst, port)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func tf(b bool) string {
	if b {
		return "T"
	}
	return "F"
}
