package pcap

import (
	"bytes"
	"encoding/base64"
	"strings"

	"barium/internal/event"
)

// What a direction of HTTP expects next.
const (
	httpStart      = iota // a request line or a status line
	httpFields            // header fields
	httpLength            // a body of known length
	httpChunkSize         // RFC 9112 section 7.1
	httpChunk             // data of a chunk
	httpChunkEnd          // the line end behind it
	httpTrailer           // fields behind the last chunk
	httpUntilClose        // a body that ends with the connection
	httpSearch            // the beginning of any message, bytes were lost
	httpTunnel            // something else than HTTP
)

// httpSide is one direction of a connection of HTTP.
type httpSide struct {
	orig     bool
	state    int
	found    bool // the message is the first behind a loss
	reported bool
	line     textLine
	left     int64      // of the body, or of the chunk
	ts       event.Time // of the message
	offset   int64
	x        *exchange // of the message, nil between messages and for interim replies
	status   int       // of a reply
	body     *httpBody // nil outside of bodies
	room     httpBody  // that body lies in

	// The header fields of the message.
	fields  int
	length  int64 // event.Unset when not given
	unclear bool  // lengths that contradict each other
	chunked bool
	coded   bool // Content-Encoding
	form    string
	name    []byte
}

// clear makes s the side of a connection that has not begun. Its memory is kept.
func (s *httpSide) clear() {
	line, head := room(s.line.b), s.room.whole.head[:0]
	*s = httpSide{}
	s.line.b, s.room.whole.head = line, head
}

// begin begins the header fields of a message.
func (s *httpSide) begin(x *exchange) {
	s.x, s.state = x, httpFields
	s.fields, s.length = 0, event.Unset
	s.unclear, s.chunked, s.coded, s.form, s.name = false, false, false, "", nil
}

