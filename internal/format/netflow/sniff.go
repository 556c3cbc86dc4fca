package netflow

import (
	"bytes"
	"fmt"

	"barium/internal/format"
)

// Sniff implements format.Reader.
func (Reader) Sniff(head []byte, _ string) format.Sniffed {
	b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\r\n")
	switch {
	case isHead(b):
		return format.Sniffed{Confidence: format.Certain, Type: "netflow datagrams" + versions(b)}
	case bytes.HasPrefix(b, []byte(Magic)):
		return format.Sniffed{Why: "its framing is of another version than this barium reads", Near: true}
	}
	return format.Sniffed{Why: "it does not begin as the files of barium listen do"}
}

// versions lists what the datagrams in the head of a file hold.
func versions(head []byte) string {
	names := [...]string{"NetFlow v5", "NetFlow v9", "IPFIX", "sFlow"}
	var seen [len(names)]bool
	s := newScanner(bytes.NewReader(head), func(int64, int64, []byte) {})
	for f := (Frame{}); ; {
		if _, ok := s.next(&f); !ok {
			break
		}
		if len(f.Datagram) < 2 || f.Flags&Lost != 0 {
			continue
		}
		switch f.Datagram[1] {
		case v5:
			seen[0] = true
		case v9:
			seen[1] = true
		case ipfix:
			seen[2] = true
		case sFlow:
			seen[3] = true
		}
	}
	text := ""
	for i, name := range names {
		if seen[i] {
			if text != "" {
				text += ", "
			}
			text += name
		}
	}
	if text != "" {
		text = fmt.Sprintf(" (%s)", text)
	}
	return text
}
