package pcap

import (
	"bytes"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"barium/internal/event"
)

// Limits of what is kept of an FTP connection.
const (
	maxCommands = 64   // commands that wait for their replies
	maxPath     = 4096 // bytes of a path
)

// portFTP is the port of control connections (RFC 959 section 5.2).
const portFTP = 21

// ftp follows a control connection of FTP (RFC 959), plain or until AUTH (RFC
// 4217).
type ftp struct {
	flow      *flow
	transfers *ftpTransfers
	ts        event.Time // of the bytes at hand
	offset    int64
	line      textLine // of the client
	reply     textLine
	more      int // code of a reply of several lines that is not over
	commands  []ftpCommand
	named     bool
	stopped   bool
	user      []byte
	dir       string // where the client is, as far as it is known
	size      int64  // that a reply gave for the next file
	next      *ftpTransfer
}

// ftpCommand is a command that waits for its reply.
type ftpCommand struct {
	verb, arg string
	transfer  *ftpTransfer // of a command that uses a data connection
}

// newFTP follows a control connection. Its transfers are shared with the data
// connections of the source.
func newFTP(f *flow) analyser {
	return &ftp{flow: f, transfers: &own(f.sink).transfers, dir: ".", size: event.Unset}
}

// isFTP reports whether a direction begins with the greeting of a server that
// names FTP, or with what clients say first. POP3 begins alike: the replies tell
// it apart.
func isFTP(orig bool, first []byte) bool {
	line, _, whole := bytes.Cut(first, []byte{'\n'})
	if orig {
		verb, _, _ := bytes.Cut(bytes.ToUpper(bytes.TrimSpace(line)), []byte{' '})
		return whole && (string(verb) == "USER" || string(verb) == "AUTH" || string(verb) == "FEAT")
	}
	return greets(line, "FTP")
}

// data implements analyser.
func (f *ftp) data(orig bool, ts event.Time, offset int64, b []byte) {
	f.ts, f.offset = ts, offset
	for len(b) > 0 && !f.stopped {
		l := &f.reply
		if orig {
			l = &f.line
			if b[0] == 0x16 && (l.done || len(l.b) == 0) { // a TLS record
				f.stopped = true
				return
			}
		}
		line, rest, ok := l.take(b)
		b = rest
		switch {
		case ok && orig:
			f.command(line)
		case ok:
			f.replyLine(line)
		}
	}
}

// gap implements analyser.
func (f *ftp) gap(orig bool, _ int64) {
	if orig {
		f.line.lose()
	} else {
		f.reply.lose()
		f.more = 0
	}
	f.giveUp()
}

// end implements analyser.
func (f *ftp) end() { f.giveUp() }

// switched reports that what follows is not FTP but TLS.
func (f *ftp) switched() bool { return f.stopped }

// giveUp stops to wait for replies.
func (f *ftp) giveUp() {
	for _, c := range f.commands {
		if c.transfer != nil {
			c.transfer.answer(event.Unset)
		}
	}
	f.commands = f.commands[:0]
}

// command takes a line of the client.
func (f *ftp) command(line []byte) {
	// Interrupts of Telnet stand before an ABOR (RFC 959 section 4.1.3).
	line = bytes.TrimLeft(line, "\xff\xf4\xf2 ")
	v, rest, _ := bytes.Cut(line, []byte{' '})
	c := ftpCommand{verb: strings.ToUpper(string(v[:min(len(v), 8)]))}
	switch c.verb {
	case "USER":
		f.user = clip(rest, maxText)
	case "CWD", "XCWD", "RETR", "STOR", "APPE", "STOU", "SIZE", "LIST", "NLST", "MLSD", "EPRT", "PORT", "AUTH":
		c.arg = string(rest[:min(len(rest), maxPath)])
	}
	switch c.verb {
	case "PORT":
		f.announce(dottedSocket([]byte(c.arg)))
	case "EPRT":
		f.announce(extendedSocket(c.arg, event.Addr{}))
	case "RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD":
		c.transfer = f.begin(c)
	}
	if len(f.commands) >= maxCommands { // nobody answers
		f.giveUp()
	}
	f.commands = append(f.commands, c)
}

func (f *ftp) name() {
	if !f.named {
		f.named = true
		f.flow.service("ftp")
	}
}

// begin makes the transfer of a command; the data connection was agreed on
// before, or is none.
func (f *ftp) begin(c ftpCommand) *ftpTransfer {
	t := f.next
	if t == nil {
		t = &ftpTransfer{port: event.Unset}
	}
	f.next = nil
	// A data connection may outlast its control connection.
	t.doubtful = !f.named && f.flow.head.RespPort != portFTP
	t.head, t.sink, t.user, t.verb, t.size = f.flow.head, f.flow.sink, bytes.Clone(f.user), c.verb, f.size
	t.head.UID, t.head.TS, t.head.Offset = bytes.Clone(t.head.UID), f.ts, f.offset
	if c.verb != "RETR" { // SIZE spoke of what was there before
		t.size = event.Unset
	}
	f.size = event.Unset
	switch c.verb {
	case "RETR", "STOR", "APPE", "STOU":
		t.file = c.arg
		t.arg = f.url(c.arg)
	}
	return t
}

// url returns a path as Zeek's ftp.log has it.
func (f *ftp) url(name string) string {
	if name == "" { // STOU may leave the name to the server
		return ""
	}
	host := f.flow.head.Resp.String()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	name = f.at(name)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	return "ftp://" + host + name
}

