package formattest

import (
	"bytes"

	"barium/internal/format"
)

// Sample is bytes that the reader under test must recognise and read.
type Sample struct {
	Name string
	Data []byte
	// Counts is how many records of each kind Data holds, by the names of
	// Record.Kind; nil for "do not check". Data must hold no bad record.
	Counts map[string]int
}

// Cases is what Run needs to know about a format.
type Cases struct {
	// Samples are sniffed as format.Certain and read in every way. One of them
	// at least should hold three records or more.
	Samples []Sample
	// Foreign are bytes of other formats, in addition to those that Run knows
	// itself; Sniff must say format.NotMine.
	Foreign [][]byte
	// BadLine is a line, without line feed, that is no record of the format but
	// does not break what follows; a line of letters by default.
	BadLine []byte
	// Binary says that records are not lines: one record may tell of several
	// places, so that records do not come in order of their offsets, and no line
	// is put between them. The reader must be a format.Binary.
	Binary bool
	// Preamble returns what of data, besides the line at offset, is needed to
	// read that line alone, such as a header. By default nothing is.
	Preamble func(data []byte, offset int64) []byte
}

func (c *Cases) badLine() []byte {
	if c.BadLine != nil {
		return c.BadLine
	}
	return []byte("this line is not a record")
}

func (c *Cases) preamble(data []byte, offset int64) []byte {
	if c.Preamble == nil {
		return nil
	}
	return c.Preamble(data, offset)
}

// CommentLines is a Preamble for formats whose headers are lines that begin
// with #: it returns all of those before offset.
func CommentLines(data []byte, offset int64) []byte {
	var out []byte
	for line := range bytes.Lines(data[:offset]) {
		if line[0] == '#' {
			out = append(out, line...)
		}
	}
	return out
}

// foreign is what no format but its own may claim.
var foreign = map[string][]byte{
	"empty":        {},
	"blank lines":  []byte("\n\r\n\n"),
	"zero bytes":   make([]byte, 4096),
	"text":         []byte("The quick brown fox\njumps over the lazy dog\n"),
	"comment":      []byte("# a comment\n# another\nkey = value\n"),
	"CSV":          []byte("name,age\nann,31\nbob,44\n"),
	"XML":          []byte("<?xml version=\"1.0\"?>\n<a><b c=\"d\"/></a>\n"),
	"JSON object":  []byte("{\"name\": \"x\", \"version\": \"1.0.0\", \"dependencies\": {}}\n"),
	"JSON array":   []byte("[1, 2, 3]\n"),
	"JSON lines":   []byte("{\"level\":\"info\",\"msg\":\"started\"}\n{\"level\":\"info\",\"msg\":\"stopped\"}\n"),
	"broken JSON":  []byte("{\"a\": {\"b\": [}\n"),
	"pcap":         []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00"),
	"gzip":         []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
	"only BOM":     []byte("\xef\xbb\xbf"),
	"open bracket": bytes.Repeat([]byte("["), 60000),
	"open braces":  bytes.Repeat([]byte("{\"a\":"), 10000),
	"long line":    bytes.Repeat([]byte("a"), 2*format.MaxRecord),
}
