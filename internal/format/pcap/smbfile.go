package pcap

import (
	"bytes"

	"barium/internal/event"
)

// smbFile is an open file of a share.
type smbFile struct {
	path, name []byte // share, and path in it; nil when its opening was not captured
	size       int64  // event.Unset when not known
	quiet      bool   // a directory or a pipe, which is no file
	deletes    bool   // when it is closed
	ts         event.Time
	offset     int64
	read       smbMove
	written    smbMove
}

// smbMove is what was read from a file, or written to it.
type smbMove struct {
	content *content
	next    int64 // where in the file the bytes before ended
	high    int64 // the highest such place
}

// opened notes a file that was opened, or made.
func (s *smb) opened(r *smbRequest, id smbID, size int64, attributes uint32) {
	f := &smbFile{name: r.name, size: size, deletes: r.deletes, ts: r.ts, offset: r.place}
	if t := s.trees.of[r.tree]; t != nil {
		f.path, f.quiet = t.path, t.pipe
	}
	f.quiet = f.quiet || attributes&0x10 != 0 // FILE_ATTRIBUTE_DIRECTORY
	s.close(id)
	s.remember(id, f)
	s.action(f, "SMB::FILE_OPEN", f.name, nil, r.ts, r.place)
}

func (s *smb) remember(id smbID, f *smbFile) {
	if old, forgot := s.open.put(id, f, maxSMBFiles); forgot {
		s.finish(old)
	}
}

// moved counts bytes that were read from a file or written to it; b is their
// beginning.
func (s *smb) moved(r *smbRequest, id smbID, write bool, b []byte, n int64) {
	if id == smbSame || n <= 0 {
		return
	}
	f := s.open.of[id]
	if f == nil { // opened before the capture began
		f = &smbFile{size: event.Unset, ts: s.ts, offset: s.offset}
		if t := s.trees.of[r.tree]; t != nil {
			f.path, f.quiet = t.path, t.pipe
		}
		s.remember(id, f)
	}
	if f.quiet {
		return
	}
	m := &f.read
	if write {
		m = &f.written
	}
	if m.content == nil {
		m.content = s.files.begin(s.ts, s.offset)
	}
	m.add(int64(min(r.offset, 1<<61)), b, n)
	missing := min(r.missing, n)
	m.content.seen -= missing
	m.content.missing += missing
}

// add counts n bytes at a place of the file; b is their beginning.
func (m *smbMove) add(at int64, b []byte, n int64) {
	c := m.content
	if at != m.next && len(c.head) < sniffLen {
		c.broken = true // the type is told by the first bytes of the file only
	}
	c.write(b)
	c.seen += n - int64(len(b))
	if n > int64(len(b)) && len(c.head) < sniffLen {
		c.broken = true
	}
	m.next = at + n
	m.high = max(m.high, m.next)
}

// changed notes that a file was given another name, or is to be deleted.
func (s *smb) changed(r *smbRequest) {
	f := s.open.of[r.file]
	if f == nil {
		return
	}
	if r.deletes {
		f.deletes = true
		return
	}
	s.action(f, "SMB::FILE_RENAME", r.name, nil, r.ts, r.place)
	f.name = r.name
}

// close ends the use of a file.
func (s *smb) close(id smbID) {
	if f, ok := s.open.take(id); ok {
		s.finish(f)
	}
}

// finish hands over what was done with a file.
func (s *smb) finish(f *smbFile) {
	f.total()
	s.move(f, &f.read, "SMB::FILE_READ", false)
	s.move(f, &f.written, "SMB::FILE_WRITE", true)
	if f.deletes {
		s.action(f, "SMB::FILE_DELETE", f.name, nil, f.ts, f.offset)
	}
}

// total sees to it that what was written counts for the size.
func (f *smbFile) total() {
	if f.written.content != nil && f.size != event.Unset {
		f.size = max(f.size, f.written.high)
	}
}

// move hands over a file that was read or written.
func (s *smb) move(f *smbFile, m *smbMove, action string, write bool) {
	c := m.content
	if c == nil {
		return
	}
	c.name = f.name[:min(len(f.name), maxFileName)]
	c.seen = min(c.seen, m.high) // what moved twice counts once
	if !write {
		c.total = f.size
	}
	s.files.end(c, "SMB", write)
	s.action(f, action, f.name, c.fuid[:], c.ts, c.offset)
}

// action hands over an action on a file.
func (s *smb) action(f *smbFile, action string, name, fuid []byte, ts event.Time, offset int64) {
	if f.quiet || len(name) == 0 {
		return
	}
	e := event.SMBFile{
		Head: s.flow.head, FUID: bytes.Clone(fuid), Action: []byte(action), Path: bytes.Clone(f.path), Name: bytes.Clone(name), Size: f.size,
	}
	e.TS, e.Offset = ts, offset
	s.flow.sink.SMBFile(&e)
}
