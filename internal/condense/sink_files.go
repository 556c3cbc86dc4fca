package condense

import (
	"bytes"
	"path"
	"strconv"
	"strings"

	"barium/internal/event"
)

// HTTP files a request, and a transfer when it carried a file or much data out.
func (s *Sink) HTTP(h *event.HTTP) {
	r := s.begin("http", &h.Head)
	s.pair(r, &h.Head, event.ProtoTCP)
	host := withoutPort(lower(h.Host))
	far, farPort := farEnd(h)
	if farPort > 0 {
		host = far
		r.key[8] = uint32(farPort)
	}
	n := s.ids.name
	r.key[5], r.key[6], r.key[7] = n(host), n(h.UserAgent), n(h.Method)
	r.event.V = [maxValues]int64{
		ReqBytesOut: known(h.ReqLen), ReqBytesIn: known(h.RespLen), ReqStatus: int64(max(h.Status, 0)),
		ReqPort: int64(h.OrigPort), ReqURI: hash(h.URI),
	}
	if h.Browser == event.No {
		r.event.V[ReqPort] |= ReqDisguised
	}
	s.put(Request, r)

	var file []byte
	if len(h.OrigFilenames) > 0 {
		file = h.OrigFilenames[0]
	}
	put := string(h.Method) == "PUT"
	if h.ReqLen <= 0 || (!put && len(file) == 0 && h.ReqLen < smallPost) {
		return
	}
	if len(file) == 0 {
		file = uriFile(h.URI)
	}
	r = s.blank(&h.Head)
	s.pair(r, &h.Head, event.ProtoTCP)
	s.how = append(append(s.how[:0], "HTTP "...), h.Method...)
	r.key[5], r.key[6], r.key[7] = n(s.how), n(file), n(first(h.OrigMIME))
	r.key[8], r.key[9] = n(h.Username), n(host)
	r.event.V = [maxValues]int64{
		XferBytes: h.ReqLen, XferCode: int64(max(h.Status, 0)), XferFile: hash(first(h.OrigFUIDs)),
		XferFlags: XferFromOrig, XferPort: int64(h.OrigPort),
	}
	s.put(Transfer, r)
}

// withoutPort cuts the port off a Host header (RFC 9110 section 7.2) and the
// brackets off an IPv6 address.
func withoutPort(host []byte) []byte {
	if len(host) > 0 && host[0] == '[' {
		if i := bytes.IndexByte(host, ']'); i > 0 {
			return host[1:i]
		}
	}
	if i := bytes.LastIndexByte(host, ':'); i > 0 && bytes.IndexByte(host, ':') == i {
		return host[:i]
	}
	return host
}

func first(bs [][]byte) []byte {
	if len(bs) == 0 {
		return nil
	}
	return bs[0]
}

// uriFile returns the last segment of a URI's path, the nearest thing to a file
// name that a request without one has.
func uriFile(uri []byte) []byte {
	p, _, _ := strings.Cut(string(uri), "?")
	base := path.Base(p)
	if base == "/" || base == "." {
		return nil
	}
	return []byte(base)
}

// farEnd returns the host and port that a request through an explicit proxy
// asked for (RFC 9112 section 3.2: absolute form, or authority form with
// CONNECT). The port is 0 for a request to the server itself.
func farEnd(h *event.HTTP) (host []byte, port uint16) {
	uri := lower(h.URI)
	if string(h.Method) == "CONNECT" {
		if host = withoutPort(uri); len(host) == 0 {
			return nil, 0
		}
		return host, portOf(uri, 443)
	}
	for _, scheme := range []struct {
		prefix string
		port   uint16
	}{{"http://", 80}, {"https://", 443}, {"ftp://", 21}} {
		rest, ok := bytes.CutPrefix(uri, []byte(scheme.prefix))
		if !ok {
			continue
		}
		if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		rest = rest[bytes.LastIndexByte(rest, '@')+1:]
		host = withoutPort(rest)
		asked := withoutPort(lower(h.Host))
		// Some clients send the absolute form to the server itself.
		if len(host) > 0 && (h.Proxied || !bytes.Equal(host, asked) || h.RespPort != 80 && h.RespPort != 443) {
			return host, portOf(rest, scheme.port)
		}
		return nil, 0
	}
	return nil, 0
}

