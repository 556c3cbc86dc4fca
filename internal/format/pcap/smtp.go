package pcap

import (
	"bytes"
	"strings"

	"barium/internal/event"
)

// Limits of what is kept of an SMTP connection.
const (
	maxMailbox   = 320  // bytes of an address (RFC 5321 section 4.5.3.1: 64, @ and 255)
	maxReceivers = 200  // addresses named in one record
	maxAwaited   = 1024 // commands that wait for their replies
)

// Commands whose replies matter.
const (
	smtpOther = iota
	smtpData
	smtpTLS
	smtpAuth
	smtpMessage // the end of a message
)

// What the client's direction holds.
const (
	smtpCommand = iota // command lines
	smtpAsked          // DATA was sent, but not answered
	smtpLines          // a message, up to a line with a dot
	smtpChunk          // bytes of BDAT (RFC 3030)
	smtpStopped        // TLS, or something else that cannot be read
)

// smtp follows a connection of SMTP (RFC 5321), plain or until STARTTLS (RFC
// 3207). Accounts, subjects and texts are not kept; a subject is only looked at for
// the name of the machine.
type smtp struct {
	flow    *flow
	files   files
	ts      event.Time // of the bytes at hand
	offset  int64
	state   int
	line    textLine // of the client
	reply   textLine
	awaited []byte // commands without a reply, oldest first
	secret  bool   // the next line is an answer to AUTH (RFC 4954)
	named   bool
	helo    []byte
	code    int // last reply

	mail *mail // being written, nil outside of a transaction
	sent *mail // waiting for its reply

	left  int64 // of a chunk
	last  bool  // chunk of its message
	dot   dotLine
	loose bool // the bytes before were a dot alone on a line, but not between CR LF
}

// mail is one message.
type mail struct {
	smtp   *smtp
	ts     event.Time
	offset int64
	from   []byte
	to     [][]byte
	size   int64 // event.Unset before its first byte
	fuids  [][]byte
	names  [][]byte
	body   *entity
	part   *content
}

func newSMTP(f *flow) analyser {
	return &smtp{flow: f, files: files{flow: f}, code: event.Unset}
}

// isSMTP reports whether a direction begins with the greeting of a server, which
// names SMTP, or with HELO, EHLO or LHLO of a client.
func isSMTP(orig bool, first []byte) bool {
	line, _, whole := bytes.Cut(first, []byte{'\n'})
	if orig {
		return whole && len(line) > 5 && (beginsWith(line, "EHLO ") || beginsWith(line, "HELO ") || beginsWith(line, "LHLO "))
	}
	return greets(line, "SMTP")
}

// data implements analyser.
func (s *smtp) data(orig bool, ts event.Time, offset int64, b []byte) {
	s.ts, s.offset = ts, offset
	for len(b) > 0 && s.state != smtpStopped {
		switch {
		case !orig:
			line, rest, ok := s.reply.take(b)
			b = rest
			if ok {
				s.replyLine(line)
			}
		case s.state == smtpChunk:
			b = s.chunkData(b)
		case s.state == smtpLines:
			b = s.messageData(b)
		default:
			if b[0] == 0x16 && (s.line.done || len(s.line.b) == 0) { // a TLS record; the reply to STARTTLS is missing
				s.secure()
				return
			}
			line, rest, ok := s.line.take(b)
			if ok && s.state == smtpAsked && !isCommand(line) {
				s.beginMessage()
				s.messageData(append(bytes.Clone(line), '\r', '\n'))
				ok = false
			}
			b = rest
			if ok {
				s.command(line)
			}
		}
	}
}

// isCommand reports whether a line may follow a DATA that was refused.
func isCommand(line []byte) bool {
	verb, _ := word(line)
	switch strings.ToUpper(string(verb[:min(len(verb), 8)])) {
	case "QUIT", "RSET", "NOOP", "DATA", "MAIL", "RCPT", "EHLO", "HELO", "VRFY", "STARTTLS":
		return true
	}
	return false
}

// gap implements analyser.
func (s *smtp) gap(orig bool, n int64) {
	switch {
	case s.state == smtpStopped:
	case !orig:
		s.reply.lose()
		s.awaited = s.awaited[:0]
	case s.state == smtpChunk:
		k := min(n, s.left)
		s.mail.gap(k)
		if s.left -= k; s.left == 0 {
			s.chunkEnd()
		}
	case s.state == smtpLines:
		s.mail.gap(n)
		s.dot, s.loose = dotLine{}, false
	default:
		s.line.lose()
		s.awaited = s.awaited[:0]
	}
}

