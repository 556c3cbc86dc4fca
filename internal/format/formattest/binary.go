package formattest

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"barium/internal/format"
)

// runRecords reads the raw record at the offset of each record.
func runRecords(t *testing.T, r format.Reader, s Sample, want *Recorder) {
	b, ok := r.(format.Binary)
	if !ok {
		t.Fatal("not a format.Binary")
	}
	head := s.Data[:min(len(s.Data), 64<<10)]
	for _, rec := range want.Records {
		if rec.Offset < 0 || rec.Offset >= int64(len(s.Data)) {
			t.Fatalf("offset %d of %d bytes", rec.Offset, len(s.Data))
		}
		raw, text, err := b.Record(head, bytes.NewReader(s.Data[rec.Offset:]))
		if err != nil {
			t.Fatalf("record at %d: %v", rec.Offset, err)
		}
		checkRaw(t, s.Data, rec.Offset, raw, text)
	}
	if _, _, err := b.Record(head, bytes.NewReader(nil)); err == nil {
		t.Error("a record where nothing is")
	}
	broken := errors.New("the disk is broken")
	if _, _, err := b.Record(head, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func checkRaw(t *testing.T, data []byte, offset int64, raw []byte, text string) {
	t.Helper()
	if len(raw) == 0 || len(raw) > format.MaxRecord || !bytes.HasPrefix(data[offset:], raw) {
		t.Fatalf("record at %d: %d bytes that do not stand there", offset, len(raw))
	}
	if text == "" || bytes.ContainsAny([]byte(text), "\n\r") {
		t.Fatalf("record at %d: text %q is not one line", offset, text)
	}
}

// runWalk goes through all records: those that others point at are among them,
// and behind its header each is a source.
func runWalk(t *testing.T, r format.Reader, s Sample, want *Recorder) {
	b, ok := r.(format.Walkable)
	if !ok {
		t.Skip("not a format.Walkable")
	}
	missing := map[int64]bool{}
	for _, rec := range want.Records {
		missing[rec.Offset] = true
	}
	walk := b.Walk(t.Context(), bytes.NewReader(s.Data))
	last, number := int64(-1), int64(0)
	for {
		rec, err := walk.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		number++
		if rec.Offset <= last || rec.Number != number {
			t.Fatalf("record %d at %d, number %d, after %d", number, rec.Offset, rec.Number, last)
		}
		last = rec.Offset
		checkRaw(t, s.Data, rec.Offset, rec.Raw, rec.Text())
		delete(missing, rec.Offset)
		if alone := Read(t, r, append(bytes.Clone(rec.Header), rec.Raw...)); len(alone.Bads) > 0 {
			t.Fatalf("record at %d behind its header: %+v", rec.Offset, alone.Bads)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no record at %v", missing)
	}
	broken := errors.New("the disk is broken")
	if _, err := b.Walk(t.Context(), iotest.ErrReader(broken)).Next(); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
