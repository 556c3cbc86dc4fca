package eve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"barium/internal/format"
)

const (
	// maxSample is how much of a bad record is handed to the sink.
	maxSample = 256
	// maxPrefix is how much may stand before an object: a syslog header.
	maxPrefix = 1024
)

// Reader reads Suricata's EVE logs. The zero value is ready for use.
type Reader struct{}

var _ format.Reader = Reader{}

// Name returns "eve".
func (Reader) Name() string { return "eve" }

// Read hands every record of src to s, in order, as format.Reader describes.
func (Reader) Read(ctx context.Context, src io.Reader, s format.Sink) error {
	r := readings.Get().(*reading)
	in := r.in
	in.Reset(src)
	r.sink, r.offset, r.line = s, 0, 0
	defer r.release()
	for {
		if r.line%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		b, err := in.ReadSlice('\n')
		if len(b) > 0 {
			r.line++
			if errors.Is(err, bufio.ErrBufferFull) {
				r.bad(r.offset, "longer than 1 MiB", b)
				r.offset += int64(len(b))
				err = r.skipLine(ctx, in)
			} else {
				r.text(bytes.TrimSuffix(b, []byte{'\n'}))
				r.offset += int64(len(b))
			}
		}
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// reading is the state of one Read.
type reading struct {
	current
	in    *bufio.Reader
	line  int64             // number of the line, from 1
	names map[string]string // of skipped types
}

// readings holds the buffers of readings that have ended, because a source may be
// read in many pieces. Nothing of what was read is left in them.
var readings = sync.Pool{New: func() any {
	r := &reading{in: bufio.NewReaderSize(nil, format.MaxRecord+1)}
	r.visit = r.field
	return r
}}

// release gives the buffers back.
func (r *reading) release() {
	r.in.Reset(nil)
	r.sink = nil
	r.names = nil
	readings.Put(r)
}

// skipLine passes over the rest of a line.
func (r *reading) skipLine(ctx context.Context, in *bufio.Reader) error {
	for {
		b, err := in.ReadSlice('\n')
		r.offset += int64(len(b))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// text reads one line: an object, maybe behind a syslog header, or several, maybe
// as elements of an array.
func (r *reading) text(line []byte) {
	b := bytes.TrimPrefix(line, bom)
	i := between(b)
	if i == len(b) {
		return
	}
	at := r.offset + int64(len(line)-len(b)+i)
	if b = b[i:]; b[0] != '{' {
		i := bytes.IndexByte(b[:min(len(b), maxPrefix)], '{')
		if i < 0 {
			r.bad(at, "not a JSON object", b)
			return
		}
		at = r.offset // the header is part of the record
		b = b[i:]
	}
	end := bytes.LastIndexByte(b, '}') + 1
	if end > 0 && between(b[end:]) == len(b)-end && r.object(at, b[:end], false) {
		return
	}
	r.objects(at, b)
}

// objects reads one object of a line after the other.
func (r *reading) objects(at int64, b []byte) {
	for len(b) > 0 {
		n := closing(b)
		if n == 0 {
			why := "not a JSON object"
			if b[0] == '{' {
				why = "broken JSON: an object without end"
			}
			r.bad(at, why, b)
			return
		}
		r.object(at, b[:n], true)
		n += between(b[n:])
		at += int64(n)
		b = b[n:]
	}
}

// bad reports bytes that should have been a record.
func (r *reading) bad(offset int64, reason string, sample []byte) {
	r.sink.Bad(offset, r.line, reason, sample[:min(len(sample), maxSample)])
}

// skip counts an event of a type that is not kept. Only a limited number of
// types is told apart, because they come from the log.
func (r *reading) skip(name []byte) {
	const maxNames, maxName = 256, 64
	if s, ok := r.names[string(name)]; ok {
		r.sink.Skip(s)
		return
	}
	s := "suricata, other"
	if len(r.names) < maxNames && len(name) <= maxName {
		if r.names == nil {
			r.names = make(map[string]string)
		}
		s = "suricata " + string(name)
		r.names[string(name)] = s
	}
	r.sink.Skip(s)
}

var bom = []byte("\xef\xbb\xbf")

// between returns how many bytes at the beginning of b may stand between objects:
// white space, what makes an array of them, and the separator of JSON text
// sequences (RFC 7464).
func between(b []byte) int {
	for i, c := range b {
		switch c {
		case ' ', '\t', '\r', ',', '[', ']', 0x1e:
		default:
			return i
		}
	}
	return len(b)
}
