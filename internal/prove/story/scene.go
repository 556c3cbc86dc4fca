package story

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"barium/internal/condense/psl"
	"barium/internal/event"
	"barium/internal/format"
)

// Site is what a scene must know about where it is played.
type Site struct {
	Host     event.Addr
	Resolver event.Addr      // that Host asks; zero when it asks none that is known
	Forwards bool            // the resolver's own look-ups are logged too
	Logs     map[string]bool // the logs that the background has: a scene writes no other
	Taken    func(event.Addr) bool
}

// End is a far end of a scene.
type End struct {
	Addr  event.Addr
	Name  string // empty when it is called by address
	Label string // registered domain, or the address without a name
	Use   string // "command" or "exfiltration"
	known event.Time
}

// Scene is one performance of a story.
type Scene struct {
	Site
	Begin event.Time
	Until event.Time // when the records end: nothing later is written
	Rand  *rand.Rand
	Ends  []*End
	Sent  []Sending // what the thief got out, in order of writing
	sink  format.Sink
	port  uint16
}

// Sending is payload that left.
type Sending struct {
	At    event.Time
	Bytes int64
}

// NewScene prepares a performance; seed and name choose its random numbers.
func NewScene(site Site, begin, until event.Time, seed uint64, name string, sink format.Sink) *Scene {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	return &Scene{Site: site, Begin: begin, Until: until, Rand: r, sink: sink, port: uint16(49152 + r.IntN(16000))}
}

// far makes a far end that nobody else in the records has.
func (s *Scene) far(use, name string) *End {
	e := &End{Use: use, Name: name, Label: name}
	for {
		n := s.Rand.Uint32()
		e.Addr = v4(198, 18+byte(n>>16&1), byte(n>>8), byte(n)|1)
		if s.Taken == nil || !s.Taken(e.Addr) {
			break
		}
	}
	if name == "" {
		e.Label = e.Addr.String()
	} else {
		e.Label = psl.Domain(name)
	}
	s.Ends = append(s.Ends, e)
	return e
}

func v4(a, b, c, d byte) event.Addr {
	return event.Addr{10: 0xff, 11: 0xff, 12: a, 13: b, 14: c, 15: d}
}

// domain invents a registered domain.
func (s *Scene) domain() string {
	return s.letters(7+s.Rand.IntN(5)) + ".example"
}

func (s *Scene) letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + s.Rand.IntN(26))
	}
	return string(b)
}

// around varies a time span by up to a share of it in both directions.
func (s *Scene) around(t event.Time, share float64) event.Time {
	return event.Time(float64(t) * (1 + share*(2*s.Rand.Float64()-1)))
}

// size varies a number of bytes likewise.
func (s *Scene) size(n int64, share float64) int64 {
	return max(1, int64(float64(n)*(1+share*(2*s.Rand.Float64()-1))))
}

// every calls f at times that are period apart, varied by a share of it, from
// begin to the end of length; f is told the time.
func (s *Scene) every(begin, length, period event.Time, share float64, f func(event.Time)) {
	for t := begin + event.Time(s.Rand.Float64()*float64(period)); t < begin+length && t < s.Until; t += s.around(period, share) {
		f(t)
	}
}

// rest is how long it is from t to the end of the records.
func (s *Scene) rest(t event.Time) event.Time { return max(0, s.Until-t) }

func (s *Scene) head(t event.Time, to event.Addr, port uint16) event.Head {
	s.port++
	if s.port < 49152 {
		s.port = 49152
	}
	return event.Head{TS: t, Orig: s.Host, Resp: to, OrigPort: s.port, RespPort: port}
}

// flow is one connection to a far end.
type flow struct {
	at      event.Time
	lasts   event.Time
	to      *End
	port    uint16
	proto   event.Proto
	service string
	out, in int64
	refused bool
	packets int64 // of ICMP each way; 0 to reckon from bytes
}

