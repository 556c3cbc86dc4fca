package pcap

import (
	"bytes"

	"barium/internal/event"
	"barium/internal/format"
)

// maxTransfers is how many data connections may be announced and not begun; the
// oldest is forgotten first.
const maxTransfers = 4096

// ftpSocket is where a data connection goes to.
type ftpSocket struct {
	addr event.Addr
	port uint16
}

// ftpTransfers holds the data connections that control connections of one source
// announced.
type ftpTransfers struct {
	bySocket bounded[ftpSocket, *ftpTransfer]
}

// ftpTransfer is what a control and a data connection know of one transfer. The
// record of the command is handed over when both are over.
type ftpTransfer struct {
	resp event.Addr
	port int

	// Set by the control connection.
	head         event.Head // of the control connection, with time and place of the command
	sink         format.Sink
	user         []byte
	verb         string
	file         string // as the client gave it
	arg          string // ftp://host/path
	size         int64
	code         int
	answered, in bool // there was a reply; the record was handed over
	doubtful     bool // it may not be FTP

	// Set by the data connection.
	claimed, over bool
	content       *content
}

// put announces a transfer.
func (t *ftpTransfers) put(to ftpSocket, x *ftpTransfer) { t.bySocket.put(to, x, maxTransfers) }

// claim returns the transfer that a data connection was announced for, nil when
// none was.
func (t *ftpTransfers) claim(to ftpSocket) *ftpTransfer {
	x, _ := t.bySocket.take(to)
	if x == nil || x.claimed {
		return nil
	}
	x.claimed = true
	return x
}

// answer takes the last reply to the command, event.Unset when none came.
func (t *ftpTransfer) answer(code int) {
	t.code, t.answered = code, true
	t.settle()
}

// settle hands over the record of a command that moved a file, once nothing more
// is to come.
func (t *ftpTransfer) settle() {
	if !t.answered || t.in || t.claimed && !t.over {
		return
	}
	t.in = true
	switch t.verb {
	case "RETR", "STOR", "APPE", "STOU":
	default:
		return
	}
	if t.doubtful {
		return
	}
	e := event.FTP{
		Head: t.head, User: t.user, Command: []byte(t.verb), Arg: []byte(t.arg), FileSize: t.size, ReplyCode: t.code,
		DataResp: t.resp, DataPort: t.port,
	}
	if c := t.content; c != nil {
		e.FUID, e.MIME = bytes.Clone(c.fuid[:]), []byte(c.mime())
		if c.missing == 0 && t.size == event.Unset {
			e.FileSize = c.seen
		}
	}
	t.sink.FTP(&e)
}

// ftpData follows a data connection of FTP: one file or listing, which one side
// sends.
type ftpData struct {
	files    files
	transfer *ftpTransfer // nil when it is not known
	file     *content
	orig     bool // who sends
	began    bool
	missing  int64 // before the first byte
}

// ftpDataService is what a connection is called that a control connection
// announced.
const ftpDataService = "ftp-data"

// newFTPData follows a data connection that was announced.
func newFTPData(f *flow) analyser {
	transfers := &own(f.sink).transfers
	return &ftpData{files: files{flow: f}, transfer: transfers.claim(ftpSocket{f.head.Resp, f.head.RespPort})}
}

// data implements analyser.
func (d *ftpData) data(orig bool, ts event.Time, offset int64, b []byte) {
	if len(b) == 0 {
		return
	}
	if !d.began {
		d.began, d.orig = true, orig
		d.file = d.files.begin(ts, offset)
		if d.missing > 0 {
			d.file.gap(d.missing)
		}
		if d.transfer != nil {
			d.transfer.content = d.file
		}
		d.files.flow.service(ftpDataService)
	}
	if orig == d.orig {
		d.file.write(b)
	}
}

// gap implements analyser.
func (d *ftpData) gap(orig bool, n int64) {
	switch {
	case !d.began:
		d.missing += n
	case orig == d.orig:
		d.file.gap(n)
	}
}

// end implements analyser.
func (d *ftpData) end() {
	t := d.transfer
	if d.file != nil {
		if t != nil && t.file != "" {
			d.file.name, d.file.total = []byte(t.file[:min(len(t.file), maxFileName)]), t.size
		}
		d.files.end(d.file, "FTP_DATA", d.orig)
	}
	if t != nil {
		t.over = true
		t.settle()
	}
}