// portOf returns the port at the end of an authority, or usual.
func portOf(authority []byte, usual uint16) uint16 {
	i := bytes.LastIndexByte(authority, ':')
	if i < 0 {
		return usual
	}
	n, err := strconv.ParseUint(string(authority[i+1:]), 10, 16)
	if err != nil || n == 0 {
		return usual
	}
	return uint16(n)
}

// File files a transfer that a sensor saw on the wire. Of downloads by HTTP and
// of certificates only the fact is kept: other logs hold what matters of them.
func (s *Sink) File(f *event.File) {
	r := s.begin("files", &f.Head)
	proto := string(f.Protocol)
	name, mime := f.Filename, f.MIME
	if proto == "SSL" || proto == "HTTP" && f.IsOrig == event.No || proto == "DTLS" {
		name, mime = nil, nil
	}
	orig, resp := f.Orig, f.Resp
	fromOrig := f.IsOrig != event.No
	if orig == (event.Addr{}) {
		if orig, resp = f.TX, f.RX; !fromOrig {
			orig, resp = f.RX, f.TX
		}
	}
	r.key[1], r.key[2], r.key[3], r.key[4] = s.ids.address(orig), s.ids.address(resp), uint32(f.RespPort), uint32(event.ProtoTCP)
	n := s.ids.name
	s.how = append(append(s.how[:0], analysed...), f.Protocol...)
	r.key[5], r.key[6], r.key[7] = n(s.how), n(name), n(mime)
	var flags int64
	if fromOrig {
		flags |= XferFromOrig
	}
	if f.Missing > 0 || f.Total > 0 && f.Seen < f.Total {
		flags |= XferPartial
	}
	r.event.V = [maxValues]int64{XferBytes: known(f.Seen), XferFile: hash(f.FUID), XferFlags: flags, XferPort: int64(f.OrigPort)}
	s.put(Transfer, r)
}

// SMBFile files an action on a file of a share.
func (s *Sink) SMBFile(f *event.SMBFile) {
	r := s.begin("smb_files", &f.Head)
	s.pair(r, &f.Head, event.ProtoTCP)
	n := s.ids.name
	action := bytes.TrimPrefix(f.Action, []byte("SMB::FILE_"))
	s.how = append(append(s.how[:0], "SMB "...), action...)
	r.key[5], r.key[6], r.key[9] = n(s.how), n(f.Name), n(f.Path)
	var flags int64
	if string(action) == "WRITE" {
		flags |= XferFromOrig
	}
	r.event.V = [maxValues]int64{XferBytes: known(f.Size), XferFile: hash(f.FUID), XferFlags: flags, XferPort: int64(f.OrigPort)}
	s.put(Transfer, r)
}

// FTP files a transfer by FTP. Commands that move no file only count as records.
func (s *Sink) FTP(f *event.FTP) {
	r := s.begin("ftp", &f.Head)
	s.pair(r, &f.Head, event.ProtoTCP)
	n := s.ids.name
	var flags int64
	switch string(f.Command) {
	case "STOR", "APPE", "STOU":
		flags |= XferFromOrig
	}
	s.how = append(append(s.how[:0], "FTP "...), f.Command...)
	r.key[5], r.key[7], r.key[8] = n(s.how), n(f.MIME), n(f.User)
	switch string(f.Command) {
	case "STOR", "APPE", "STOU", "RETR":
		r.key[6] = n(ftpFile(f.Arg))
	}
	r.event.V = [maxValues]int64{
		XferBytes: known(f.FileSize), XferCode: int64(max(f.ReplyCode, 0)), XferFile: hash(f.FUID),
		XferFlags: flags, XferPort: int64(f.OrigPort),
	}
	s.put(Transfer, r)
}

// ftpFile returns the path of the ftp:// URL that Zeek writes as argument.
func ftpFile(arg []byte) []byte {
	rest, ok := bytes.CutPrefix(arg, []byte("ftp://"))
	if !ok {
		return arg
	}
	if i := bytes.IndexByte(rest, '/'); i >= 0 {
		rest = rest[i:]
	}
	if bytes.HasPrefix(rest, []byte("/./")) {
		rest = rest[2:]
	}
	return rest
}