// connect writes a connection and returns its head for the logs beside it; ok is
// false when it lies behind the end of the records. A connection that is not over
// by then is not in the log yet.
func (s *Scene) connect(f flow) (h event.Head, ok bool) {
	if f.at < s.Begin || f.at+f.lasts >= s.Until {
		return h, false
	}
	s.lookUp(f.at, f.to)
	h = s.head(f.at, f.to.Addr, f.port)
	if f.proto == event.ProtoICMP {
		h.OrigPort = 8
	}
	c := event.Conn{
		Head: h, Proto: f.proto, Service: []byte(f.service), Duration: int64(f.lasts), OrigBytes: f.out, RespBytes: f.in,
		State: event.SF, LocalOrig: event.Maybe, LocalResp: event.Maybe,
	}
	c.OrigPkts, c.RespPkts = f.packets, f.packets
	if f.packets == 0 {
		c.OrigPkts, c.RespPkts = 3+f.out/1400, 3+f.in/1400
	}
	if f.proto == event.ProtoTCP {
		c.History = []byte("ShADadFf")
	} else {
		c.History = []byte("Dd")
		if f.proto == event.ProtoICMP {
			c.State, c.History = event.OTH, nil
		}
	}
	c.OrigIPBytes, c.RespIPBytes = f.out+40*c.OrigPkts, f.in+40*c.RespPkts
	if f.refused {
		c.State, c.OrigBytes, c.RespBytes = event.S0, 0, 0
	}
	if s.Logs["conn"] {
		s.sink.Conn(&c)
	}
	return h, true
}

// sent notes that payload left.
func (s *Scene) sent(t event.Time, n int64) { s.Sent = append(s.Sent, Sending{t, n}) }

// lookUp asks for a far end's address, as hosts do: not for each connection.
func (s *Scene) lookUp(t event.Time, e *End) {
	const remembered = hour / 2
	if e.Name == "" || e.known != 0 && t >= e.known && t < e.known+remembered {
		return
	}
	e.known = t
	s.query(t-50_000, e, e.Name, 1, [][]byte{[]byte(e.Addr.String())}, 64, 90)
}

// query writes a look-up of a name, at the host's resolver, and the one by which
// that passes it on where such are logged. zone is whom it is about.
func (s *Scene) query(t event.Time, zone *End, name string, qtype int, answers [][]byte, out, in int64) bool {
	if t < s.Begin || t >= s.Until {
		return false
	}
	ask := func(from, to event.Addr, t event.Time) {
		h := s.head(t, to, 53)
		h.Orig = from
		if s.Logs["dns"] {
			s.sink.DNS(&event.DNS{Head: h, Proto: event.ProtoUDP, Query: []byte(name), QType: qtype, RCode: 0, Answers: answers})
		}
		if s.Logs["conn"] {
			s.sink.Conn(&event.Conn{
				Head: h, Proto: event.ProtoUDP, Service: []byte("dns"), Duration: 30_000, OrigBytes: out, RespBytes: in,
				State: event.SF, History: []byte("Dd"), OrigPkts: 1, RespPkts: 1, OrigIPBytes: out + 28, RespIPBytes: in + 28,
			})
		}
	}
	if s.Resolver == (event.Addr{}) {
		ask(s.Host, zone.Addr, t)
		return true
	}
	ask(s.Host, s.Resolver, t)
	if s.Forwards {
		ask(s.Resolver, zone.Addr, t+500)
	}
	return true
}

// session is what a TLS session shows.
type session struct {
	name    string // SNI; empty for none
	subject string // of a certificate that is logged: TLS 1.2
	issuer  string
	client  string // subject of the client's certificate
	status  string // of the server's certificate
}

// tls writes a TLS session and its connection, and reports whether it is over
// before the records end.
func (s *Scene) tls(f flow, x session) bool {
	f.proto, f.service = event.ProtoTCP, "ssl"
	h, ok := s.connect(f)
	if !ok || !s.Logs["ssl"] {
		return ok
	}
	e := event.SSL{Head: h, Version: []byte("TLSv13"), ServerName: []byte(x.name), Established: true}
	if x.subject != "" {
		e.Version = []byte("TLSv12")
		e.Subject, e.Issuer, e.ValidationStatus = []byte(x.subject), []byte(x.issuer), []byte(x.status)
	}
	if x.client != "" {
		e.ClientSubject, e.ClientIssuer = []byte(x.client), []byte(x.client)
	}
	s.sink.SSL(&e)
	return true
}

