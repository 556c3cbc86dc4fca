package condense

import (
	"bytes"
	"cmp"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"barium/internal/condense/psl"
	"barium/internal/event"
	"barium/internal/format"
)

const (
	hourMicros = 3600 * 1_000_000
	// keepSamples is how many unreadable records of a source are kept to show.
	keepSamples = 5
	// sampleBytes is how much of each is kept.
	sampleBytes = 256
	// smallPost is the size in bytes below which the body of a request other
	// than PUT, without a file name, is only counted, not kept as a transfer.
	smallPost = 64 << 10
)

// BadSample is the beginning of a record that could not be read.
type BadSample struct {
	Offset, Line int64
	Reason       string
	Sample       []byte
}

// Tally is what reading one source gave.
type Tally struct {
	Records     int64 // refused ones included
	Refused     int64 // records older than Options.Oldest, which are not taken in
	Bad         int64
	Samples     []BadSample
	Skipped     map[string]int64 // by log type
	Warnings    []string
	ByLog       map[string]int64 // records by log type
	First, Last event.Time       // meaningful when Records > 0
}

// Add makes t what reading the sources of both gave together, samples in order of
// their place.
func (t *Tally) Add(o *Tally) {
	if o.Records > 0 {
		if t.Records == 0 || o.First < t.First {
			t.First = o.First
		}
		if t.Records == 0 || o.Last > t.Last {
			t.Last = o.Last
		}
	}
	t.Records += o.Records
	t.Refused += o.Refused
	t.Bad += o.Bad
	t.Samples = append(t.Samples, o.Samples...)
	slices.SortStableFunc(t.Samples, func(a, b BadSample) int { return cmp.Compare(a.Offset, b.Offset) })
	t.Samples = t.Samples[:min(len(t.Samples), keepSamples)]
	for name, n := range o.Skipped {
		t.Skipped[name] += n
	}
	for name, n := range o.ByLog {
		t.ByLog[name] += n
	}
	for _, w := range o.Warnings {
		if len(t.Warnings) < keepSamples && !slices.Contains(t.Warnings, w) {
			t.Warnings = append(t.Warnings, w)
		}
	}
}

// Sink condenses one source's records; it implements format.Sink. It is used
// by one goroutine.
type Sink struct {
	Tally
	c      *Condenser
	w      *writer
	ids    *cache
	source uint32
	r      record
	log    string // of the last record, its id, and how many records of it were counted
	logID  uint32
	logN   int64
	hour   uint32 // for which, with the log above and sensor, Coverage was put last
	sensor uint32
	cover  bool

	// The set rows put last, so that a million equal ones cost one comparison
	// each. One that another pushed out is put again; Rows drops repeats.
	lastSet [numTables][]setKey
	hinted  []uint64 // by address: hour plus one and sensor of its last LocalHint
	domains map[string]domain
	how     []byte
}

var _ format.Sink = (*Sink)(nil)

// Sink returns a sink for the source with the given number, which must be
// above zero. Close it when the source has been read.
func (c *Condenser) Sink(source uint32) *Sink {
	return &Sink{
		Tally: Tally{Skipped: map[string]int64{}, ByLog: map[string]int64{}},
		c:     c, w: &writer{p: &c.pool}, ids: newCache(c.Dictionary), source: source,
		domains: map[string]domain{},
	}
}

// Close hands over what the sink still holds. The error is about temporary
// files.
func (s *Sink) Close() error {
	s.countLog()
	return s.w.close()
}

// Err returns what has gone wrong so far with temporary files.
func (s *Sink) Err() error { return s.w.err }

