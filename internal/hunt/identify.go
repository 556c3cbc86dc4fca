package hunt

import (
	"bytes"
	"context"
	"strings"

	"barium/internal/event"
	"barium/internal/format"
)

// identify reads one raw record again, below what must stand above it, and
// returns its connection's uid and community id; both may be empty. The uid of a
// record that is no line follows from what stands before it, so by itself it has
// none.
func identify(reader format.Reader, rec *record) (uid, community string) {
	binary := rec.text != nil
	if reader == nil || binary && rec.header == nil {
		return "", ""
	}
	src := append(bytes.Clone(rec.header), rec.raw...)
	if !binary {
		src = append(bytes.TrimRight(src, "\r"), '\n')
	}
	var c captured
	if reader.Read(context.Background(), bytes.NewReader(src), &c) != nil {
		return "", ""
	}
	if binary {
		c.uid = ""
	}
	return c.uid, c.community
}

// captured is a format.Sink that keeps whose connection a record is about.
type captured struct{ uid, community string }

func (c *captured) keep(h *event.Head, p event.Proto) {
	c.uid = strings.ToValidUTF8(string(h.UID), "?")
	if h.Orig != (event.Addr{}) && h.Resp != (event.Addr{}) {
		c.community = communityID(h.Orig, h.Resp, h.OrigPort, h.RespPort, p)
	}
}

func (c *captured) Conn(r *event.Conn)               { c.keep(&r.Head, r.Proto) }
func (c *captured) DNS(r *event.DNS)                 { c.keep(&r.Head, r.Proto) }
func (c *captured) HTTP(r *event.HTTP)               { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) SSL(r *event.SSL)                 { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) X509(r *event.X509)               { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) File(r *event.File)               { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) SMBFile(r *event.SMBFile)         { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) FTP(r *event.FTP)                 { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) DHCP(r *event.DHCP)               { c.keep(&r.Head, event.ProtoUDP) }
func (c *captured) CaptureLoss(r *event.CaptureLoss) { c.keep(&r.Head, event.ProtoUnknown) }
func (c *captured) Logon(r *event.Logon)             { c.keep(&r.Head, r.Proto) }
func (c *captured) Call(r *event.Call)               { c.keep(&r.Head, r.Proto) }
func (c *captured) Mail(r *event.Mail)               { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) Tunnel(r *event.Tunnel)           { c.keep(&r.Head, r.Proto) }
func (c *captured) Software(r *event.Software)       { c.keep(&r.Head, event.ProtoTCP) }
func (c *captured) Note(r *event.Note)               { c.keep(&r.Head, r.Proto) }
func (c *captured) Skip(string)                      {}
func (c *captured) Bad(int64, int64, string, []byte) {}
func (c *captured) Warn(string)                      {}