// upload is a TLS session that takes payload out.
func (s *Scene) upload(f flow, x session) {
	if s.tls(f, x) {
		s.sent(f.at, f.out)
	}
}

// request is one HTTP request.
type request struct {
	method, uri, agent string
	up, down           int64
	file, mime         string
}

// http writes a request and its connection.
func (s *Scene) http(f flow, r request) {
	f.proto, f.service = event.ProtoTCP, "http"
	f.out, f.in = r.up+400, r.down+300
	h, ok := s.connect(f)
	if ok && r.method == "POST" {
		s.sent(f.at, r.up)
	}
	if !ok || !s.Logs["http"] {
		return
	}
	host := f.to.Name
	if host == "" {
		host = f.to.Addr.String()
	}
	e := event.HTTP{
		Head: h, Depth: 1, Method: []byte(r.method), Host: []byte(host), URI: []byte(r.uri), UserAgent: []byte(r.agent),
		ReqLen: r.up, RespLen: r.down, Status: 200,
	}
	if r.file != "" {
		e.OrigFilenames, e.OrigMIME = [][]byte{[]byte(r.file)}, [][]byte{[]byte(r.mime)}
	}
	s.sink.HTTP(&e)
}

// store writes a file that is stored by FTP: its command, its data and what file
// analysis says of it.
func (s *Scene) store(at event.Time, to *End, name, mime string, n, rate int64) bool {
	lasts := event.Time(n * int64(second) / rate)
	c, ok := s.connect(flow{at: at, lasts: lasts + 2*second, to: to, port: 21, proto: event.ProtoTCP, service: "ftp", out: 120, in: 480})
	if !ok {
		return false
	}
	data, _ := s.connect(flow{at: at + second, lasts: lasts, to: to, port: uint16(50000 + s.Rand.IntN(10000)), proto: event.ProtoTCP, service: "ftp-data", out: n})
	id := []byte("F" + s.letters(16))
	if s.Logs["ftp"] {
		s.sink.FTP(&event.FTP{
			Head: c, User: []byte("anonymous"), Command: []byte("STOR"), Arg: []byte("ftp://" + to.Addr.String() + "/" + name), MIME: []byte(mime),
			FileSize: event.Unset, ReplyCode: 226, DataPort: event.Unset, FUID: id,
		})
	}
	if s.Logs["files"] {
		s.sink.File(&event.File{Head: data, FUID: id, Protocol: []byte("FTP_DATA"), MIME: []byte(mime), IsOrig: event.Yes, Seen: n, Total: event.Unset})
	}
	s.sent(at, n)
	return true
}

// tunnelled writes payload into the names of look-ups: base32 in labels of up to
// 60 characters, as tunnels do (RFC 1035 section 2.3.4 bounds them).
func (s *Scene) tunnelled(t event.Time, zone *End, payload int) {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	n := (payload*8 + 4) / 5
	name := make([]byte, 0, n+n/60+len(zone.Name)+2)
	for i := range n {
		if i > 0 && i%60 == 0 {
			name = append(name, '.')
		}
		name = append(name, alphabet[s.Rand.IntN(32)])
	}
	name = append(append(name, '.'), zone.Name...)
	if s.query(t, zone, string(name), 16, [][]byte{[]byte(s.letters(8 + s.Rand.IntN(8)))}, int64(len(name)+18), int64(2*len(name))) {
		s.sent(t, int64(payload))
	}
}

// spread cuts n bytes into pieces of about the given size.
func (s *Scene) spread(n, piece int64) []int64 {
	count := max(1, int64(math.Round(float64(n)/float64(piece))))
	out := make([]int64, count)
	left := n
	for i := range out {
		out[i] = left / (count - int64(i))
		left -= out[i]
	}
	return out
}

// Total is what left until t.
func (s *Scene) Total(t event.Time) (n int64) {
	for _, x := range s.Sent {
		if x.At < t {
			n += x.Bytes
		}
	}
	return n
}

// Labels lists by what the far ends are recognised, each once, in order.
func (s *Scene) Labels() (out []string) {
	for _, e := range s.Ends {
		out = append(out, e.Label)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
