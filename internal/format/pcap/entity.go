package pcap

import (
	"bytes"
	"mime"
	"strings"
)

// Limits of a MIME entity.
const (
	maxFields   = 256     // header fields that are looked at, of a part or of an HTTP message
	maxField    = 8 << 10 // bytes of one, unfolded
	maxNested   = 8       // multiparts inside each other; a deeper one counts as a file
	maxBoundary = 1 << 10 // RFC 2046 section 5.1.1 allows 70
)

// partHeader is what the header of a MIME part says (RFC 2045, RFC 2183).
type partHeader struct {
	mediaType   string // lower case; "" when not given
	boundary    string
	disposition string // lower case
	encoding    string // lower case
	filename    []byte
}

// parts receives the parts of an entity that are not multiparts themselves.
type parts interface {
	partBegin(h *partHeader)
	partData(b []byte) // decoded
	partGap(n int64)
	partEnd()
}

// entity takes a MIME entity apart as its bytes come (RFC 2046 section 5.1).
type entity struct {
	out    parts
	bounds []string // of the open multiparts, outermost first
	header bool     // in the header of a part, not in its body
	leaf   bool     // the body is one of a part; otherwise it is between parts
	decode coding

	agent  []byte // User-Agent or X-Mailer of the message
	topic  []byte // its subject, only to look for the sender's own name
	whole  bool   // the header of the message was read to its end
	head   partHeader
	line   textLine
	field  []byte // header field under way, unfolded
	fields int

	start bool   // at the start of a line of a body, which may be a delimiter
	cand  []byte // beginning of that line
	held  []byte // line end before it, which belongs to a delimiter
}

// newMessage returns an entity that begins with its header.
func newMessage(out parts) *entity { return &entity{out: out, header: true} }

// newMultipart returns an entity whose header stood elsewhere, as in HTTP.
func newMultipart(out parts, boundary string) *entity {
	return &entity{out: out, bounds: []string{boundary}, start: true}
}

// write takes the next bytes.
func (e *entity) write(b []byte) {
	for len(b) > 0 {
		switch {
		case e.header:
			line, rest, ok := e.line.take(b)
			b = rest
			if ok {
				e.headerLine(line)
			}
		case len(e.bounds) == 0:
			e.emit(b)
			return
		case e.start:
			b = e.lineStart(b)
		default:
			b = e.lineRest(b)
		}
	}
}

// gap says that n bytes are missing here.
func (e *entity) gap(n int64) {
	if e.header {
		e.header, e.leaf = false, false
		e.line.reset()
	}
	e.flush()
	e.start = false
	if e.leaf {
		if e.decode.kind == codeBase64 {
			n = n * 3 / 4
		}
		e.out.partGap(n)
	}
}

// end says that nothing follows.
func (e *entity) end() {
	if !e.header && (!e.start || !e.delimiter(e.cand)) {
		e.flush()
	}
	e.close()
}

// close ends the part that is open.
func (e *entity) close() {
	if e.leaf {
		e.decode.end(e.out)
		e.out.partEnd()
	}
	e.leaf, e.header = false, false
}

func (e *entity) emit(b []byte) {
	if e.leaf {
		e.decode.write(e.out, b)
	}
}

// flush gives out what was held back, as part of the body.
func (e *entity) flush() {
	e.emit(e.held)
	e.emit(e.cand)
	e.held, e.cand = e.held[:0], e.cand[:0]
}

// lineStart looks whether a line is a delimiter.
func (e *entity) lineStart(b []byte) []byte {
	for i, c := range b {
		e.cand = append(e.cand, c)
		if c == '\n' && e.delimiter(e.cand) {
			e.held, e.cand = e.held[:0], e.cand[:0]
			return b[i+1:]
		}
		if c == '\n' || c != '-' && len(e.cand) <= 2 || len(e.cand) > maxBoundary+8 {
			e.emit(e.held)
			e.held, e.start = e.held[:0], false
			line := e.cand
			e.cand = e.cand[:0]
			e.lineRest(line)
			return b[i+1:]
		}
	}
	return nil
}

// lineRest gives out a line up to its end, which is held back.
func (e *entity) lineRest(b []byte) []byte {
	i := bytes.IndexByte(b, '\n')
	text, rest := b, []byte(nil)
	if i >= 0 {
		text, rest = b[:i], b[i+1:]
	}
	n := len(text)
	if n > 0 && text[n-1] == '\r' {
		n--
	}
	if len(text) > 0 { // a CR that was held back had no LF behind it
		e.emit(e.held)
		e.held = e.held[:0]
	}
	e.emit(text[:n])
	e.held = append(e.held, text[n:]...)
	if i >= 0 {
		e.held = append(e.held, '\n')
		e.start = true
	}
	return rest
}