// begin starts a record of a log; the caller fills key[1:] and event.V.
func (s *Sink) begin(log string, h *event.Head) *record {
	s.Records++
	if s.Records == 1 || h.TS < s.First {
		s.First = h.TS
	}
	if s.Records == 1 || h.TS > s.Last {
		s.Last = h.TS
	}
	if s.log != log {
		s.countLog()
		s.log, s.logID, s.cover = log, s.ids.name([]byte(log)), false
	}
	s.logN++
	hour, sensor := uint32(int64(h.TS)/hourMicros), s.ids.name(h.Sensor)
	if hour < s.c.oldest {
		s.Refused++
	}
	if !s.cover || hour != s.hour || sensor != s.sensor {
		s.set(Coverage, hour, sensor, h.Offset, s.logID)
		s.hour, s.sensor, s.cover = hour, sensor, true
	}
	r := s.blank(h)
	r.primary = true
	return r
}

// countLog adds the records of the last log to the tally.
func (s *Sink) countLog() {
	if s.logN > 0 {
		s.ByLog[s.log] += s.logN
		s.logN = 0
	}
}

func (s *Sink) blank(h *event.Head) *record {
	s.r = record{event: Event{TS: int64(h.TS), Source: s.source, Offset: h.Offset}}
	s.r.key[0] = uint32(int64(h.TS) / hourMicros)
	return &s.r
}

// put files r under table t, in the given sensor's name.
func (s *Sink) put(table int, r *record) {
	if r.key[0] < s.c.oldest {
		return
	}
	t := Tables[table]
	r.key[len(t.Key)-1] = s.sensor // begin has just set it
	s.w.put(t, r)
}

func (s *Sink) pair(r *record, h *event.Head, p event.Proto) {
	r.key[1], r.key[2] = s.ids.address(h.Orig), s.ids.address(h.Resp)
	r.key[3], r.key[4] = uint32(h.RespPort), uint32(p)
}

// setKey is hour, one or two ids and sensor of a set row. Only the zero value
// is not used.
type setKey struct {
	hour, a, b, c, sensor uint32
	used                  bool
}

// setBits says how many set rows of a table are remembered.
const setBits = 13

// set files a row of a table that only remembers that a key occurred in an hour:
// up to three ids.
func (s *Sink) set(table int, hour, sensor uint32, offset int64, ids ...uint32) {
	if hour < s.c.oldest {
		return
	}
	var id [3]uint32
	copy(id[:], ids)
	a, b, c := id[0], id[1], id[2]
	k := setKey{hour, a, b, c, sensor, true}
	if s.lastSet[table] == nil {
		s.lastSet[table] = make([]setKey, 1<<setBits)
	}
	x := uint64(a)<<32 | uint64(b)
	x = (x ^ uint64(hour)<<16 ^ uint64(sensor)<<40 ^ uint64(c)<<24) * 0x9e3779b97f4a7c15
	last := &s.lastSet[table][x>>(64-setBits)]
	if *last == k {
		return
	}
	*last = k
	t := Tables[table]
	r := record{event: Event{TS: int64(hour) * hourMicros, Source: s.source, Offset: offset}}
	r.key[0], r.key[1], r.key[2], r.key[3] = hour, a, b, c
	r.key[len(t.Key)-1] = sensor
	s.w.put(t, &r)
}

func known(v int64) int64 { return max(v, 0) }

// Conn files a connection under its conversation.
func (s *Sink) Conn(c *event.Conn) {
	r := s.begin("conn", &c.Head)
	s.pair(r, &c.Head, c.Proto)
	r.key[5] = flip(c)
	r.event.V = [maxValues]int64{
		ConvDuration: known(c.Duration), ConvBytesOrig: known(c.OrigBytes), ConvBytesResp: known(c.RespBytes),
		ConvPort: convPort(c), ConvMeta: convMeta(c.State, known(c.MissedBytes)),
	}
	r.set = s.ids.name(c.Service)
	s.put(Conversation, r)
	if c.LocalOrig == event.Yes {
		s.local(r.key[0], r.key[1], c.Offset)
	}
	if c.LocalResp == event.Yes {
		s.local(r.key[0], r.key[2], c.Offset)
	}
}

