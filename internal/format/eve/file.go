package eve

import (
	"bytes"
	"math"

	"github.com/valyala/fastjson"

	"barium/internal/event"
)

// onFile reads a file seen on the wire. Its source is who sent the bytes.
func (c *current) onFile() {
	f := c.shared.fileinfo
	h := c.head(false)
	e := &c.file
	*e = event.File{
		TX: h.Orig, RX: h.Resp, Protocol: c.fileProtocol(c.text(c.shared.appProto)), IsOrig: c.fromClient(f),
		Filename: c.text(f.Get("filename")), MIME: c.text(f.Get("mimetype")),
		Seen: c.size("fileinfo.size", f.Get("size")), Total: event.Unset, Missing: event.Unset,
		MD5: c.text(f.Get("md5")), SHA1: c.text(f.Get("sha1")), SHA256: c.text(f.Get("sha256")),
	}
	switch string(c.text(f.Get("state"))) {
	case "CLOSED":
		if !f.GetBool("gaps") {
			e.Total = e.Seen
		}
	}
	c.connect(h)
	if c.why == "" {
		c.sink.File(e)
	}
}

// connect gives a file the connection that it was sent on, turned so that the
// client is the originator. Without knowing who that is, there are only sender and
// receiver.
func (c *current) connect(h event.Head) {
	e := &c.file
	switch e.IsOrig {
	case event.Maybe:
		h.Orig, h.Resp, h.OrigPort, h.RespPort = event.Addr{}, event.Addr{}, 0, 0
	case event.No:
		h.Orig, h.Resp, h.OrigPort, h.RespPort = h.Resp, h.Orig, h.RespPort, h.OrigPort
	}
	e.Head = h
}

// fromClient says whether the client sent a file: as the event says itself, else
// as its protocol tells, else by the ports.
func (c *current) fromClient(f *fastjson.Value) event.Tri {
	direction := c.shared.direction
	if !given(direction) {
		direction = f.Get("direction")
	}
	switch string(c.text(direction)) {
	case "to_server":
		return event.Yes
	case "to_client":
		return event.No
	}
	switch string(c.text(c.shared.appProto)) {
	case "smtp":
		return event.Yes
	case "http", "smb", "nfs":
	default:
		return event.Maybe
	}
	switch string(c.text(c.shared.http.Get("http_method"))) {
	case "GET", "HEAD":
		return event.No // such a request has no body (RFC 9110 section 9.3)
	}
	return c.byPorts()
}

// byPorts takes the end of a connection with a system port (RFC 6335 section 6)
// for the server, if the other one has none.
func (c *current) byPorts() event.Tri {
	const system = 1024
	src, dest := c.port("src_port", c.shared.srcPort), c.port("dest_port", c.shared.destPort)
	switch {
	case src == 0 || dest == 0:
		return event.Maybe
	case src < system && dest >= system:
		return event.No
	case dest < system && src >= system:
		return event.Yes
	}
	return event.Maybe
}

// fileProtocol returns what Zeek calls the source of a file.
func (c *current) fileProtocol(name []byte) []byte {
	switch string(name) {
	case "http", "http2":
		return c.word("HTTP")
	case "smb":
		return c.word("SMB")
	case "smtp":
		return c.word("SMTP")
	case "ftp-data", "ftp":
		return c.word("FTP_DATA")
	case "nfs":
		return c.word("NFS")
	}
	return name
}

// onFTPData reads what a data connection is about: a file's name, no size.
func (c *current) onFTPData() {
	v := c.part("ftp_data")
	h := c.head(false)
	e := &c.file
	*e = event.File{
		TX: h.Orig, RX: h.Resp, Protocol: c.word("FTP_DATA"), Filename: c.text(v.Get("filename")),
		Seen: event.Unset, Total: event.Unset, Missing: event.Unset,
	}
	// The server opens the connection in active mode, from port 20 (RFC 959 section 5.2).
	const dataPort = 20
	up := false
	switch string(c.text(v.Get("command"))) {
	case "STOR", "STOU", "APPE":
		up = true
	}
	e.IsOrig = event.No
	if up != (h.OrigPort == dataPort) {
		e.IsOrig = event.Yes
	} else {
		e.TX, e.RX = e.RX, e.TX
	}
	e.Head = h
	if c.why == "" {
		c.sink.File(e)
	}
}

// onFTP reads a command on a control connection. The password is not read.
func (c *current) onFTP() {
	v := c.part("ftp")
	e := &c.ftp
	*e = event.FTP{
		Head: c.head(false), Command: c.text(v.Get("command")), FileSize: event.Unset,
		ReplyCode: event.Unset, DataPort: int(c.count("ftp.dynamic_port", v.Get("dynamic_port"), math.MaxUint16)),
	}
	switch {
	case bytes.EqualFold(e.Command, []byte("PASS")):
	case bytes.EqualFold(e.Command, []byte("USER")):
		e.User = c.text(v.Get("command_data"))
	default:
		e.Arg = c.text(v.Get("command_data"))
	}
	if codes := v.GetArray("completion_code"); len(codes) > 0 {
		e.ReplyCode = int(c.count("ftp.completion_code", codes[len(codes)-1], 999))
	}
	if e.DataPort > 0 {
		switch string(c.text(v.Get("mode"))) {
		case "passive":
			e.DataResp = e.Resp
		case "active":
			e.DataResp = e.Orig
		}
	}
	if c.why == "" {
		c.sink.FTP(e)
	}
}

// onMail reads a message handed to a mail server. Subject and text are not read.
func (c *current) onMail() {
	envelope, message := c.part("smtp"), c.part("email")
	e := &c.mail
	*e = event.Mail{
		Head: c.head(false), From: unbracket(c.text(envelope.Get("mail_from"))), To: c.texts(e.To[:0], envelope.Get("rcpt_to")),
		Helo: c.text(envelope.Get("helo")), UserAgent: c.text(message.Get("x_mailer")), Size: event.Unset, Code: event.Unset,
		Filenames: c.texts(e.Filenames[:0], message.Get("attachment")),
	}
	for i := range e.To {
		e.To[i] = unbracket(e.To[i])
	}
	if e.UserAgent == nil {
		e.UserAgent = c.text(message.Get("user_agent"))
	}
	if c.why == "" {
		c.sink.Mail(e)
	}
}
