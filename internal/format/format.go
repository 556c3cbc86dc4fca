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
	// Near says, when Confidence is NotMine, that a part of the head is as the reader
	// expects it, or that Why tells a user what to do: of several readers' words, a
	// user is shown these.
	Near bool
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

// Cuttable is a Reader of lines whose sources may be read in pieces: each piece
// by itself, behind the header lines that stand above it. Package pieces reads
// such a source with several goroutines, or from its middle on.
type Cuttable interface {
	Reader
	// Cut looks at the head of a source, as Sniff does, and returns what stands
	// wherever it may be cut: a line feed, and what must follow it. The cut is
	// behind the line feed. nil means that the source is read in one piece.
	Cut(head []byte) []byte
	// Header reports whether a line says how the lines below it are to be read,
	// and whether those above it do not matter any more.
	Header(line []byte) (is, fresh bool)
}

// Binary is a Reader whose records are not lines of text.
type Binary interface {
	Reader
	// Record reads the record that begins where r stands and returns its bytes, as
	// they are, and what they say in one line of text. head is the beginning of
	// the source, up to 64 KiB. The error is that of r, or says that no record
	// stands there. Memory is bounded by MaxRecord.
	Record(head []byte, r io.Reader) (raw []byte, text string, err error)
}

// Walkable is a Binary whose records can be gone through without reading what
// they mean.
type Walkable interface {
	Binary
	// Walk goes through the records of r, a source from its beginning.
	Walk(ctx context.Context, r io.Reader) Walk
}

// Walk goes through the records of one source, the same as Read reads.
type Walk interface {
	// Next goes on to the next record. The error is io.EOF at the end, or that of
	// the source.
	Next() (Record, error)
}

// Record is one record of a binary source. It is valid until the next one.
type Record struct {
	Offset int64  // of its first byte
	Number int64  // from 1
	Raw    []byte // as it stands there
	// Header is what must stand before Raw for it to be read by itself, and before
	// several of them: together they are a source.
	Header []byte
	// Text says in one line what the record says.
	Text func() string
}

// Rest says where the reading of a source that has grown meanwhile begins.
type Rest struct {
	Offset  int64 // decompressed; what stands before it was read for good
	Records int64 // records that stand at or behind Offset and were handed over
	Bad     int64 // the same of bad records
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
	Logon(*event.Logon)
	Call(*event.Call)
	Mail(*event.Mail)
	Tunnel(*event.Tunnel)
	Software(*event.Software)
	Note(*event.Note)
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
