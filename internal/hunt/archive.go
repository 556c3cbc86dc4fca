package hunt

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"barium/internal/report"
	"barium/internal/report/safe"
)

// entry is one file of an archive.
type entry struct {
	name string
	size int64
	sum  string // SHA-256, hex
	open func() io.Reader
}

// pack writes the archive: all files below one folder, the same bytes for the
// same lines, with times of the case.
func (p *preserver) pack(ctx context.Context, w io.Writer) error {
	z := gzip.NewWriter(w)
	a := tar.NewWriter(z)
	c := &p.d.Cases[0]
	entries, err := p.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		head := &tar.Header{
			Typeflag: tar.TypeReg, Name: FileName(c.ID) + "/" + e.name, Size: e.size, Mode: 0o600,
			ModTime: c.Last.UTC().Truncate(time.Second),
		}
		if err := a.WriteHeader(head); err != nil {
			return err
		}
		if _, err := io.Copy(a, &interruptible{ctx, e.open()}); err != nil {
			return err
		}
	}
	if err := a.Close(); err != nil {
		return err
	}
	return z.Close()
}

// entries lists the files of the archive, the list of their hashes last.
func (p *preserver) entries() ([]entry, error) {
	about, err := p.caseJSON()
	if err != nil {
		return nil, err
	}
	entries := []entry{textEntry("README.txt", []byte(p.readme())), textEntry("case.json", about)}
	for _, x := range p.extracts {
		entries = append(entries, entry{x.name, x.size, hex.EncodeToString(x.sum.Sum(nil)), func() io.Reader { return p.spool.section(x.start, x.size) }})
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, p.manifest.section(0, p.manifest.n)); err != nil {
		return nil, err
	}
	entries = append(entries, entry{
		"manifest.json", p.manifest.n, hex.EncodeToString(sum.Sum(nil)),
		func() io.Reader { return p.manifest.section(0, p.manifest.n) },
	})
	var sums strings.Builder
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range sorted {
		fmt.Fprintf(&sums, "%s  %s\n", e.sum, e.name)
	}
	return append(entries, textEntry("SHA256SUMS", []byte(sums.String()))), nil
}

func textEntry(name string, b []byte) entry {
	sum := sha256.Sum256(b)
	return entry{name, int64(len(b)), hex.EncodeToString(sum[:]), func() io.Reader { return bytes.NewReader(b) }}
}

// readme explains the archive to who has nothing else.
func (p *preserver) readme() string {
	c := &p.d.Cases[0]
	return fmt.Sprintf(`Raw log lines of case %[1]s

%[2]s

This archive holds UNMASKED data: addresses, names of people and machines, and
whatever else the logs hold, patient identifiers included. Handle it as such.

What it is: copies of every raw line that barium counts to the case, byte by
byte as it stood in the logs of the network sensors, made before these logs
rotate away. Written by barium %[3]s; the hunt was by barium %[4]s.
Times of the files in here are those of the case's last record, not of the
copying. All times are UTC.

Case from    %[5]s
Case until   %[6]s
Lines        %[7]d, of %[8]d sources

  case.json      the case as barium reported it, with its evidence and the
                 sources it came from (format: docs/json.md of barium)
  manifest.json  for each source: the path it was read under, the SHA-256 and
                 size in bytes of the file as it was read (compressed, where
                 it was); for each line: its offset in the decompressed
                 source, its length, its line number, the SHA-256 of these
                 bytes, and "at", its offset in the file in here. What could
                 not be preserved is listed under "lost".
  lines/         one file for each source: its header lines, then the lines, in
                 their order. Each can be read as a log of its own.
  SHA256SUMS     the SHA-256 of every other file in here

Hashes of lines are over the bytes without the line feed at the end.

To verify that nothing in here was changed:

  sha256sum -c SHA256SUMS

To verify one line against the original log, with the numbers of the manifest
(zcat or zstdcat for a compressed log, cat for another):

  zcat ORIGINAL | tail -c +$((OFFSET + 1)) | head -c LENGTH | sha256sum
  tail -c +$((AT + 1)) lines/FILE | head -c LENGTH | sha256sum

To verify that the original is the file that was read (SIZE: it may have grown):

  head -c SIZE ORIGINAL | sha256sum

To read the lines again with barium:

  barium hunt lines

The same lines of the same logs give the same archive, byte by byte.
`, safe.Text(c.ID), safe.Text(c.Summary), safe.Text(p.version), safe.Text(p.d.Version), report.Time(c.First), report.Time(c.Last), p.lines, len(p.extracts))
}
