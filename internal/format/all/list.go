// Package all lists the formats that barium reads. A new format is one folder
// below internal/format, one page in docs/formats and one line here.
package all

import (
	"bytes"
	"slices"
	"strings"

	"barium/internal/format"
	"barium/internal/format/dnslog"
	"barium/internal/format/eve"
	"barium/internal/format/netflow"
	"barium/internal/format/pcap"
	"barium/internal/format/proxy"
	"barium/internal/format/table"
	"barium/internal/format/zeek"
)

// Readers lists every reader; the order decides between equally sure ones.
var Readers = []format.Reader{
	zeek.Reader{},
	eve.Reader{},
	proxy.Reader{},
	netflow.Reader{},
	netflow.Nfcapd{},
	pcap.Reader{},
	dnslog.Reader{},
	table.Reader{},
}

// Sniff returns the reader that is surest of the head of a source, and what it
// said. A reader of a user's own mapping comes before all others. When no reader
// knows it, the reader is nil and Why says what those missed that came near, or
// else what is known at all.
func Sniff(head []byte, name string, own ...table.Reader) (format.Reader, format.Sniffed) {
	for _, r := range own {
		if s := r.Sniff(head, name); s.Confidence == format.Certain {
			return r, s
		}
	}
	var best format.Reader
	var said format.Sniffed
	var near []string
	for _, r := range Readers {
		s := r.Sniff(head, name)
		if s.Confidence > said.Confidence {
			best, said = r, s
		}
		if s.Confidence != format.NotMine || !s.Near {
			continue
		}
		if r == format.Reader(table.Reader{}) {
			near = slices.Insert(near, 0, s.Why) // it says what to do
		} else {
			near = append(near, "not "+r.Name()+": "+s.Why)
		}
	}
	if best == nil {
		said = format.Sniffed{Why: strings.Join(near, "; "), Near: near != nil}
		if near == nil {
			said.Why = unknown(head)
		}
	}
	if t, ok := best.(table.Reader); ok { // in pieces, a source is read by one mapping
		if chosen, ok := t.Choose(head); ok {
			best = chosen
		}
	}
	return best, said
}

// unknown words that no reader came near.
func unknown(head []byte) string {
	if len(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\r\n \t")) == 0 {
		return "empty file"
	}
	names := make([]string, len(Readers))
	for i, r := range Readers {
		names[i] = r.Name()
	}
	return "no log that barium knows (" + strings.Join(names, ", ") + ")"
}

// ByName returns the reader with the given name, nil when there is none.
func ByName(name string) format.Reader {
	for _, r := range Readers {
		if r.Name() == name {
			return r
		}
	}
	return nil
}
