package zeek

import (
	"bytes"

	"barium/internal/format"
)

var _ format.Cuttable = Reader{}

// Cut lets TSV be cut at every line. JSON is cut in front of an object at the
// beginning of a line, if most lines of the head are one object each: no line
// feed can stand inside a JSON string (RFC 8259 section 7).
func (Reader) Cut(head []byte) []byte {
	b := bytes.TrimLeft(bytes.TrimPrefix(head, bom), "\r\n")
	if len(b) == 0 || b[0] == '#' {
		return []byte("\n")
	}
	var r reading
	good, bad := 0, 0
	for line := range bytes.Lines(b) {
		if line[len(line)-1] != '\n' {
			break
		}
		line = bytes.TrimRight(line, "\r\n \t")
		if len(line) == 0 {
			continue
		}
		if n, ok := r.scan.object(line); ok && n == len(line) {
			good++
		} else if bad++; good == 0 {
			return nil
		}
	}
	if good == 0 || bad > good {
		return nil
	}
	return []byte("\n{")
}

// Header reports lines with #; #separator begins a new log.
func (Reader) Header(line []byte) (is, fresh bool) {
	line = bytes.TrimPrefix(line, bom)
	if len(line) == 0 || line[0] != '#' {
		return false, false
	}
	return true, bytes.HasPrefix(line, []byte("#separator"))
}
