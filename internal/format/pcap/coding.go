package pcap

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
)

// Codings of RFC 2045 section 6.
const (
	codeNone = iota
	codeBase64
	codeQuoted
)

// coding takes the transfer coding off a MIME part as its bytes come. What
// breaks the rules of a coding is passed over (base64) or kept (quoted-printable).
type coding struct {
	kind int
	in   []byte // letters of base64, or the beginning of an escape
	out  []byte
}

// begin sets the coding by the name that Content-Transfer-Encoding gives.
func (d *coding) begin(encoding string) {
	d.in = d.in[:0]
	switch encoding {
	case "base64":
		d.kind = codeBase64
	case "quoted-printable":
		d.kind = codeQuoted
	default:
		d.kind = codeNone
	}
}

// write decodes b.
func (d *coding) write(to parts, b []byte) {
	switch d.kind {
	case codeBase64:
		d.base64(to, b)
	case codeQuoted:
		d.quoted(to, b)
	default:
		if len(b) > 0 {
			to.partData(b)
		}
	}
}

// end decodes what was incomplete.
func (d *coding) end(to parts) {
	switch d.kind {
	case codeBase64:
		d.group(to)
	case codeQuoted:
		if len(d.in) > 0 {
			to.partData(d.in)
		}
	}
	d.in = d.in[:0]
}

func (d *coding) base64(to parts, b []byte) {
	const batch = 1024 // a multiple of 4
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/':
			if d.in = append(d.in, c); len(d.in) == batch {
				d.group(to)
			}
		case c == '=':
			d.group(to)
		}
	}
}

// group decodes the letters gathered; a single one at the end says nothing.
func (d *coding) group(to parts) {
	in := d.in
	if len(in)%4 == 1 {
		in = in[:len(in)-1]
	}
	if len(in) > 0 {
		d.out = append(d.out[:0], make([]byte, base64.RawStdEncoding.DecodedLen(len(in)))...)
		n, _ := base64.RawStdEncoding.Decode(d.out, in) // only letters of the alphabet
		to.partData(d.out[:n])
	}
	d.in = d.in[:0]
}

func (d *coding) quoted(to parts, b []byte) {
	d.out = d.out[:0]
	for len(b) > 0 {
		if len(d.in) == 0 {
			i := bytes.IndexByte(b, '=')
			if i < 0 {
				d.out = append(d.out, b...)
				break
			}
			d.out = append(d.out, b[:i]...)
			d.in, b = append(d.in, '='), b[i+1:]
			continue
		}
		d.in, b = append(d.in, b[0]), b[1:]
		d.escape()
	}
	if len(d.out) > 0 {
		to.partData(d.out)
	}
}

// escape resolves =XX and the soft line breaks =CRLF and =LF once they are whole.
func (d *coding) escape() {
	var c [1]byte
	switch in := d.in; {
	case len(in) == 2 && in[1] == '\n', len(in) == 3 && in[1] == '\r' && in[2] == '\n':
	case len(in) == 2 && (in[1] == '\r' || isHex(in[1])):
		return
	case len(in) == 3 && isHex(in[1]) && isHex(in[2]):
		_, _ = hex.Decode(c[:], in[1:]) // both are hexadecimal
		d.out = append(d.out, c[0])
	case in[len(in)-1] == '=': // another escape begins
		d.out = append(d.out, in[:len(in)-1]...)
		d.in = append(in[:0], '=')
		return
	default:
		d.out = append(d.out, in...)
	}
	d.in = d.in[:0]
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}
