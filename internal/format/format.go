package format

import (
	"context"
	"io"

	"barium/internal/event"
)

// MaxRecord is the longest record, in bytes, that a reader accepts. A longer
// one is reported as bad and skipped, so that memory stays bounded.
const MaxRecord = 1 << 20

// Confidence says how sure a reader is that bytes are in its format.
type Confidence int

// The levels of Confidence; the highest one wins, earlier in the list on a tie.
const (
	NotMine Confidence = iota
	Perhaps            // looks like it, another format may know better
	Certain
)

// Sniffed is what a reader says about the head of a source.
type Sniffed struct {
	Confidence Confidence
	// Type names the log types seen in the head, for people: "zeek conn (TSV)".
	Type string
	// Why says, when Confidence is NotMine, what was missing, in words for a user.
	Why string
}

// Reader turns one source of its format into records.
//
// A Reader holds no state between calls and may be used by several goroutines
// at once, each with its own Sink.
type Reader interface {
	// Name is the format's name, lower case, unique: "zeek".
	Name() string
	// Sniff looks at the first bytes (up to 64 KiB, decompressed) of a source.
	// name is its path, a hint only; a file may be named anything.
	Sniff(head []byte, name string) Sniffed
	// Read hands every record of r to s, in order. A record that cannot be read
	// goes to s.Bad and reading goes on. The error is that of r or of ctx, never
	// about a record. No goroutine outlives Read. Memory is bounded by MaxRecord.
	Read(ctx context.Context, r io.Reader, s Sink) error
}

// Sink receives what a Reader reads. Records and the slices in them are valid
// during the call only. A Sink is used by one goroutine at a time.
type Sink interface {
	Conn(*event.Conn)
	DNS(*event.DNS)
	HTTP(*event.HTTP)
	SSL(*event.SSL)
	X509(*event.X509)
	File(*event.File)
	SMBFile(*event.SMBFile)
	FTP(*event.FTP)
	DHCP(*event.DHCP)
	CaptureLoss(*event.CaptureLoss)
	// Skip counts a record of a type that the ledger does not keep.
	Skip(logType string)
	// Bad reports bytes at offset that should have been a record: reason in
	// words, sample the beginning of the bytes (at most 256 are kept), line its
	// number counted from 1.
	Bad(offset int64, line int64, reason string, sample []byte)
	// Warn reports something about the whole source that a user should know,
	// such as a missing #close line; it makes no record bad.
	Warn(reason string)
}