// end implements analyser.
func (s *smtp) end() {
	s.finish(s.sent, event.Unset)
	s.sent = nil
	if s.mail != nil && s.mail.size != event.Unset {
		s.mail.end()
		s.finish(s.mail, event.Unset)
	}
	s.mail = nil
}

// switched reports that what follows is not SMTP but TLS.
func (s *smtp) switched() bool { return s.state == smtpStopped }

// await notes that a command is to be answered.
func (s *smtp) await(what byte) {
	if len(s.awaited) >= maxAwaited { // nobody answers
		s.awaited = s.awaited[:0]
	}
	s.awaited = append(s.awaited, what)
}

// command takes a line of the client.
func (s *smtp) command(line []byte) {
	s.state = smtpCommand
	if s.secret {
		s.secret = false
		return
	}
	verb, arg := word(line)
	what := byte(smtpOther)
	switch strings.ToUpper(string(verb[:min(len(verb), 8)])) {
	case "EHLO", "HELO", "LHLO":
		s.helo = clip(arg, maxText)
		s.name()
		s.drop()
	case "RSET":
		s.drop()
	case "MAIL":
		if from, ok := mailbox(arg, "FROM:"); ok {
			s.name()
			s.drop()
			s.mail = &mail{smtp: s, ts: s.ts, offset: s.offset, from: from, size: event.Unset}
		}
	case "RCPT":
		if to, ok := mailbox(arg, "TO:"); ok && s.mail != nil && len(s.mail.to) < maxReceivers {
			s.mail.to = append(s.mail.to, to)
		}
	case "DATA":
		what, s.state = smtpData, smtpAsked
	case "BDAT":
		size, more := word(arg)
		if n, ok := decimal(size); ok {
			s.open()
			s.left, s.last, s.state = n, bytes.EqualFold(more, []byte("LAST")), smtpChunk
			if n == 0 {
				s.chunkEnd()
			}
			return
		}
	case "STARTTLS":
		what = smtpTLS
	case "AUTH":
		what = smtpAuth
	}
	s.await(what)
}

// name says that this is SMTP.
func (s *smtp) name() {
	if !s.named {
		s.named = true
		s.flow.service("smtp")
	}
}

// mailbox returns the address of MAIL FROM:<> or RCPT TO:<> (RFC 5321 section
// 4.1.2). Parameters behind it are not kept.
func mailbox(arg []byte, prefix string) ([]byte, bool) {
	if len(arg) < len(prefix) || !beginsWith(arg, prefix) {
		return nil, false
	}
	arg = bytes.TrimLeft(arg[len(prefix):], " \t")
	if len(arg) > 0 && arg[0] == '<' {
		inner, _, ok := bytes.Cut(arg[1:], []byte{'>'})
		return clip(inner, maxMailbox), ok
	}
	address, _ := word(arg)
	return clip(address, maxMailbox), true
}

// replyLine takes a line of the server.
func (s *smtp) replyLine(line []byte) {
	code, more, ok := replyCode(line)
	if !ok || more {
		return
	}
	s.code = code
	if code == 334 { // the server asks for more of AUTH
		s.secret = true
		return
	}
	if code == 354 && s.state != smtpLines {
		s.shift(smtpData)
		s.beginMessage()
		return
	}
	if s.state == smtpLines && s.loose {
		s.messageEnd()
	}
	switch s.shift(smtpOther) {
	case smtpTLS:
		if code == 220 {
			s.secure()
		}
	case smtpData:
		if s.state == smtpAsked {
			s.state = smtpCommand
		}
	case smtpMessage:
		s.finish(s.sent, code)
		s.sent = nil
	}
	s.secret = false
}

// shift removes the command that a reply is for. What is wanted, unless
// smtpOther, stands behind commands whose replies were lost.
func (s *smtp) shift(want byte) byte {
	if want != smtpOther {
		if i := bytes.IndexByte(s.awaited, want); i > 0 {
			s.awaited = append(s.awaited[:0], s.awaited[i:]...)
		}
	}
	if len(s.awaited) == 0 {
		return smtpOther
	}
	first := s.awaited[0]
	s.awaited = append(s.awaited[:0], s.awaited[1:]...)
	return first
}

// secure says that the rest is TLS: one record tells of it.
func (s *smtp) secure() {
	s.finish(s.sent, event.Unset)
	s.sent = nil
	s.drop()
	s.name()
	e := event.Mail{Head: s.flow.head, Helo: bytes.Clone(s.helo), Size: event.Unset, Code: s.code, TLS: true}
	e.TS, e.Offset = s.ts, s.offset
	s.flow.sink.Mail(&e)
	s.state = smtpStopped
}