// local files that Zeek takes an address for one inside. Nearly every connection
// says so of an address of which the one before it in the same hour did.
func (s *Sink) local(hour, id uint32, offset int64) {
	if id >= maxCached {
		s.set(LocalHint, hour, s.sensor, offset, id)
		return
	}
	if n := int(id) - len(s.hinted); n >= 0 {
		s.hinted = append(s.hinted, make([]uint64, n+1)...)
	}
	if when := uint64(hour+1)<<32 | uint64(s.sensor); s.hinted[id] != when {
		s.hinted[id] = when
		s.set(LocalHint, hour, s.sensor, offset, id)
	}
}

// flip returns the originator's port when the sensor joined the connection
// after its start and that port is a service while the responder's is not:
// then the logged originator is the server. Otherwise 0.
func flip(c *event.Conn) uint32 {
	if c.State != event.OTH || len(c.History) == 0 || c.History[0] == '^' || c.History[0] == 'S' {
		return 0
	}
	if c.OrigPort != 0 && c.OrigPort < 1024 && c.RespPort >= 1024 {
		return uint32(c.OrigPort)
	}
	return 0
}

// DNS files a look-up under its client, resolver and registered domain.
func (s *Sink) DNS(d *event.DNS) {
	r := s.begin("dns", &d.Head)
	r.key[1], r.key[2] = s.ids.address(d.Orig), s.ids.address(d.Resp)
	name := lower(bytes.TrimSuffix(d.Query, []byte(".")))
	domain := s.domain(name)
	r.key[3] = domain.id
	var below []byte
	switch {
	case domain.text == psl.None:
		below = name
	case len(name) > len(domain.text)+1 && domain.text != "arpa":
		below = name[:len(name)-len(domain.text)-1]
	}
	var answers int64
	for _, a := range d.Answers {
		answers += int64(len(a))
	}
	r.event.V = [maxValues]int64{
		LookName: hash(name), LookType: int64(max(d.QType, -1)+1)&0xffff | int64(max(d.RCode, -1)+1)<<16,
		LookLength: int64(len(below)), LookInfo: information(below), LookAnswer: answers,
	}
	s.put(Lookup, r)
	s.answers(d, name, below)
}

// answers remembers which addresses a name led to, so that connections can be
// called by name. Names that carry much information are kept by their
// registered domain only: they are not names.
func (s *Sink) answers(d *event.DNS, name, below []byte) {
	if len(d.Answers) == 0 || len(name) == 0 || len(below) == len(name) {
		return
	}
	if len(below) > 40 {
		name = name[len(below)+1:]
	}
	for i, a := range d.Answers {
		if i == 16 {
			return
		}
		if addr, ok := parseAddr(a); ok {
			s.set(Answer, uint32(int64(d.TS)/hourMicros), s.sensor, d.Offset, s.ids.address(addr), s.ids.name(name))
		}
	}
}

// domain is a registered domain as it stands at the end of names; the
// dictionary may spell it differently.
type domain struct {
	text string
	id   uint32
}

// domain returns the registered domain of a name.
func (s *Sink) domain(name []byte) domain {
	if d, ok := s.domains[string(name)]; ok {
		return d
	}
	text := psl.Domain(string(name))
	d := domain{text, s.ids.name([]byte(text))}
	if len(s.domains) > maxCached>>2 {
		clear(s.domains)
	}
	s.domains[string(name)] = d
	return d
}

