package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"barium/internal/event"
)

// Limits of what is kept of an SMB connection.
const (
	maxSMBPending = 512 // requests without a reply
	maxSMBTrees   = 256
	maxSMBFiles   = 1024 // open at the same time
)

// Commands ([MS-SMB2] section 2.2.1.2).
const (
	smbSessionSetup   = 1
	smbTreeConnect    = 3
	smbTreeDisconnect = 4
	smbCreate         = 5
	smbClose          = 6
	smbRead           = 8
	smbWrite          = 9
	smbSetInfo        = 17
)

// smb follows a connection of SMB 2 or 3 ([MS-SMB2]), as far as it is not
// encrypted. Of SMB 1 it only says that it is there.
type smb struct {
	flow     *flow
	files    files
	ts       event.Time // of the bytes at hand
	offset   int64
	streams  [2]smbStream // replies, requests
	pending  bounded[uint64, *smbRequest]
	trees    bounded[uint32, *smbTree]
	open     bounded[smbID, *smbFile]
	computer []byte // what the server calls itself
	hole     int64  // bytes that are missing of the message at hand
	named    bool
	reported bool
}

// smbID is a file id ([MS-SMB2] section 2.2.14.1).
type smbID [16]byte

// smbSame is the id of the file that the command before in the same message is
// about.
var smbSame = smbID{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
}

// smbTree is a share that was connected to.
type smbTree struct {
	path []byte
	pipe bool // holds no files
}

// smbRequest is a request that waits for its reply.
type smbRequest struct {
	command uint16
	ts      event.Time
	place   int64
	tree    uint32
	file    smbID
	name    []byte // of a file or a share
	offset  uint64 // of data in the file
	data    []byte // beginning of what is to be written
	size    int64
	missing int64
	deletes bool
	logon   *event.Logon
}

func newSMB(f *flow) analyser { return &smb{flow: f, files: files{flow: f}} }

// isSMB reports whether a direction begins with a message of SMB, or with the
// request for a NetBIOS session.
func isSMB(orig bool, first []byte) bool {
	if len(first) < 8 {
		return false
	}
	if first[0] == 0x81 && orig { // two encoded names of 34 bytes (RFC 1002 section 4.3.2)
		return first[1] == 0 && first[2] == 0 && first[3] == 68 && first[4] == 32
	}
	return first[0] == 0 && (first[4] >= 0xfc) && string(first[5:8]) == "SMB"
}

// data implements analyser.
func (s *smb) data(orig bool, ts event.Time, offset int64, b []byte) {
	s.ts, s.offset = ts, offset
	s.stream(orig).write(b, func(b []byte, size int64) { s.message(orig, b, size) }, s.bad)
}

func (s *smb) stream(orig bool) *smbStream {
	if orig {
		return &s.streams[1]
	}
	return &s.streams[0]
}

// bad reports the first bytes that are no message.
func (s *smb) bad(b []byte) {
	if s.named && !s.reported {
		s.reported = true
		s.flow.sink.Bad(s.offset, 0, "in a connection of SMB: no message begins here", b)
	}
}

// gap implements analyser.
func (s *smb) gap(orig bool, n int64) {
	if m, size := s.stream(orig).gap(n); m != nil {
		s.message(orig, m, size)
	}
}

// end implements analyser.
func (s *smb) end() {
	for len(s.pending.order) > 0 {
		r, _ := s.pending.take(s.pending.order[0])
		s.unanswered(r)
	}
	for len(s.open.order) > 0 {
		s.close(s.open.order[0])
	}
}

// message takes a message apart: b is its beginning. It may hold several
// commands ([MS-SMB2] section 3.3.5.2.7).
func (s *smb) message(orig bool, b []byte, size int64) {
	if len(b) < 4 || string(b[1:4]) != "SMB" {
		s.bad(b[:min(len(b), 256)])
		return
	}
	if !s.named {
		s.named = true
		s.flow.service("smb")
	}
	s.hole = s.stream(orig).hole
	var last smbID
	for len(b) >= smbHeader && b[0] == 0xfe && string(b[1:4]) == "SMB" {
		next := int64(binary.LittleEndian.Uint32(b[20:]))
		part, length := b, size
		if next >= smbHeader && next < size {
			length = next
			part = b[:min(next, int64(len(b)))]
		} else {
			next = 0
		}
		answer := part[16]&smbResponse != 0
		switch {
		case answer && !orig:
			s.replied(part, length, &last)
		case !answer && orig:
			s.requested(part, length)
		}
		if next == 0 || next >= int64(len(b)) {
			return
		}
		b, size = b[next:], size-next
	}
}

