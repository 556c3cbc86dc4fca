package hunt

import (
	"bufio"
	"bytes"
	"testing"

	"barium/internal/format"
	"barium/internal/format/zeek"
)

// FuzzEvidence looks for a raw record at any place of any bytes.
func FuzzEvidence(f *testing.F) {
	good := connHead + connRow(1) + connRow(2)
	f.Add([]byte(good), uint16(len(connHead)))
	f.Add([]byte(good), uint16(3))
	f.Add([]byte("[\n {\"ts\": 1,\n \"a\": \"}\\\"\"},\n{}]"), uint16(3))
	f.Add([]byte("{{{{{"), uint16(1))
	f.Add([]byte("#separator \\x00\n\n\r\n"), uint16(17))
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		offset := int64(at)
		l := &lineReader{r: bufio.NewReaderSize(bytes.NewReader(data), 16)}
		if err := l.seek(offset); err != nil {
			if offset <= int64(len(data)) {
				t.Fatalf("seek to %d of %d: %v", offset, len(data), err)
			}
			return
		}
		if want := int64(bytes.Count(data[:offset], []byte("\n"))); l.line != want || l.at != offset {
			t.Fatalf("at %d, line %d; want %d, %d", l.at, l.line, offset, want)
		}
		record, err := l.bytes()
		if err == nil && len(record) > format.MaxRecord+16 {
			t.Fatalf("a record of %d bytes", len(record))
		}
		if !bytes.HasPrefix(data[offset:], record) {
			t.Fatalf("%q is not what stands at %d", record, offset)
		}
		identify(zeek.Reader{}, asRecord(record, l.header))
	})
}

func asRecord(raw, header []byte) *record { return &record{raw: raw, header: header} }
