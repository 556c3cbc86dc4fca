package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"barium/internal/report/safe"
)

// EncodeJSON writes d as indented JSON that is harmless on a terminal: besides
// control characters, everything invisible or direction-changing is written as
// \uNNNN. A reader of the JSON gets those characters back, with two exceptions:
// a byte that is not UTF-8 becomes the four characters \xNN, and a time outside
// the years 1 to 9999, which JSON's times cannot hold, becomes the nearest that
// can. Slices and maps are never null. A number that is not finite is an error.
func (d *Document) EncodeJSON(w io.Writer) error {
	clear := rewriter{
		text: func(_, s string) string { return showBytes(s) },
		when: clampTime,
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(clear.copy(d)); err != nil {
		return err
	}
	_, err := w.Write(escapeHidden(b.Bytes()))
	return err
}

// EncodeLine writes v, whose texts may come from logs, as JSON on one line that is
// as harmless as a document's. Bytes that are not UTF-8 become U+FFFD: spell them
// with SpellBytes before.
func EncodeLine(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeHidden(b.Bytes()))
	return err
}

// SpellBytes spells the bytes of s that are not UTF-8 as \xNN, as in a document.
func SpellBytes(s string) string { return showBytes(s) }

// showBytes spells the bytes of s that are not UTF-8 as \xNN.
func showBytes(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b.WriteString(safe.Text(s[i : i+1]))
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// clampTime keeps t within what RFC 3339 can write, in UTC.
func clampTime(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Year() < 1:
		return time.Time{}
	case t.Year() > 9999:
		return time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
	}
	return t
}

// escapeHidden writes what is not visible in the JSON text b as \uNNNN. JSON
// has such characters, other than the encoder's line feeds, within strings only.
func escapeHidden(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf && b[0] != 0x7f {
			out = append(out, b[0])
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		switch {
		case safe.Visible(r):
			out = append(out, b[:n]...)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			out = appendEscape(appendEscape(out, hi), lo)
		default:
			out = appendEscape(out, r)
		}
		b = b[n:]
	}
	return out
}

func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