// open sees to it that there is a message to write to.
func (s *smtp) open() {
	if s.mail == nil { // its envelope was not captured
		s.mail = &mail{smtp: s, ts: s.ts, offset: s.offset, size: event.Unset}
	}
	if s.mail.body == nil {
		s.mail.body, s.mail.size = newMessage(s.mail), 0
	}
}

// drop forgets a message that will not be sent; files of it that went over the
// wire stay.
func (s *smtp) drop() {
	if s.mail != nil && s.mail.body != nil {
		s.mail.end()
	}
	s.mail = nil
}

func (s *smtp) beginMessage() {
	s.open()
	s.state, s.dot, s.loose = smtpLines, dotLine{}, false
	if !s.line.done && len(s.line.b) > 0 { // it came before the server asked for it
		s.messageData(s.line.b)
	}
	s.line.reset()
}

// messageData takes bytes of a message that ends with a dot.
func (s *smtp) messageData(b []byte) []byte {
	n, over := s.dot.scan(b, s.mail.write)
	s.loose = s.dot.loose()
	if over {
		s.messageEnd()
	}
	return b[n:]
}

// messageEnd says that the message is whole; its reply is still to come.
func (s *smtp) messageEnd() {
	s.finish(s.sent, event.Unset)
	s.mail.end()
	s.sent, s.mail = s.mail, nil
	s.state = smtpCommand
	s.await(smtpMessage)
}

// chunkData takes bytes of a BDAT chunk.
func (s *smtp) chunkData(b []byte) []byte {
	n := min(int64(len(b)), s.left)
	s.mail.write(b[:n])
	if s.left -= n; s.left == 0 {
		s.chunkEnd()
	}
	return b[n:]
}

func (s *smtp) chunkEnd() {
	s.state = smtpCommand
	if s.last {
		s.messageEnd()
	} else {
		s.await(smtpOther)
	}
}

// finish hands over a message.
func (s *smtp) finish(m *mail, code int) {
	if m == nil {
		return
	}
	e := event.Mail{
		Head: s.flow.head, From: m.from, To: m.to, Helo: bytes.Clone(s.helo), UserAgent: m.body.agent, Size: m.size, Code: code,
		FUIDs: m.fuids, Filenames: m.names,
	}
	if m.body.whole {
		e.Anonymous, e.NamesSelf = tri(len(m.body.agent) == 0), namesSelf(m.body.topic, s.helo)
	}
	e.TS, e.Offset = m.ts, m.offset
	s.flow.sink.Mail(&e)
}

// namesSelf reports whether a subject holds the name, without its domain, that a
// machine gives itself. Names of under five letters stand in words by chance.
func namesSelf(subject, helo []byte) event.Tri {
	name, _, _ := bytes.Cut(helo, []byte{'.'})
	if len(name) < 5 || name[0] == '[' || '0' <= name[0] && name[0] <= '9' || bytes.EqualFold(name, []byte("localhost")) {
		return event.Maybe
	}
	return tri(strings.Contains(strings.ToLower(decodedWords(string(subject))), strings.ToLower(string(name))))
}

func tri(b bool) event.Tri {
	if b {
		return event.Yes
	}
	return event.No
}

func (m *mail) write(b []byte) {
	m.size += int64(len(b))
	m.body.write(b)
}

func (m *mail) gap(n int64) { m.body.gap(n) }

func (m *mail) end() { m.body.end() }

// partBegin implements parts. A text without a file name is the letter itself; it
// is no file.
func (m *mail) partBegin(p *partHeader) {
	text := p.mediaType == "" || strings.HasPrefix(p.mediaType, "text/")
	if len(p.filename) == 0 && p.disposition != "attachment" && text {
		return
	}
	m.part = m.smtp.files.begin(m.smtp.ts, m.smtp.offset)
	m.part.name = p.filename
}

// partData implements parts.
func (m *mail) partData(b []byte) {
	if m.part != nil {
		m.part.write(b)
	}
}

// partGap implements parts.
func (m *mail) partGap(n int64) {
	if m.part != nil {
		m.part.gap(n)
	}
}

// partEnd implements parts.
func (m *mail) partEnd() {
	if m.part == nil {
		return
	}
	m.smtp.files.end(m.part, "SMTP", true)
	if len(m.fuids) < maxFiles { // ids and names stand side by side
		m.fuids = append(m.fuids, m.part.fuid[:])
		m.names = append(m.names, m.part.name)
	}
	m.part = nil
}
