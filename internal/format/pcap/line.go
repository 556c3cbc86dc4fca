package pcap

import "bytes"

// maxLine is how many bytes of a line of a text protocol are kept; the rest of a
// longer one is passed over.
const maxLine = 16 << 10

// textLine gathers the lines of one direction of a text protocol.
type textLine struct {
	b    []byte
	long bool // the line was longer than maxLine
	done bool // a whole line was handed over
	skip bool // the beginning of the line was lost; it is not handed over
}

// take moves bytes of b into the line, up to a line feed, and returns what is
// behind it. The line is whole, without CR LF, when ok is true; it is valid until
// the next call, and as long as b is.
func (l *textLine) take(b []byte) (line, rest []byte, ok bool) {
	if l.done {
		l.reset()
	}
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		l.add(b)
		return nil, nil, false
	}
	if l.skip {
		l.reset()
		return nil, b[i+1:], false
	}
	line = b[:i]
	if len(l.b) > 0 || i > maxLine {
		l.add(line)
		line = l.b
	}
	l.done = true
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, b[i+1:], true
}

func (l *textLine) add(b []byte) {
	if n := maxLine - len(l.b); len(b) > n {
		b, l.long = b[:n], true
	}
	l.b = append(l.b, b...)
}

// reset forgets what was gathered.
func (l *textLine) reset() { l.b, l.long, l.done, l.skip = l.b[:0], false, false, false }

// lose says that bytes are missing here: the line is not handed over.
func (l *textLine) lose() {
	l.reset()
	l.skip = true
}

// clip returns a copy of at most n bytes of b.
func clip(b []byte, n int) []byte { return bytes.Clone(b[:min(len(b), n)]) }

// word cuts the first word off a line; blanks around both are dropped.
func word(line []byte) (first, rest []byte) {
	line = bytes.TrimLeft(line, " \t")
	i := bytes.IndexAny(line, " \t")
	if i < 0 {
		return line, nil
	}
	return line[:i], bytes.Trim(line[i:], " \t")
}

// replyCode returns the code that begins a reply of SMTP or FTP (RFC 5321
// section 4.2, RFC 959 section 4.2), and whether more lines of the reply follow.
func replyCode(line []byte) (code int, more, ok bool) {
	if len(line) < 3 || line[0] < '1' || line[0] > '5' {
		return 0, false, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = code*10 + int(c-'0')
	}
	if len(line) == 3 {
		return code, false, true
	}
	return code, line[3] == '-', line[3] == '-' || line[3] == ' '
}

// greets reports whether a line is the greeting of a server (220) that names a
// protocol.
func greets(line []byte, protocol string) bool {
	code, _, ok := replyCode(line)
	return ok && code == 220 && bytes.Contains(bytes.ToUpper(line), []byte(protocol))
}

// beginsWith reports whether b begins with prefix, letter case aside, as far as
// both reach.
func beginsWith(b []byte, prefix string) bool {
	n := min(len(b), len(prefix))
	return n > 0 && bytes.EqualFold(b[:n], []byte(prefix[:n]))
}
