package pieces

import (
	"barium/internal/event"
	"barium/internal/format"
)

// translator is a sink that turns places in a piece into places in its source.
type translator struct {
	format.Sink
	by     int64 // to be added to offsets
	lines  int64 // to be added to line numbers
	header int64 // what stands before this offset in the piece was told of above

	records, bad int64
}

func (t *translator) place(h *event.Head) {
	h.Offset += t.by
	t.records++
}

// Conn and the methods below hand a record on.
func (t *translator) Conn(r *event.Conn) { t.place(&r.Head); t.Sink.Conn(r) }

// DNS hands a record on.
func (t *translator) DNS(r *event.DNS) { t.place(&r.Head); t.Sink.DNS(r) }

// HTTP hands a record on.
func (t *translator) HTTP(r *event.HTTP) { t.place(&r.Head); t.Sink.HTTP(r) }

// SSL hands a record on.
func (t *translator) SSL(r *event.SSL) { t.place(&r.Head); t.Sink.SSL(r) }

// X509 hands a record on.
func (t *translator) X509(r *event.X509) { t.place(&r.Head); t.Sink.X509(r) }

// File hands a record on.
func (t *translator) File(r *event.File) { t.place(&r.Head); t.Sink.File(r) }

// SMBFile hands a record on.
func (t *translator) SMBFile(r *event.SMBFile) { t.place(&r.Head); t.Sink.SMBFile(r) }

// FTP hands a record on.
func (t *translator) FTP(r *event.FTP) { t.place(&r.Head); t.Sink.FTP(r) }

// DHCP hands a record on.
func (t *translator) DHCP(r *event.DHCP) { t.place(&r.Head); t.Sink.DHCP(r) }

// CaptureLoss hands a record on.
func (t *translator) CaptureLoss(r *event.CaptureLoss) { t.place(&r.Head); t.Sink.CaptureLoss(r) }

// Logon hands a record on.
func (t *translator) Logon(r *event.Logon) { t.place(&r.Head); t.Sink.Logon(r) }

// Call hands a record on.
func (t *translator) Call(r *event.Call) { t.place(&r.Head); t.Sink.Call(r) }

// Mail hands a record on.
func (t *translator) Mail(r *event.Mail) { t.place(&r.Head); t.Sink.Mail(r) }

// Tunnel hands a record on.
func (t *translator) Tunnel(r *event.Tunnel) { t.place(&r.Head); t.Sink.Tunnel(r) }

// Software hands a record on.
func (t *translator) Software(r *event.Software) { t.place(&r.Head); t.Sink.Software(r) }

// Note hands a record on.
func (t *translator) Note(r *event.Note) { t.place(&r.Head); t.Sink.Note(r) }

// Bad hands on what is wrong with the piece itself.
func (t *translator) Bad(offset, line int64, reason string, sample []byte) {
	if offset < t.header {
		return
	}
	t.bad++
	t.Sink.Bad(offset+t.by, line+t.lines, reason, sample)
}