// at returns a path seen from where the client is. Where that is unknown, it
// begins with a dot.
func (f *ftp) at(name string) string {
	p := name
	if !strings.HasPrefix(name, "/") {
		p = f.dir + "/" + name
	}
	p = path.Clean(p)
	if !strings.HasPrefix(p, "/") && !strings.HasPrefix(p, ".") {
		p = "./" + p
	}
	return p[:min(len(p), maxPath)]
}

// announce says where a data connection is about to go to.
func (f *ftp) announce(to event.Addr, port uint16, ok bool) {
	if !ok {
		return
	}
	f.next = &ftpTransfer{resp: to, port: int(port)}
	f.transfers.put(ftpSocket{to, port}, f.next)
	f.flow.expect(to, port, ftpDataService)
}

// replyLine takes a line of the server.
func (f *ftp) replyLine(line []byte) {
	code, more, ok := replyCode(line)
	if f.more != 0 {
		if !ok || more || code != f.more {
			return
		}
		f.more = 0
	}
	switch {
	case !ok:
	case more:
		f.more = code
	case code < 200: // the transfer begins
		f.opening(line)
	default:
		f.answer(code, line)
	}
}

// opening takes the size that servers give when they open the data connection:
// "150 Opening BINARY mode data connection for x (1234 bytes)."
func (f *ftp) opening(line []byte) {
	if len(f.commands) == 0 || f.commands[0].verb != "RETR" {
		return
	}
	i := bytes.LastIndexByte(line, '(')
	if i < 0 {
		return
	}
	digits, unit := word(line[i+1:])
	if n, ok := decimal(digits); ok && bytes.HasPrefix(unit, []byte("bytes")) {
		f.commands[0].transfer.size = n
	}
}

// answer takes the last reply to the oldest command.
func (f *ftp) answer(code int, line []byte) {
	if len(f.commands) == 0 {
		return // the greeting
	}
	c := f.commands[0]
	f.commands = append(f.commands[:0], f.commands[1:]...)
	good := code < 300
	switch {
	case c.transfer != nil:
		c.transfer.answer(code)
	case c.verb == "USER":
		f.name()
	case c.verb == "AUTH":
		f.stopped = code == 234 || code == 334
	case c.verb == "PASV" && code == 227:
		to, port, ok := dottedSocket(line[4:])
		f.announce(to, port, ok)
		// A server behind NAT may name an address that the client does not use.
		if ok && to != f.flow.head.Resp {
			f.transfers.put(ftpSocket{f.flow.head.Resp, port}, f.next)
			f.flow.expect(f.flow.head.Resp, port, ftpDataService)
		}
	case c.verb == "EPSV" && code == 229:
		if i := bytes.IndexByte(line, '('); i >= 0 {
			f.announce(extendedSocket(string(line[i+1:]), f.flow.head.Resp))
		}
	case c.verb == "SIZE" && code == 213:
		if n, ok := decimal(bytes.TrimSpace(line[4:])); ok {
			f.size = n
		}
	case c.verb == "CWD" && good, c.verb == "XCWD" && good:
		f.dir = f.at(c.arg)
	case c.verb == "CDUP" && good, c.verb == "XCUP" && good:
		f.dir = f.at("..")
	case c.verb == "PWD" && code == 257, c.verb == "XPWD" && code == 257:
		if _, rest, ok := bytes.Cut(line, []byte{'"'}); ok {
			if i := bytes.LastIndexByte(rest, '"'); i > 0 && rest[0] == '/' {
				f.dir = path.Clean(string(rest[:min(i, maxPath)]))
			}
		}
	}
}

// dottedSocket parses h1,h2,h3,h4,p1,p2 (RFC 959 section 4.1.2), wherever in the
// text it stands: servers put words around it.
func dottedSocket(text []byte) (event.Addr, uint16, bool) {
	i := bytes.IndexByte(text, '(') + 1
	if i == 0 {
		i = max(bytes.IndexAny(text, "0123456789"), 0)
	}
	var n [6]byte
	fields := bytes.SplitN(text[i:], []byte{','}, 7)
	if len(fields) < 6 {
		return event.Addr{}, 0, false
	}
	for k, b := range fields[:6] {
		b = bytes.TrimSpace(b)
		if k == 5 {
			end := 0
			for end < len(b) && b[end] >= '0' && b[end] <= '9' {
				end++
			}
			b = b[:end]
		}
		v, err := strconv.ParseUint(string(b), 10, 8)
		if err != nil {
			return event.Addr{}, 0, false
		}
		n[k] = byte(v)
	}
	port := uint16(n[4])<<8 | uint16(n[5])
	return event.AddrFrom(netip.AddrFrom4([4]byte(n[:4]))), port, port != 0
}

// extendedSocket parses |protocol|address|port| (RFC 2428). An empty address
// means host.
func extendedSocket(text string, host event.Addr) (event.Addr, uint16, bool) {
	if text == "" {
		return host, 0, false
	}
	fields := strings.SplitN(text, text[:1], 5)
	if len(fields) < 5 {
		return host, 0, false
	}
	if fields[2] != "" {
		a, err := netip.ParseAddr(fields[2])
		if err != nil || a.Zone() != "" {
			return host, 0, false
		}
		host = event.AddrFrom(a)
	}
	port, err := strconv.ParseUint(fields[3], 10, 16)
	return host, uint16(port), err == nil && port != 0 && host != event.Addr{}
}