// smbSpan returns n bytes at a place of a message, as far as it was kept.
func smbSpan(m []byte, at, n int) []byte {
	if at > len(m) {
		return nil
	}
	return m[at:min(at+n, len(m))]
}

// requested takes a request. m begins with its header.
func (s *smb) requested(m []byte, size int64) {
	body := m[smbHeader:]
	le := binary.LittleEndian
	r := &smbRequest{command: le.Uint16(m[12:]), ts: s.ts, place: s.offset, tree: le.Uint32(m[36:])}
	switch {
	case r.command == smbSessionSetup && len(body) >= 24:
		blob := smbSpan(m, int(le.Uint16(body[12:])), int(le.Uint16(body[14:])))
		if r.logon = s.logon(blob); r.logon == nil {
			return
		}
	case r.command == smbTreeConnect && len(body) >= 8:
		r.name = fromUTF16(smbSpan(m, int(le.Uint16(body[4:])), int(le.Uint16(body[6:]))))
	case r.command == smbTreeDisconnect:
	case r.command == smbCreate && len(body) >= 56:
		r.name = fromUTF16(smbSpan(m, int(le.Uint16(body[44:])), int(le.Uint16(body[46:]))))
		r.deletes = le.Uint32(body[40:])&0x1000 != 0 // FILE_DELETE_ON_CLOSE
	case r.command == smbClose && len(body) >= 24:
		r.file = smbID(body[8:24])
	case r.command == smbRead && len(body) >= 32:
		r.offset, r.file = le.Uint64(body[8:]), smbID(body[16:32])
	case r.command == smbWrite && len(body) >= 32:
		r.offset, r.file = le.Uint64(body[8:]), smbID(body[16:32])
		r.missing = s.hole
		r.data, r.size = carried(m, size, int64(le.Uint16(body[2:])), int64(le.Uint32(body[4:])))
		if r.file != smbSame {
			s.moved(r, r.file, true, r.data, r.size)
			return
		}
		r.data = clip(r.data, sniffLen)
	case r.command == smbSetInfo && len(body) >= 32 && body[2] == 1: // SMB2_0_INFO_FILE
		if !r.setInfo(m, body) {
			return
		}
	default:
		return
	}
	if old, forgot := s.pending.put(le.Uint64(m[24:]), r, maxSMBPending); forgot {
		s.unanswered(old)
	}
}

// setInfo takes what a SET_INFO changes ([MS-FSCC] section 2.4); false when it is
// not kept.
func (r *smbRequest) setInfo(m, body []byte) bool {
	le := binary.LittleEndian
	r.file = smbID(body[16:32])
	info := smbSpan(m, int(le.Uint16(body[8:])), int(min(le.Uint32(body[4:]), maxSMBMessage)))
	switch body[3] {
	case 10: // FileRenameInformation
		if len(info) < 20 {
			return false
		}
		r.name = fromUTF16(smbSpan(info, 20, int(min(le.Uint32(info[16:]), maxWide))))
		return len(r.name) > 0
	case 13, 64: // FileDispositionInformation, FileDispositionInformationEx
		r.deletes = len(info) > 0 && info[0]&1 != 0
		return r.deletes
	}
	return false
}

// carried returns the beginning of the data in a message, and how many bytes of
// it the message has.
func carried(m []byte, size, at, n int64) ([]byte, int64) {
	n = min(n, max(size-at, 0))
	if at < smbHeader || at > int64(len(m)) {
		return nil, n
	}
	return m[at:min(at+n, int64(len(m)))], n
}

// logon notes who logs on, and the name of the server.
func (s *smb) logon(blob []byte) *event.Logon {
	m, kind := ntlmMessage(blob)
	if kind != 3 { // AUTHENTICATE_MESSAGE
		return nil
	}
	names, ok := ntlmAuthenticate(m)
	if !ok {
		return nil
	}
	l := &event.Logon{
		Head: s.flow.head, Log: "ntlm", Proto: event.ProtoTCP,
		Account: names.account, Domain: names.domain, Client: names.workstation, Server: bytes.Clone(s.computer),
	}
	l.TS, l.Offset = s.ts, s.offset
	return l
}

// unanswered hands over a request whose reply was not captured, if it tells
// something by itself.
func (s *smb) unanswered(r *smbRequest) {
	switch r.command {
	case smbSessionSetup:
		s.flow.sink.Logon(r.logon)
	case smbTreeConnect:
		s.mapping(r, "", "")
	}
}

