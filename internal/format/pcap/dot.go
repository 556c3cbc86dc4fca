package pcap

import "bytes"

// dotLine finds the end of a message in lines, CR LF . CR LF, and takes off the
// dots that were put before lines which begin with one (RFC 5321 section 4.5.2).
type dotLine struct {
	state int
	early bool // the line began behind a line feed without CR
	bare  bool // the dot before stands before such a line feed
}

// The places of dotLine.
const (
	dotStart = iota // at the start of a line; also at the start of the message
	dotText         // inside of a line
	dotCR           // behind a CR
	dotDot          // behind a dot that begins a line
	dotDotCR        // behind that and a CR
	dotLoose        // behind a dot alone on its line, where a bare line feed stood for CR LF
)

// loose reports whether the bytes before were a dot alone on a line that is no
// end by the rules, but may have been one for the server.
func (d *dotLine) loose() bool { return d.state == dotLoose }

// scan hands the text in b to write and returns how many bytes it took, and
// whether the message is over.
func (d *dotLine) scan(b []byte, write func([]byte)) (n int, over bool) {
	from := 0 // of the text not yet written
	flush := func(to int) {
		if to > from {
			write(b[from:to])
		}
	}
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch d.state {
		case dotText:
			k := bytes.IndexAny(b[i:], "\r\n")
			if k < 0 {
				flush(len(b))
				return len(b), false
			}
			i += k
			d.text(b[i])
		case dotDot:
			switch c {
			case '\r':
				d.state = dotDotCR
			case '\n':
				d.state, d.bare = dotLoose, true
			default: // the dot was put before the line
				from = i
				d.text(c)
			}
		case dotDotCR:
			switch {
			case c == '\n' && !d.early:
				return i + 1, true
			case c == '\n':
				d.state, d.bare = dotLoose, false
			default:
				write([]byte{'\r'})
				from = i
				d.text(c)
			}
		case dotStart, dotLoose:
			if d.state == dotLoose {
				if !d.bare {
					write([]byte{'\r'})
				}
				write([]byte{'\n'})
				from, d.early, d.state = i, true, dotStart
			}
			if c == '.' {
				flush(i)
				from = len(b)
				d.state = dotDot
				continue
			}
			d.text(c)
		case dotCR:
			if c == '\n' {
				d.state, d.early = dotStart, false
				continue
			}
			d.text(c)
		}
	}
	if d.state != dotDot && d.state != dotDotCR && d.state != dotLoose {
		flush(len(b))
	}
	return len(b), false
}

// text goes on behind a byte of a line.
func (d *dotLine) text(c byte) {
	switch c {
	case '\r':
		d.state = dotCR
	case '\n':
		d.state, d.early = dotStart, true
	default:
		d.state = dotText
	}
}
