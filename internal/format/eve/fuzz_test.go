package eve

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"barium/internal/format/formattest"
)

// FuzzRead checks that no bytes stop the reader, that all records have a time and
// an offset within the source, and that a source cut anywhere reads the same up to
// there.
func FuzzRead(f *testing.F) {
	for _, s := range samples {
		f.Add(s.Data, uint(len(s.Data)/2))
	}
	for _, h := range hostile {
		f.Add([]byte(h), uint(10))
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint) {
		Reader{}.Sniff(data[:min(len(data), 64<<10)], "")
		whole := formattest.Read(t, Reader{}, data)
		last := int64(-1)
		for _, r := range whole.Records {
			if r.Offset < last || r.Offset >= int64(len(data)) {
				t.Fatalf("offset %d after %d of %d", r.Offset, last, len(data))
			}
			last = r.Offset
		}
		for _, b := range whole.Bads {
			if b.Offset >= int64(len(data)) || b.Reason == "" || b.Sample == "" || len(b.Sample) > maxSample {
				t.Fatalf("bad %+v", b)
			}
		}
		// Two pieces, cut behind a line feed, give what the whole gives.
		cut := bytes.LastIndexByte(data[:min(uint(len(data)), at)], '\n') + 1
		a, b := formattest.Read(t, Reader{}, data[:cut]), formattest.Read(t, Reader{}, data[cut:])
		if len(a.Records)+len(b.Records) != len(whole.Records) || len(a.Bads)+len(b.Bads) != len(whole.Bads) {
			t.Fatalf("%d+%d records of %d, %d+%d bad of %d", len(a.Records), len(b.Records), len(whole.Records), len(a.Bads), len(b.Bads), len(whole.Bads))
		}
	})
}

// suricataTime is the form in which Suricata writes times.
var suricataTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}$`)

// FuzzStamp compares times with those of the standard library.
func FuzzStamp(f *testing.F) {
	for _, s := range []string{"2021-06-06T15:59:46.457984+0200", "2024-02-29T23:59:59.000001-1130", "1969-12-31T23:59:59.999999+0000", "2100-02-29T00:00:00.000000+0000", "0001-01-01T00:00:00.000000+0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := stamp([]byte(s))
		want, err := time.Parse("2006-01-02T15:04:05.000000-0700", s)
		if err != nil || !suricataTime.MatchString(s) {
			return // other forms are read too, and the library takes odd ones
		}
		if want.Year() < 2 || s[27:29] > "23" || s[29:31] > "59" { // the library takes an hour of 60 minutes
			return
		}
		if !ok || got != want.UnixMicro() {
			t.Errorf("%s: %d %v, want %d", s, got, ok, want.UnixMicro())
		}
	})
}
