package formattest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format"
)

// Record is one record as a reader delivered it.
type Record struct {
	// Kind is the name of the log type: "conn", "dns", "http", "ssl", "x509",
	// "files", "smb_files", "ftp", "dhcp", "capture_loss", "smtp", "software", or
	// the Log that the record names.
	Kind string
	// Offset is Head.Offset.
	Offset int64
	// Event is a deep copy: event.Conn, event.DNS and so on, by value. Empty
	// slices are nil.
	Event any
	// Text is all of Event but the offset, in one line. Two records are the same
	// when their texts are.
	Text string
}

// BadRecord is one call of Sink.Bad.
type BadRecord struct {
	Offset, Line int64
	Reason       string
	Sample       string
}

// Recorder is a format.Sink that copies everything it is given. The zero value
// is ready for use.
type Recorder struct {
	Records  []Record
	Skipped  map[string]int // by log type
	Bads     []BadRecord
	Warnings []string
	// OnRecord, if set, is called after each record.
	OnRecord func()
	// Scribble overwrites the slices of each record after copying it, to show
	// whether the reader still needs what it has handed out.
	Scribble bool
}

var _ format.Sink = (*Recorder)(nil)

// Conn implements format.Sink.
func (r *Recorder) Conn(e *event.Conn) { record(r, "conn", e, e.Offset) }

// DNS implements format.Sink.
func (r *Recorder) DNS(e *event.DNS) { record(r, "dns", e, e.Offset) }

// HTTP implements format.Sink.
func (r *Recorder) HTTP(e *event.HTTP) { record(r, "http", e, e.Offset) }

// SSL implements format.Sink.
func (r *Recorder) SSL(e *event.SSL) { record(r, "ssl", e, e.Offset) }

// X509 implements format.Sink.
func (r *Recorder) X509(e *event.X509) { record(r, "x509", e, e.Offset) }

// File implements format.Sink.
func (r *Recorder) File(e *event.File) { record(r, "files", e, e.Offset) }

// SMBFile implements format.Sink.
func (r *Recorder) SMBFile(e *event.SMBFile) { record(r, "smb_files", e, e.Offset) }

// FTP implements format.Sink.
func (r *Recorder) FTP(e *event.FTP) { record(r, "ftp", e, e.Offset) }

// DHCP implements format.Sink.
func (r *Recorder) DHCP(e *event.DHCP) { record(r, "dhcp", e, e.Offset) }

// CaptureLoss implements format.Sink.
func (r *Recorder) CaptureLoss(e *event.CaptureLoss) { record(r, "capture_loss", e, e.Offset) }

// Logon implements format.Sink.
func (r *Recorder) Logon(e *event.Logon) { record(r, e.Log, e, e.Offset) }

// Call implements format.Sink.
func (r *Recorder) Call(e *event.Call) { record(r, e.Log, e, e.Offset) }

// Mail implements format.Sink.
func (r *Recorder) Mail(e *event.Mail) { record(r, "smtp", e, e.Offset) }

// Tunnel implements format.Sink.
func (r *Recorder) Tunnel(e *event.Tunnel) { record(r, e.Log, e, e.Offset) }

// Software implements format.Sink.
func (r *Recorder) Software(e *event.Software) { record(r, "software", e, e.Offset) }

// Note implements format.Sink.
func (r *Recorder) Note(e *event.Note) { record(r, e.Log, e, e.Offset) }

// Skip implements format.Sink.
func (r *Recorder) Skip(logType string) {
	if r.Skipped == nil {
		r.Skipped = make(map[string]int)
	}
	r.Skipped[logType]++
}

// Bad implements format.Sink.
func (r *Recorder) Bad(offset, line int64, reason string, sample []byte) {
	r.Bads = append(r.Bads, BadRecord{offset, line, reason, string(sample)})
}

// Warn implements format.Sink.
func (r *Recorder) Warn(reason string) { r.Warnings = append(r.Warnings, reason) }

// Sort orders the records by kind and content, offsets last.
func (r *Recorder) Sort() {
	slices.SortFunc(r.Records, func(a, b Record) int {
		if c := strings.Compare(a.Text, b.Text); c != 0 {
			return c
		}
		return int(min(max(a.Offset-b.Offset, -1), 1))
	})
}

// Texts returns the texts of the records in their present order.
func (r *Recorder) Texts() []string {
	texts := make([]string, len(r.Records))
	for i := range r.Records {
		texts[i] = r.Records[i].Text
	}
	return texts
}

// Counts returns how many records of each kind there are.
func (r *Recorder) Counts() map[string]int {
	counts := make(map[string]int)
	for i := range r.Records {
		counts[r.Records[i].Kind]++
	}
	return counts
}

// Read reads data with f and returns what came out; an error fails the test.
func Read(t testing.TB, f format.Reader, data []byte) *Recorder {
	t.Helper()
	var rec Recorder
	if err := f.Read(t.Context(), bytes.NewReader(data), &rec); err != nil {
		t.Fatalf("reading %d bytes: %v", len(data), err)
	}
	return &rec
}

// record keeps a copy of *e.
func record[T any](r *Recorder, kind string, e *T, offset int64) {
	own := *e
	copyValue(reflect.ValueOf(&own).Elem())
	if r.Scribble { // fields may share bytes
		scribble(reflect.ValueOf(e).Elem())
	}
	var b strings.Builder
	b.WriteString(kind)
	describe(&b, reflect.ValueOf(own))
	r.Records = append(r.Records, Record{Kind: kind, Offset: offset, Event: own, Text: b.String()})
	if r.OnRecord != nil {
		r.OnRecord()
	}
}

// copyValue replaces every slice in v by a copy.
func copyValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			copyValue(v.Field(i))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			copyValue(own.Index(i))
		}
		v.Set(own)
	}
}

// scribble overwrites what every slice in v holds.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			scribble(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			if e := v.Index(i); e.Kind() == reflect.Uint8 {
				e.SetUint(0xdb)
			} else {
				scribble(e)
				e.SetZero()
			}
		}
	}
}

// describe appends the fields of a record, the offset excepted.
func describe(b *strings.Builder, v reflect.Value) {
	t := v.Type()
	for i := range v.NumField() {
		f := v.Field(i)
		if t.Field(i).Name == "Offset" {
			continue
		}
		if t.Field(i).Anonymous {
			describe(b, f)
			continue
		}
		fmt.Fprintf(b, " %s=", t.Field(i).Name)
		switch x := f.Interface().(type) {
		case []byte:
			fmt.Fprintf(b, "%q", x)
		case [][]byte:
			fmt.Fprintf(b, "%q", x)
		default:
			fmt.Fprint(b, x)
		}
	}
}