// mapping hands over a connection to a share.
func (s *smb) mapping(r *smbRequest, kind, result string) {
	e := event.Call{
		Head: s.flow.head, Log: "smb_mapping", Proto: event.ProtoTCP,
		Object: bytes.Clone(r.name), Verb: []byte(kind), Result: []byte(result), Count: event.Unset,
	}
	e.TS, e.Offset = r.ts, r.place
	s.flow.sink.Call(&e)
}

// smbPending is the status of an interim reply ([MS-SMB2] section 3.3.4.2).
const smbPending = 0x103

// replied takes a reply. last is the file that the reply before in the same
// message is about.
func (s *smb) replied(m []byte, size int64, last *smbID) {
	le := binary.LittleEndian
	status, body := le.Uint32(m[8:]), m[smbHeader:]
	if le.Uint16(m[12:]) == smbSessionSetup && len(body) >= 8 {
		blob := smbSpan(m, int(le.Uint16(body[4:])), int(le.Uint16(body[6:])))
		if challenge, kind := ntlmMessage(blob); kind == 2 { // CHALLENGE_MESSAGE
			s.computer = ntlmComputer(challenge)
		}
	}
	if status == smbPending && m[16]&smbAsync != 0 {
		return
	}
	r, ok := s.pending.take(le.Uint64(m[24:]))
	if !ok || r.command != le.Uint16(m[12:]) {
		return
	}
	if r.file == smbSame {
		r.file = *last
	}
	*last = r.file
	// Where a logon ends, whatever its status; a READ may end in a warning.
	if r.command == smbSessionSetup {
		s.loggedOn(r.logon, status)
		return
	}
	if status != 0 && status != 0x80000005 { // STATUS_BUFFER_OVERFLOW
		if r.command == smbTreeConnect {
			s.mapping(r, "", smbStatus(status))
		}
		return
	}
	switch {
	case r.command == smbTreeConnect && len(body) >= 3:
		kind := map[byte]string{1: "DISK", 2: "PIPE", 3: "PRINT"}[body[2]]
		s.trees.put(le.Uint32(m[36:]), &smbTree{r.name, body[2] == 2}, maxSMBTrees)
		s.mapping(r, kind, "")
	case r.command == smbTreeDisconnect:
		s.trees.take(r.tree)
	case r.command == smbCreate && len(body) >= 80:
		*last = smbID(body[64:80])
		s.opened(r, *last, int64(min(le.Uint64(body[48:]), 1<<62)), le.Uint32(body[56:]))
	case r.command == smbClose:
		s.close(r.file)
	case r.command == smbRead && len(body) >= 8:
		data, n := carried(m, size, int64(body[2]), int64(le.Uint32(body[4:])))
		r.missing = s.hole
		s.moved(r, r.file, false, data, n)
	case r.command == smbWrite:
		s.moved(r, r.file, true, r.data, r.size)
	case r.command == smbSetInfo:
		s.changed(r)
	}
}

// loggedOn hands over a logon with its result.
func (s *smb) loggedOn(l *event.Logon, status uint32) {
	switch status {
	case 0:
		l.Success = event.Yes
	case 0xc0000016: // STATUS_MORE_PROCESSING_REQUIRED
	default:
		l.Success, l.Error = event.No, []byte(smbStatus(status))
	}
	s.flow.sink.Logon(l)
}

// smbStatus returns the name of a status ([MS-ERREF] section 2.3).
func smbStatus(status uint32) string {
	if name := statusNames[status]; name != "" {
		return name
	}
	return fmt.Sprintf("0x%08X", status)
}

var statusNames = map[uint32]string{
	0xc0000022: "STATUS_ACCESS_DENIED",
	0xc0000064: "STATUS_NO_SUCH_USER",
	0xc000006a: "STATUS_WRONG_PASSWORD",
	0xc000006d: "STATUS_LOGON_FAILURE",
	0xc000006e: "STATUS_ACCOUNT_RESTRICTION",
	0xc000006f: "STATUS_INVALID_LOGON_HOURS",
	0xc0000070: "STATUS_INVALID_WORKSTATION",
	0xc0000071: "STATUS_PASSWORD_EXPIRED",
	0xc0000072: "STATUS_ACCOUNT_DISABLED",
	0xc00000cc: "STATUS_BAD_NETWORK_NAME",
	0xc000015b: "STATUS_LOGON_TYPE_NOT_GRANTED",
	0xc0000193: "STATUS_ACCOUNT_EXPIRED",
	0xc0000234: "STATUS_ACCOUNT_LOCKED_OUT",
}
