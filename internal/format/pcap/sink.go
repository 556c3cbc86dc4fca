package pcap

import (
	"crypto/sha256"

	"barium/internal/event"
	"barium/internal/format"
)

// sink is the format.Sink of a reading, with what all that write to it share. It
// hands out copies of what many records of a flow have in common.
type sink struct {
	format.Sink
	number int64                              // of the frame in hand
	held   int                                // bytes of messages that are not complete, of all who use hold
	certs  map[[sha256.Size]byte]*certificate // that were told of
	uid    []byte
	sensor []byte
	// transfers are shared by the connections of FTP.
	transfers ftpTransfers

	// What records are made in, and what is used again for them.
	file event.File
	http event.HTTP
	text []byte
	idle []*http
}

// lay appends b to a text and returns it as it lies there, nil for nothing.
func lay[T []byte | string](text *[]byte, b T) []byte {
	if len(b) == 0 {
		return nil
	}
	from := len(*text)
	*text = append(*text, b...)
	return (*text)[from:len(*text):len(*text)]
}

// maxHeld is how many bytes of incomplete messages are held, of all connections.
const maxHeld = 64 << 20

// hold changes how much of an incomplete message is held from before to now, and
// reports whether there is room for it.
func (s *sink) hold(before, now int) bool {
	s.held += now - before
	return s.held <= maxHeld
}

// own returns a flow's sink as a sink.
func own(s format.Sink) *sink {
	if o, ok := s.(*sink); ok {
		return o
	}
	return &sink{Sink: s}
}

func (s *sink) head(h *event.Head) {
	s.uid = append(s.uid[:0], h.UID...)
	s.sensor = append(s.sensor[:0], h.Sensor...)
	h.UID, h.Sensor = s.uid, s.sensor
}

// Conn implements format.Sink.
func (s *sink) Conn(e *event.Conn) { s.head(&e.Head); s.Sink.Conn(e) }

// DNS implements format.Sink.
func (s *sink) DNS(e *event.DNS) { s.head(&e.Head); s.Sink.DNS(e) }

// HTTP implements format.Sink.
func (s *sink) HTTP(e *event.HTTP) { s.head(&e.Head); s.Sink.HTTP(e) }

// SSL implements format.Sink.
func (s *sink) SSL(e *event.SSL) { s.head(&e.Head); s.Sink.SSL(e) }

// File implements format.Sink.
func (s *sink) File(e *event.File) { s.head(&e.Head); s.Sink.File(e) }

// SMBFile implements format.Sink.
func (s *sink) SMBFile(e *event.SMBFile) { s.head(&e.Head); s.Sink.SMBFile(e) }

// FTP implements format.Sink.
func (s *sink) FTP(e *event.FTP) { s.head(&e.Head); s.Sink.FTP(e) }

// DHCP implements format.Sink.
func (s *sink) DHCP(e *event.DHCP) { s.head(&e.Head); s.Sink.DHCP(e) }

// Logon implements format.Sink.
func (s *sink) Logon(e *event.Logon) { s.head(&e.Head); s.Sink.Logon(e) }

// Call implements format.Sink.
func (s *sink) Call(e *event.Call) { s.head(&e.Head); s.Sink.Call(e) }

// Mail implements format.Sink.
func (s *sink) Mail(e *event.Mail) { s.head(&e.Head); s.Sink.Mail(e) }

// Tunnel implements format.Sink.
func (s *sink) Tunnel(e *event.Tunnel) { s.head(&e.Head); s.Sink.Tunnel(e) }

// Software implements format.Sink.
func (s *sink) Software(e *event.Software) { s.head(&e.Head); s.Sink.Software(e) }

// Note implements format.Sink.
func (s *sink) Note(e *event.Note) { s.head(&e.Head); s.Sink.Note(e) }

// X509 implements format.Sink.
func (s *sink) X509(e *event.X509) { s.head(&e.Head); s.Sink.X509(e) }

// Bad reports bytes that are no record. Line 0 stands for the frame in hand.
func (s *sink) Bad(offset, line int64, reason string, sample []byte) {
	if line == 0 {
		line = s.number
	}
	s.Sink.Bad(offset, line, reason, sample[:min(len(sample), maxSample)])
}
