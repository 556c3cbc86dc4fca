package netflow

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"barium/internal/format"
)

// Reader reads the files that `barium listen` writes.
type Reader struct{}

// Name implements format.Reader.
func (Reader) Name() string { return "netflow" }

// Read implements format.Reader. Several records may have the same offset: that of
// the datagram in which their flows stood. Where a template came late, the records
// that waited for it come late too.
func (Reader) Read(ctx context.Context, r io.Reader, s format.Sink) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	st := newStitcher(s.Conn)
	d := newDecoder()
	var said warnings
	var f Frame
	d.flow = func(w *flow) { st.add(w, f.Time) }
	d.skip, d.fail = s.Skip, s.Bad
	d.warn = func(x *exporter, n int64) { said.add(sampledWarning(x.label(), n)) }
	scan := newScanner(r, nil)
	scan.bad = func(offset, n int64, sample []byte) {
		s.Bad(offset, scan.count, fmt.Sprintf("%d bytes that are no whole datagram", n), sample)
	}
	lost := uint64(0)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		offset, ok := scan.next(&f)
		if !ok {
			break
		}
		if f.Flags&Lost != 0 {
			if len(f.Datagram) == 8 {
				lost = max(lost, binary.BigEndian.Uint64(f.Datagram))
			}
			continue
		}
		d.datagram(&f, offset, scan.count)
	}
	d.end()
	st.end()
	if lost > 0 {
		said.add(fmt.Sprintf("%d datagrams were lost before they could be written: there were more than the machine could take", lost))
	}
	said.tell(s.Warn)
	return scan.end()
}
