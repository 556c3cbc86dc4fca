package pcap

import (
	"bytes"
	"encoding/binary"
)

// Limits of what is kept of one SMB message.
const (
	maxSMBMessage = 64<<10 + 512 // bytes; a name and a security blob have at most 64 KiB
	maxSMBData    = 1 << 10      // of one that only carries data
	minSMBGap     = 128          // bytes before a gap that must be there
)

// Of the header of a message (MS-SMB2 section 2.2.1).
const (
	smbHeader   = 64
	smbResponse = 1 // flags
	smbAsync    = 2
	smbRelated  = 4
)

// smbStream cuts one direction of a connection into messages ([MS-SMB2] section
// 2.1, RFC 1002 section 4.3.1).
type smbStream struct {
	prefix []byte // of the message: a type and a length
	left   int64  // bytes of the message to come
	size   int64  // of the message
	keep   []byte // its beginning
	hole   int64  // bytes of it that are missing
	holed  bool   // nothing is kept behind a gap
	drop   bool   // it is none of SMB, or its beginning is missing
	lost   bool   // the beginning of a message must be looked for
}

// write takes the next bytes and hands each message to message: its beginning
// and its size. What is no message is reported to bad, once for each loss.
func (s *smbStream) write(b []byte, message func(b []byte, size int64), bad func(b []byte)) {
	for len(b) > 0 {
		if s.lost {
			b = s.search(b)
			continue
		}
		if s.left == 0 {
			n := min(4-len(s.prefix), len(b))
			s.prefix = append(s.prefix, b[:n]...)
			if b = b[n:]; len(s.prefix) < 4 {
				return
			}
			if !s.begin() {
				bad(s.prefix)
				s.lose()
				continue
			}
			if int64(len(b)) >= s.left && s.left > 0 && !s.drop { // whole at hand
				n := s.left
				s.left = 0
				message(b[:min(n, int64(smbLimit(b[:n])))], n)
				b = b[n:]
			}
			continue
		}
		n := min(int64(len(b)), s.left)
		s.add(b[:n])
		b = b[n:]
		if s.left -= n; s.left == 0 && !s.drop {
			message(s.keep, s.size)
		}
	}
}

// begin takes the four bytes before a message.
func (s *smbStream) begin() bool {
	kind := s.prefix[0]
	s.size = int64(binary.BigEndian.Uint32(s.prefix) & 0xffffff)
	s.left, s.keep, s.holed, s.hole = s.size, s.keep[:0], false, 0
	s.drop = kind != 0
	ok := kind == 0 && s.size >= 4 || kind >= 0x81 && kind <= 0x85 && s.size <= 0x1ffff // messages of NetBIOS sessions
	if ok {
		s.prefix = s.prefix[:0]
	}
	return ok
}

// add keeps the beginning of a message.
func (s *smbStream) add(b []byte) {
	if s.holed || s.drop {
		return
	}
	for len(b) > 0 {
		limit := smbLimit(s.keep)
		n := min(limit-len(s.keep), len(b))
		if n <= 0 {
			return
		}
		s.keep = append(s.keep, b[:n]...)
		b = b[n:]
	}
}

// smbLimit returns how much is kept of a message that begins with b: first its
// header, which tells the rest.
func smbLimit(b []byte) int {
	if len(b) < smbHeader {
		return smbHeader
	}
	if b[0] == 0xfe && binary.LittleEndian.Uint32(b[20:]) == 0 {
		answer := b[16]&smbResponse != 0
		if c := binary.LittleEndian.Uint16(b[12:]); c == smbRead && answer || c == smbWrite && !answer {
			return maxSMBData
		}
	}
	return maxSMBMessage
}

// gap says that n bytes are missing. It returns the beginning of a message that
// is over by it.
func (s *smbStream) gap(n int64) (message []byte, size int64) {
	if s.lost {
		return nil, 0
	}
	if s.left == 0 {
		s.lose()
		return nil, 0
	}
	s.drop = s.drop || len(s.keep) < minSMBGap
	s.holed = true
	s.hole += min(n, s.left)
	if n < s.left {
		s.left -= n
		return nil, 0
	}
	if n > s.left {
		s.lose()
	}
	s.left = 0
	if s.drop {
		return nil, 0
	}
	return s.keep, s.size
}

// lose looks for the next message from here on.
func (s *smbStream) lose() {
	s.lost, s.left, s.prefix = true, 0, s.prefix[:0]
}

// search looks for a length with a header of SMB2 behind it.
func (s *smbStream) search(b []byte) []byte {
	const mark = "\xfeSMB\x40\x00" // protocol id and size of the header
	for i, c := range b {
		s.prefix = append(s.prefix, c)
		n := len(s.prefix) - len(mark)
		if n < 4 || !bytes.HasSuffix(s.prefix, []byte(mark)) {
			if len(s.prefix) > 64 {
				s.prefix = append(s.prefix[:0], s.prefix[len(s.prefix)-9:]...)
			}
			continue
		}
		head := s.prefix[n-4 : n]
		if head[0] != 0 || binary.BigEndian.Uint32(head) < smbHeader {
			continue
		}
		s.lost = false
		s.prefix = append(s.prefix[:0], head...)
		s.begin()
		s.add([]byte(mark))
		s.left -= int64(len(mark))
		return b[i+1:]
	}
	return nil
}
