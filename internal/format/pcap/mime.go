package pcap

import (
	"bytes"
	"unicode/utf8"
)

// magic says what bytes at a place of a file tell of its type.
type magic struct {
	at    int
	bytes string
	mime  string
}

// magics are tried in order; the longer of two that begin alike comes first. The
// types are those that Zeek's files.log would name.
var magics = []magic{
	{0, "PK\x03\x04", "application/zip"},
	{0, "PK\x05\x06", "application/zip"}, // empty
	{0, "PK\x07\x08", "application/zip"}, // in parts
	{0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
	{0, "Rar!\x1a\x07", "application/x-rar"},
	{0, "\x1f\x8b\x08", "application/x-gzip"},
	{0, "BZh", "application/x-bzip2"},
	{0, "\xfd7zXZ\x00", "application/x-xz"},
	{0, "\x28\xb5\x2f\xfd", "application/zstd"},
	{0, "\x04\x22\x4d\x18", "application/x-lz4"},
	{0, "MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"},
	{257, "ustar", "application/x-tar"},
	{128, "DICM", "application/dicom"},
	{0, "%PDF-", "application/pdf"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, // old Office, MSI
	{0, "{\\rtf", "text/rtf"},
	{0, "!BDN", "application/vnd.ms-outlook"}, // PST
	{0, "SQLite format 3\x00", "application/x-sqlite3"},
	{4, "Standard Jet DB", "application/x-msaccess"},
	{4, "Standard ACE DB", "application/x-msaccess"},
	{0, "PAR1", "application/vnd.apache.parquet"},
	{0, "PGDMP", "application/x-postgresql-dump"},
	{0, "TAPE\x00", "application/x-mtf"}, // SQL Server backup
	{0, "KDMV", "application/x-vmdk"},
	{0, "\x7fELF", "application/x-executable"},
	{0, "MZ", "application/x-dosexec"},
	{0, "\xff\xd8\xff", "image/jpeg"},
	{0, "\x89PNG\r\n\x1a\n", "image/png"},
	{0, "GIF87a", "image/gif"},
	{0, "GIF89a", "image/gif"},
	{0, "II*\x00", "image/tiff"},
	{0, "MM\x00*", "image/tiff"},
	{4, "ftyp", "video/mp4"},
	{0, "\x1a\x45\xdf\xa3", "video/x-matroska"},
	{0, "L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"},
	{0, "-----BEGIN PGP MESSAGE", "application/pgp-encrypted"},
}

// candidates are, by the first byte of a file, the magics that may fit it, in
// their order.
var candidates = byFirst(magics)

func byFirst(all []magic) (by [256][]*magic) {
	for i := range all {
		m := &all[i]
		for first := range by {
			if m.at > 0 || int(m.bytes[0]) == first {
				by[first] = append(by[first], m)
			}
		}
	}
	return by
}

// markups begin texts, behind white space, in any letter case.
var markups = []struct{ begin, mime string }{
	{"<!doctype html", "text/html"},
	{"<html", "text/html"},
	{"<?xml", "application/xml"},
}

// sniffMIME returns the type of a file by its first bytes, "" when they do not
// tell. Text that is nothing else is text/plain.
func sniffMIME(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	for _, m := range candidates[b[0]] {
		if len(b) >= m.at+len(m.bytes) && string(b[m.at:m.at+len(m.bytes)]) == m.bytes {
			if m.mime == "application/zip" && isOffice(b) {
				return "application/vnd.openxmlformats-officedocument"
			}
			return m.mime
		}
	}
	if !isText(b) {
		return ""
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	for _, m := range markups {
		if len(text) >= len(m.begin) && beginsWith(text, m.begin) {
			return m.mime
		}
	}
	if len(text) > 1 && (text[0] == '{' && bytes.IndexByte(text, '"') > 0 || text[0] == '[' && text[1] == '{') {
		return "application/json"
	}
	return "text/plain"
}

// isOffice reports whether a zip archive is an Office document: what its first
// entry is called tells (ECMA-376 part 2).
func isOffice(b []byte) bool {
	const name = 30 // of the first entry, behind its header
	return len(b) > name && (bytes.HasPrefix(b[name:], []byte("[Content_Types].xml")) || bytes.HasPrefix(b[name:], []byte("_rels/.rels")))
}

// isText reports whether b has no control characters but white space, and is
// UTF-8 as far as it goes.
func isText(b []byte) bool {
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(b[i:])
		}
		i += n
	}
	return true
}