// field takes one header field. Fields beyond maxFields and those folded over
// several lines (RFC 9112 section 5.2) are passed over.
func (s *httpSide) field(line []byte) {
	if s.fields++; s.fields > maxFields {
		return
	}
	name, value, ok := bytes.Cut(line, []byte{':'})
	var lower [24]byte
	if !ok || len(name) > len(lower) {
		return
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	value = bytes.TrimSpace(value)
	switch string(lower[:len(name)]) {
	case "content-length":
		n, ok := decimal(value)
		s.unclear = s.unclear || !ok || s.length != event.Unset && s.length != n
		s.length = n
	case "transfer-encoding":
		s.chunked = len(value) >= 7 && bytes.EqualFold(value[len(value)-7:], []byte("chunked"))
		s.unclear = s.unclear || !s.chunked
	case "content-encoding":
		s.coded = !bytes.EqualFold(value, []byte("identity"))
	case "content-disposition":
		_, params := mediaType(string(value))
		s.name = fileName(params["filename"])
	case "content-type":
		if t, params := mediaType(string(value)); strings.HasPrefix(t, "multipart/") && len(params["boundary"]) <= maxBoundary {
			s.form = params["boundary"]
		}
	default:
		if s.orig {
			s.x.field(string(lower[:len(name)]), value)
		}
	}
}

// field takes a header field of a request that its record keeps.
func (x *exchange) field(name string, value []byte) {
	switch name {
	case "host":
		if x.host == nil {
			x.host = lay(&x.text, value[:min(len(value), maxText)])
		}
	case "user-agent":
		x.agent = append(x.agent[:0], value[:min(len(value), maxText)]...) // the last one counts
	case "accept":
		x.accepts = true
	case "expect":
		x.expects = true
	case "authorization":
		x.user = basicUser(value)
	// Those that only proxies write or see; Zeek's http.log has nearly the same.
	case "forwarded", "x-forwarded-for", "x-forwarded-from", "client-ip", "via", "xroxy-connection", "proxy-connection", "proxy-authorization":
		x.proxied = true
	}
}

// basicUser returns the account of an Authorization header (RFC 7617), nil for
// other schemes. The password is not kept.
func basicUser(value []byte) []byte {
	scheme, token := word(value)
	if !bytes.EqualFold(scheme, []byte("basic")) {
		return nil
	}
	token = bytes.TrimRight(token, "=")
	text, err := base64.RawStdEncoding.DecodeString(string(token))
	if err != nil {
		return nil
	}
	user, _, ok := bytes.Cut(text, []byte{':'})
	if !ok {
		return nil
	}
	return clip(user, maxText)
}

// decimal parses a number without a sign, at most 18 digits.
func decimal(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(b) > 0 && len(b) <= 18
}

// chunkSize parses the line before a chunk; extensions are passed over.
func chunkSize(line []byte) (n int64, ok bool) {
	line, _, _ = bytes.Cut(line, []byte{';'})
	line = bytes.TrimSpace(line)
	for _, c := range line {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int64(c-'0')
		case isHex(c):
			n = n<<4 | int64(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, len(line) > 0 && len(line) <= 15
}

// fieldsEnd decides what follows the header fields (RFC 9112 section 6.3).
func (h *http) fieldsEnd(s *httpSide) {
	if s.orig {
		s.x.headed = s.fields <= maxFields
	}
	switch {
	case s.x == nil: // an interim reply
		s.state = httpStart
	case !s.orig && (s.status == 101 || s.status/100 == 2 && string(s.x.method) == "CONNECT"):
		h.messageEnd(s)
		h.enterTunnel()
	case !s.orig && (s.status == 204 || s.status == 304 || string(s.x.method) == "HEAD"):
		h.messageEnd(s)
	case s.unclear:
		h.beginBody(s, httpUntilClose)
	case s.chunked:
		s.length = event.Unset
		h.beginBody(s, httpChunkSize)
	case s.length > 0:
		s.left = s.length
		h.beginBody(s, httpLength)
	case s.length == 0 || s.orig:
		h.messageEnd(s)
	default:
		h.beginBody(s, httpUntilClose)
	}
}

func (h *http) beginBody(s *httpSide, state int) {
	s.state = state
	s.room = httpBody{http: h, orig: s.orig, x: s.x, total: s.length, coded: s.coded, name: s.name, whole: content{head: s.room.whole.head[:0]}}
	s.body = &s.room
	if s.unclear {
		s.body.total = event.Unset
	}
	if s.orig && s.form != "" && !s.coded {
		s.body.form = newMultipart(s.body, s.form)
	}
}

// bodyData takes bytes of a body and returns what is behind it.
func (h *http) bodyData(s *httpSide, b []byte) (rest []byte) {
	if s.state != httpUntilClose {
		if int64(len(b)) > s.left {
			b, rest = b[:s.left], b[s.left:]
		}
		s.left -= int64(len(b))
	}
	s.body.write(b)
	if s.state != httpUntilClose && s.left == 0 {
		h.lengthEnd(s)
	}
	return rest
}

// lengthEnd ends a body or a chunk that is whole.
func (h *http) lengthEnd(s *httpSide) {
	if s.state == httpLength {
		h.messageEnd(s)
		return
	}
	s.state = httpChunkEnd
	s.line.reset()
}

// httpBody is the body of one message: a file, or a form with files in it.
type httpBody struct {
	http  *http
	orig  bool
	x     *exchange
	total int64
	coded bool // compressed: its type cannot be seen
	name  []byte
	file  *content // nil before its first byte
	whole content  // that file lies in
	form  *entity  // nil when the body is one file
	part  *content
}

func (y *httpBody) write(b []byte) {
	if y.orig {
		y.x.reqLen += int64(len(b))
	} else {
		y.x.respLen += int64(len(b))
	}
	if y.form != nil {
		y.form.write(b)
		return
	}
	y.open()
	y.file.write(b)
}

func (y *httpBody) gap(n int64) {
	if y.form != nil {
		y.form.gap(n)
		return
	}
	y.open()
	y.file.gap(n)
}

// open begins the file of a body with its first byte.
func (y *httpBody) open() {
	if y.file == nil {
		y.file = &y.whole
		y.http.files.restart(y.file, y.http.ts, y.http.offset)
		y.file.name, y.file.total, y.file.broken = y.name, y.total, y.coded
	}
}

func (y *httpBody) end() {
	if y.form != nil {
		y.form.end()
	}
	if y.file != nil {
		y.finish(y.file)
	}
}

// finish hands a file over and names it in the record of its exchange.
func (y *httpBody) finish(c *content) {
	y.http.files.end(c, "HTTP", y.orig)
	x := y.x
	if !y.orig {
		x.respFUIDs, x.respMIME = some(x, x.respFUIDs, c.fuid[:]), some(x, x.respMIME, c.mime())
		return
	}
	x.reqFUIDs, x.reqMIME, x.reqNames = some(x, x.reqFUIDs, c.fuid[:]), some(x, x.reqMIME, c.mime()), some(x, x.reqNames, c.name)
}

// some appends what is not empty to a list of at most maxFiles of an exchange.
func some[T []byte | string](x *exchange, to [][]byte, b T) [][]byte {
	if len(b) == 0 || len(to) >= maxFiles {
		return to
	}
	return append(to, lay(&x.text, b))
}

// partBegin implements parts. A part without a file name and a type is a field of
// a form, no file.
func (y *httpBody) partBegin(p *partHeader) {
	if len(p.filename) > 0 || p.mediaType != "" {
		y.part = y.http.files.begin(y.http.ts, y.http.offset)
		y.part.name = p.filename
	}
}

// partData implements parts.
func (y *httpBody) partData(b []byte) {
	if y.part != nil {
		y.part.write(b)
	}
}

// partGap implements parts.
func (y *httpBody) partGap(n int64) {
	if y.part != nil {
		y.part.gap(n)
	}
}

// partEnd implements parts.
func (y *httpBody) partEnd() {
	if y.part != nil {
		y.finish(y.part)
		y.part = nil
	}
}
