package netflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"barium/internal/event"
	"barium/internal/format"
)

var _ format.Binary = Reader{}

// maxText is about how long the text of one datagram may get.
const maxText = 256 << 10

// Record implements format.Binary: raw is the frame with its datagram, text names
// the sender and every flow in it. Templates are those in the head of the source
// and in the datagram itself.
func (Reader) Record(head []byte, r io.Reader) (raw []byte, text string, err error) {
	raw = make([]byte, frameHead, frameHead+MaxDatagram)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, "", noRecord(err)
	}
	var f Frame
	if _, more := parseFrame(raw, &f); more > 0 {
		raw = raw[:more]
		if _, err := io.ReadFull(r, raw[frameHead:]); err != nil {
			return nil, "", noRecord(err)
		}
	}
	if n, _ := parseFrame(raw, &f); n == 0 {
		return nil, "", errors.New("no datagram begins there")
	}
	return raw, describe(head, &f), nil
}

func noRecord(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("no whole datagram begins there")
	}
	return err
}

// describe words a datagram, with the templates in the head of its source.
func describe(head []byte, f *Frame) string {
	var flows []string
	total, size := 0, 0
	d := newDecoder()
	d.flow = func(w *flow) {
		if total++; size < maxText {
			flows = append(flows, w.text())
			size += len(flows[len(flows)-1])
		}
	}
	missing := 0
	d.skip, d.warn = func(string) {}, func(*exporter, int64) {}
	d.fail = func(int64, int64, string, []byte) { missing++ }
	s := newScanner(bytes.NewReader(head), func(int64, int64, []byte) {})
	for g := (Frame{}); ; {
		if _, ok := s.next(&g); !ok {
			break
		}
		g.Flags |= Carried // for its templates only
		d.datagram(&g, 0, 0)
	}
	g := *f
	g.Flags &^= Carried
	d.datagram(&g, 0, 0)
	d.end()
	text := fmt.Sprintf("datagram of %d bytes from %s at %s: %d flows", len(f.Datagram), f.Sender, f.Time.Std().Format(time.RFC3339Nano), total)
	if missing > 0 {
		text += fmt.Sprintf(", and %d parts that could not be read with the templates at the beginning of the file", missing)
	}
	if total > 0 {
		text += ": " + strings.Join(flows, "; ")
	}
	if more := total - len(flows); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// text words one flow.
func (f *flow) text() string {
	k := &f.key
	var b strings.Builder
	if p := event.Proto(k.proto); p == event.ProtoICMP || p == event.ProtoTCP || p == event.ProtoUDP {
		b.WriteString(p.String())
	} else {
		fmt.Fprintf(&b, "protocol %d", k.proto)
	}
	fmt.Fprintf(&b, " %s:%d → %s:%d", k.src, k.sport, k.dst, k.dport)
	if f.bytes >= 0 {
		fmt.Fprintf(&b, " %d bytes", f.bytes)
	}
	if f.payload >= 0 {
		fmt.Fprintf(&b, " %d bytes of content", f.payload)
	}
	if f.pkts >= 0 {
		fmt.Fprintf(&b, " %d packets", f.pkts)
	}
	if f.hasFlags {
		fmt.Fprintf(&b, " flags %#02x", f.flags)
	}
	b.WriteString(" " + event.Time(f.start).Std().Format(time.RFC3339Nano))
	if f.end >= 0 {
		b.WriteString(" – " + event.Time(f.end).Std().Format(time.RFC3339Nano))
	}
	return b.String()
}