// lower folds the case of a host name. Only ASCII letters have one there (RFC
// 4343); a tunnel puts any other bytes into names, and they must stay apart.
func lower(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// information estimates how many bits the part of a name below its registered
// domain can carry: its length times the logarithm of the number of different
// characters it uses.
func information(b []byte) int64 {
	var seen [256]bool
	distinct, n := 0, 0
	for _, c := range b {
		if c == '.' {
			continue
		}
		n++
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	if distinct < 2 {
		return 0
	}
	return int64(float64(n) * math.Log2(float64(distinct)))
}

// SSL files a TLS session.
func (s *Sink) SSL(e *event.SSL) {
	r := s.begin("ssl", &e.Head)
	s.pair(r, &e.Head, SessionProto(e))
	n := s.ids.name
	r.key[5], r.key[6], r.key[7], r.key[8] = n(lower(e.ServerName)), n(e.JA3), n(e.Subject), n(e.Issuer)
	client := e.ClientSubject
	if len(client) == 0 && len(e.ClientCertID) > 0 {
		client = []byte("(unnamed)")
	}
	r.key[9], r.key[10] = n(e.ValidationStatus), n(client)
	if isHash(e.CertID) {
		r.key[11] = n(e.CertID)
	}
	r.event.V[SessPort] = int64(e.OrigPort)
	if e.Established {
		r.event.V[SessFlags] |= SessEstablished
	}
	if e.Resumed {
		r.event.V[SessFlags] |= SessResumed
	}
	s.put(Session, r)
}

// SessionProto returns the transport of a TLS session: UDP for DTLS (RFC 9147) and
// QUIC (RFC 9001).
func SessionProto(e *event.SSL) event.Proto {
	if bytes.HasPrefix(e.Version, []byte("DTLS")) || bytes.HasPrefix(e.Version, []byte("QUIC")) {
		return event.ProtoUDP
	}
	return event.ProtoTCP
}

// isHash reports whether an id of a certificate is a fingerprint rather than a
// file id, which is new for every connection.
func isHash(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// X509 files a certificate.
func (s *Sink) X509(x *event.X509) {
	r := s.begin("x509", &x.Head)
	n := s.ids.name
	r.key[1], r.key[2], r.key[3] = n(x.Subject), n(x.Issuer), n(x.Serial)
	if isHash(x.ID) {
		r.key[4] = n(x.ID)
	}
	r.key[5] = n(bytes.Join(x.SANDNS, []byte(",")))
	r.event.V = [maxValues]int64{int64(x.NotBefore), int64(x.NotAfter), known(x.KeyLength), int64(x.CA)}
	s.put(Certificate, r)
}

// HTTP files a request, and a transfer when it carried a file or much data out.
func (s *Sink) HTTP(h *event.HTTP) {
	r := s.begin("http", &h.Head)
	s.pair(r, &h.Head, event.ProtoTCP)
	host := withoutPort(lower(h.Host))
	far, farPort := farEnd(h)
	if farPort > 0 {
		host = far
		r.key[8] = uint32(farPort)
	}
	n := s.ids.name
	r.key[5], r.key[6], r.key[7] = n(host), n(h.UserAgent), n(h.Method)
	r.event.V = [maxValues]int64{
		ReqBytesOut: known(h.ReqLen), ReqBytesIn: known(h.RespLen), ReqStatus: int64(max(h.Status, 0)),
		ReqPort: int64(h.OrigPort), ReqURI: hash(h.URI),
	}
	if h.Browser == event.No {
		r.event.V[ReqPort] |= ReqDisguised
	}
	s.put(Request, r)

	var file []byte
	if len(h.OrigFilenames) > 0 {
		file = h.OrigFilenames[0]
	}
	put := string(h.Method) == "PUT"
	if h.ReqLen <= 0 || (!put && len(file) == 0 && h.ReqLen < smallPost) {
		return
	}
	if len(file) == 0 {
		file = uriFile(h.URI)
	}
	r = s.blank(&h.Head)
	s.pair(r, &h.Head, event.ProtoTCP)
	s.how = append(append(s.how[:0], "HTTP "...), h.Method...)
	r.key[5], r.key[6], r.key[7] = n(s.how), n(file), n(first(h.OrigMIME))
	r.key[8], r.key[9] = n(h.Username), n(host)
	r.event.V = [maxValues]int64{
		XferBytes: h.ReqLen, XferCode: int64(max(h.Status, 0)), XferFile: hash(first(h.OrigFUIDs)),
		XferFlags: XferFromOrig, XferPort: int64(h.OrigPort),
	}
	s.put(Transfer, r)
}

// withoutPort cuts the port off a Host header (RFC 9110 section 7.2) and the
// brackets off an IPv6 address.
func withoutPort(host []byte) []byte {
	if len(host) > 0 && host[0] == '[' {
		if i := bytes.IndexByte(host, ']'); i > 0 {
			return host[1:i]
		}
	}
	if i := bytes.LastIndexByte(host, ':'); i > 0 && bytes.IndexByte(host, ':') == i {
		return host[:i]
	}
	return host
}

func first(bs [][]byte) []byte {
	if len(bs) == 0 {
		return nil
	}
	return bs[0]
}

// uriFile returns the last segment of a URI's path, the nearest thing to a file
// name that a request without one has.
func uriFile(uri []byte) []byte {
	p, _, _ := strings.Cut(string(uri), "?")
	base := path.Base(p)
	if base == "/" || base == "." {
		return nil
	}
	return []byte(base)
}

// farEnd returns the host and port that a request through an explicit proxy
// asked for (RFC 9112 section 3.2: absolute form, or authority form with
// CONNECT). The port is 0 for a request to the server itself.
func farEnd(h *event.HTTP) (host []byte, port uint16) {
	uri := lower(h.URI)
	if string(h.Method) == "CONNECT" {
		if host = withoutPort(uri); len(host) == 0 {
			return nil, 0
		}
		return host, portOf(uri, 443)
	}
	for _, scheme := range []struct {
		prefix string
		port   uint16
	}{{"http://", 80}, {"https://", 443}, {"ftp://", 21}} {
		rest, ok := bytes.CutPrefix(uri, []byte(scheme.prefix))
		if !ok {
			continue
		}
		if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		rest = rest[bytes.LastIndexByte(rest, '@')+1:]
		host = withoutPort(rest)
		asked := withoutPort(lower(h.Host))
		// Some clients send the absolute form to the server itself.
		if len(host) > 0 && (h.Proxied || !bytes.Equal(host, asked) || h.RespPort != 80 && h.RespPort != 443) {
			return host, portOf(rest, scheme.port)
		}
		return nil, 0
	}
	return nil, 0
}

// portOf returns the port at the end of an authority, or usual.
func portOf(authority []byte, usual uint16) uint16 {
	i := bytes.LastIndexByte(authority, ':')
	if i < 0 {
		return usual
	}
	n, err := strconv.ParseUint(string(authority[i+1:]), 10, 16)
	if err != nil || n == 0 {
		return usual
	}
	return uint16(n)
}

// File files a transfer that a sensor saw on the wire. Of downloads by HTTP and
// of certificates only the fact is kept: other logs hold what matters of them.
func (s *Sink) File(f *event.File) {
	r := s.begin("files", &f.Head)
	proto := string(f.Protocol)
	name, mime := f.Filename, f.MIME
	if proto == "SSL" || proto == "HTTP" && f.IsOrig == event.No || proto == "DTLS" {
		name, mime = nil, nil
	}
	orig, resp := f.Orig, f.Resp
	fromOrig := f.IsOrig != event.No
	if orig == (event.Addr{}) {
		if orig, resp = f.TX, f.RX; !fromOrig {
			orig, resp = f.RX, f.TX
		}
	}
	r.key[1], r.key[2], r.key[3], r.key[4] = s.ids.address(orig), s.ids.address(resp), uint32(f.RespPort), uint32(event.ProtoTCP)
	n := s.ids.name
	s.how = append(append(s.how[:0], analysed...), f.Protocol...)
	r.key[5], r.key[6], r.key[7] = n(s.how), n(name), n(mime)
	var flags int64
	if fromOrig {
		flags |= XferFromOrig
	}
	if f.Missing > 0 || f.Total > 0 && f.Seen < f.Total {
		flags |= XferPartial
	}
	r.event.V = [maxValues]int64{XferBytes: known(f.Seen), XferFile: hash(f.FUID), XferFlags: flags, XferPort: int64(f.OrigPort)}
	s.put(Transfer, r)
}

// SMBFile files an action on a file of a share.
func (s *Sink) SMBFile(f *event.SMBFile) {
	r := s.begin("smb_files", &f.Head)
	s.pair(r, &f.Head, event.ProtoTCP)
	n := s.ids.name
	action := bytes.TrimPrefix(f.Action, []byte("SMB::FILE_"))
	s.how = append(append(s.how[:0], "SMB "...), action...)
	r.key[5], r.key[6], r.key[9] = n(s.how), n(f.Name), n(f.Path)
	var flags int64
	if string(action) == "WRITE" {
		flags |= XferFromOrig
	}
	r.event.V = [maxValues]int64{XferBytes: known(f.Size), XferFile: hash(f.FUID), XferFlags: flags, XferPort: int64(f.OrigPort)}
	s.put(Transfer, r)
}

// FTP files a transfer by FTP. Commands that move no file only count as records.
func (s *Sink) FTP(f *event.FTP) {
	r := s.begin("ftp", &f.Head)
	s.pair(r, &f.Head, event.ProtoTCP)
	n := s.ids.name
	var flags int64
	switch string(f.Command) {
	case "STOR", "APPE", "STOU":
		flags |= XferFromOrig
	}
	s.how = append(append(s.how[:0], "FTP "...), f.Command...)
	r.key[5], r.key[7], r.key[8] = n(s.how), n(f.MIME), n(f.User)
	switch string(f.Command) {
	case "STOR", "APPE", "STOU", "RETR":
		r.key[6] = n(ftpFile(f.Arg))
	}
	r.event.V = [maxValues]int64{
		XferBytes: known(f.FileSize), XferCode: int64(max(f.ReplyCode, 0)), XferFile: hash(f.FUID),
		XferFlags: flags, XferPort: int64(f.OrigPort),
	}
	s.put(Transfer, r)
}

// ftpFile returns the path of the ftp:// URL that Zeek writes as argument.
func ftpFile(arg []byte) []byte {
	rest, ok := bytes.CutPrefix(arg, []byte("ftp://"))
	if !ok {
		return arg
	}
	if i := bytes.IndexByte(rest, '/'); i >= 0 {
		rest = rest[i:]
	}
	if bytes.HasPrefix(rest, []byte("/./")) {
		rest = rest[2:]
	}
	return rest
}

// DHCP files a lease.
func (s *Sink) DHCP(d *event.DHCP) {
	r := s.begin("dhcp", &d.Head)
	a := d.Assigned
	if a == (event.Addr{}) {
		a = d.Client
	}
	if a == (event.Addr{}) {
		a = d.Orig
	}
	n := s.ids.name
	r.key[1], r.key[2], r.key[3], r.key[4] = s.ids.address(a), n(d.MAC), n(d.HostName), n(d.Domain)
	r.event.V[0] = known(d.Lease)
	s.put(Lease, r)
}

// CaptureLoss files a sensor's own estimate of what it missed.
func (s *Sink) CaptureLoss(l *event.CaptureLoss) {
	r := s.begin("capture_loss", &l.Head)
	r.key[1] = s.ids.name(l.Peer)
	r.event.V = [maxValues]int64{known(l.Delta), known(l.Gaps), known(l.Acks), int64(math.Round(l.Percent * 1e6))}
	s.put(CaptureLoss, r)
}

// Skip counts a record of a type that the ledger does not keep.
func (s *Sink) Skip(logType string) {
	if _, ok := s.Skipped[logType]; !ok && len(s.Skipped) >= 100 {
		logType = "(other types)"
	}
	s.Skipped[strings.Clone(logType)]++
}

// Bad counts a record that could not be read and keeps the first few.
func (s *Sink) Bad(offset, line int64, reason string, sample []byte) {
	s.Tally.Bad++
	if len(s.Samples) < keepSamples {
		s.Samples = append(s.Samples, BadSample{offset, line, reason, bytes.Clone(sample[:min(len(sample), sampleBytes)])})
	}
}

// Warn keeps a remark about the whole source.
func (s *Sink) Warn(reason string) {
	if len(s.Warnings) < keepSamples {
		s.Warnings = append(s.Warnings, reason)
	}
}
