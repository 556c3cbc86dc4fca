package hunt

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/container"
	"barium/internal/report"
)

// Inspection is what reading one file gave, without keeping anything of it.
type Inspection struct {
	Records     int64
	ByLog       map[string]int64 // records by type of log
	Skipped     map[string]int64 // records of types that are not kept
	Bad         int64            // records that could not be read
	Samples     []report.BadSample
	Warnings    []string
	Problem     string // why it was not wholly read
	First, Last *time.Time
}

// Inspect reads every file that a reader takes, several at a time, and says what
// is in it. It returns the files, with the members of an archive on standard
// input, and in their order what it found; for a file that no reader takes that is
// empty.
func Inspect(ctx context.Context, files []File, p Progress) ([]File, []Inspection, error) {
	var at []location
	var read []*File
	for i := range files {
		if f := &files[i]; f.Reader != nil && f.stream == nil {
			at, read = append(at, f.at), append(read, f)
		}
	}
	if p != nil {
		jobs := make([]*job, len(read))
		for i := range read {
			jobs[i] = &job{file: read[i]}
		}
		p.Start(toRead(jobs))
		defer p.Done()
	}
	found := make([]Inspection, len(read))
	err := together(ctx, Options{}.workers(), bundles(at), func(b *bundle) error {
		return b.each(ctx, p, func(i int, s stored) error { found[i] = read[i].inspect(ctx, s); return nil })
	})
	if err != nil {
		return nil, nil, err
	}
	byPath := map[string]Inspection{}
	for i, f := range read {
		byPath[f.Path] = found[i]
	}
	err = eachFromStdin(files, func(f *File, r io.Reader) error {
		byPath[f.Path] = f.inspect(ctx, stored{r: r})
		return ctx.Err()
	})
	files = withMembers(files)
	out := make([]Inspection, len(files))
	for i := range files {
		out[i] = byPath[files[i].Path]
	}
	return files, out, errors.Join(err, ctx.Err())
}

func (f *File) inspect(ctx context.Context, from stored) Inspection {
	t := tally{i: Inspection{ByLog: map[string]int64{}, Skipped: map[string]int64{}}}
	if err := f.readInto(ctx, &t, from); err != nil {
		t.i.Problem = plain(err).Error()
	}
	if t.i.Records > 0 {
		t.i.First, t.i.Last = moment(int64(t.first)), moment(int64(t.last))
	}
	return t.i
}

func (f *File) readInto(ctx context.Context, s format.Sink, from stored) error {
	if from.err != nil {
		return from.err
	}
	r, _, err := container.Open(from.r)
	if err != nil {
		return err
	}
	return errors.Join(f.Reader.Read(ctx, r, s), r.Close())
}

// tally is a format.Sink that counts.
type tally struct {
	i           Inspection
	first, last event.Time
}

var _ format.Sink = (*tally)(nil)

const (
	// mostSamples is how many bad records, and warnings, of a file are kept.
	mostSamples = 5
	// mostTypes is how many types of log that are not kept are told apart.
	mostTypes = 100
	// sampleBytes is how much of a bad record is kept.
	sampleBytes = 256
)

func (t *tally) count(log string, h *event.Head) {
	if t.i.Records == 0 || h.TS < t.first {
		t.first = h.TS
	}
	if t.i.Records == 0 || h.TS > t.last {
		t.last = h.TS
	}
	t.i.Records++
	t.i.ByLog[log]++
}

// Conn implements format.Sink.
func (t *tally) Conn(r *event.Conn) { t.count("conn", &r.Head) }

// DNS implements format.Sink.
func (t *tally) DNS(r *event.DNS) { t.count("dns", &r.Head) }

// HTTP implements format.Sink.
func (t *tally) HTTP(r *event.HTTP) { t.count("http", &r.Head) }

// SSL implements format.Sink.
func (t *tally) SSL(r *event.SSL) { t.count("ssl", &r.Head) }

// X509 implements format.Sink.
func (t *tally) X509(r *event.X509) { t.count("x509", &r.Head) }

// File implements format.Sink.
func (t *tally) File(r *event.File) { t.count("files", &r.Head) }

// SMBFile implements format.Sink.
func (t *tally) SMBFile(r *event.SMBFile) { t.count("smb_files", &r.Head) }

// FTP implements format.Sink.
func (t *tally) FTP(r *event.FTP) { t.count("ftp", &r.Head) }

// DHCP implements format.Sink.
func (t *tally) DHCP(r *event.DHCP) { t.count("dhcp", &r.Head) }

// CaptureLoss implements format.Sink.
func (t *tally) CaptureLoss(r *event.CaptureLoss) { t.count("capture_loss", &r.Head) }

// Logon implements format.Sink.
func (t *tally) Logon(r *event.Logon) { t.count(r.Log, &r.Head) }

// Call implements format.Sink.
func (t *tally) Call(r *event.Call) { t.count(r.Log, &r.Head) }

// Mail implements format.Sink.
func (t *tally) Mail(r *event.Mail) { t.count("smtp", &r.Head) }

// Tunnel implements format.Sink.
func (t *tally) Tunnel(r *event.Tunnel) { t.count(r.Log, &r.Head) }

// Software implements format.Sink.
func (t *tally) Software(r *event.Software) { t.count("software", &r.Head) }

// Note implements format.Sink.
func (t *tally) Note(r *event.Note) { t.count(r.Log, &r.Head) }

// Skip implements format.Sink.
func (t *tally) Skip(log string) {
	if _, ok := t.i.Skipped[log]; !ok && len(t.i.Skipped) >= mostTypes {
		log = "(other types)"
	}
	t.i.Skipped[strings.Clone(log)]++
}

// Bad implements format.Sink.
func (t *tally) Bad(offset, line int64, reason string, sample []byte) {
	t.i.Bad++
	if len(t.i.Samples) < mostSamples {
		t.i.Samples = append(t.i.Samples, report.BadSample{
			Line: line, Offset: offset, Reason: reason, Sample: string(sample[:min(len(sample), sampleBytes)]),
		})
	}
}

// Warn implements format.Sink.
func (t *tally) Warn(reason string) {
	if len(t.i.Warnings) < mostSamples {
		t.i.Warnings = append(t.i.Warnings, reason)
	}
}