// delimiter reports whether a line is the delimiter of an open multipart, and if
// so ends the part before it.
func (e *entity) delimiter(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("--"))
	if !ok {
		return false
	}
	rest = bytes.TrimRight(rest, " \t\r\n")
	for i := len(e.bounds) - 1; i >= 0; i-- {
		last, ok := bytes.CutPrefix(rest, []byte(e.bounds[i]))
		if !ok || len(last) > 0 && string(last) != "--" {
			continue
		}
		e.close()
		if len(last) > 0 {
			if i > 0 { // behind the outermost nothing ends, so that parts are still found there
				e.bounds = e.bounds[:i]
			}
			e.start = true
			return true
		}
		e.bounds = e.bounds[:i+1]
		e.beginHeader()
		return true
	}
	return false
}

func (e *entity) beginHeader() {
	e.header, e.start = true, false
	e.head = partHeader{}
	e.field, e.fields = e.field[:0], 0
	e.line.reset()
}

// headerLine takes a line of a header; long fields go over several (RFC 5322
// section 2.2.3).
func (e *entity) headerLine(line []byte) {
	if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		e.field = append(e.field, line[:min(len(line), maxField-min(len(e.field), maxField))]...)
		return
	}
	if e.fields < maxFields {
		e.set(e.field)
	}
	e.fields++
	e.field = append(e.field[:0], line[:min(len(line), maxField)]...)
	if len(line) == 0 {
		e.beginBody()
	} else if bytes.HasPrefix(line, []byte("--")) {
		e.delimiter(line) // a part without a body
	}
}

// beginBody begins what follows a header.
func (e *entity) beginBody() {
	e.header, e.start = false, true
	e.whole = e.whole || len(e.bounds) == 0 && e.fields <= maxFields
	e.held, e.cand = e.held[:0], e.cand[:0]
	if e.head.boundary != "" && len(e.bounds) < maxNested {
		e.bounds = append(e.bounds, e.head.boundary)
		return
	}
	e.leaf = true
	e.decode.begin(e.head.encoding)
	e.out.partBegin(&e.head)
}

// set takes one header field.
func (e *entity) set(field []byte) {
	h := &e.head
	name, value, ok := bytes.Cut(field, []byte{':'})
	if !ok {
		return
	}
	value = bytes.TrimSpace(value)
	switch strings.ToLower(string(bytes.TrimSpace(name))) {
	case "content-type":
		t, params := mediaType(string(value))
		h.mediaType = t
		if strings.HasPrefix(t, "multipart/") && len(params["boundary"]) <= maxBoundary {
			h.boundary = params["boundary"]
		}
		if h.filename == nil {
			h.filename = fileName(params["name"])
		}
	case "content-disposition":
		t, params := mediaType(string(value))
		h.disposition = t
		if name := fileName(params["filename"]); name != nil {
			h.filename = name
		}
	case "content-transfer-encoding":
		h.encoding = strings.ToLower(string(value))
	case "user-agent", "x-mailer":
		if e.agent == nil && len(e.bounds) == 0 {
			e.agent = clip(value, maxText)
		}
	case "subject":
		if e.topic == nil && len(e.bounds) == 0 {
			e.topic = clip(value, maxText)
		}
	}
}

// mediaType parses a value with parameters (RFC 2045 section 5.1, RFC 2231). What
// breaks the rules is read as far as it can be.
func mediaType(value string) (string, map[string]string) {
	t, params, err := mime.ParseMediaType(value)
	if err == nil {
		return t, params
	}
	t, rest, _ := strings.Cut(value, ";")
	params = make(map[string]string)
	for rest != "" && len(params) < 16 {
		var name, text string
		name, rest, _ = strings.Cut(rest, "=")
		name = strings.ToLower(strings.Trim(name, "; \t"))
		rest = strings.TrimLeft(rest, " \t")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			text, rest, _ = strings.Cut(quoted, `"`)
		} else {
			text, rest, _ = strings.Cut(rest, ";")
			text = strings.TrimSpace(text)
		}
		if _, known := params[name]; !known {
			params[name] = text
		}
	}
	return strings.ToLower(strings.TrimSpace(t)), params
}

// fileName returns a name without the encoding that mail programs give it (RFC
// 2047), nil for an empty one.
func fileName(name string) []byte {
	if name == "" {
		return nil
	}
	name = decodedWords(name)
	return []byte(name[:min(len(name), maxFileName)])
}

// decodedWords decodes the encoded words of a header (RFC 2047).
func decodedWords(text string) string {
	var d mime.WordDecoder
	if plain, err := d.DecodeHeader(text); err == nil {
		return plain
	}
	return text
}
