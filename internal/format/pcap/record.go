package pcap

import (
	"bytes"
	"context"
	"io"

	"barium/internal/format"
)

var _ format.Walkable = Reader{}

// Record reads the packet whose record header or block begins at r.
func (Reader) Record(head []byte, r io.Reader) (raw []byte, text string, err error) {
	c := capture{src: newSource(context.Background(), r), sink: unheard{}, started: true}
	c.learn(head)
	var f frame
	if !c.next(&f) || f.offset != 0 {
		if err := c.src.failure(); err != nil {
			return nil, "", err
		}
		return nil, "", errNoRecord
	}
	return bytes.Clone(c.raw()), describe(&f), nil
}

// learn takes in what the beginning of a source says of the packets in it.
func (c *capture) learn(head []byte) {
	first := capture{src: newSource(context.Background(), bytes.NewReader(head)), sink: unheard{}}
	var f frame
	for first.next(&f) {
	}
	c.classic, c.ng = first.classic, first.ng
	if c.ng == nil && c.classic.order == nil {
		c.ng = &ng{}
	}
}

// raw returns the bytes of the last frame with its record header or block.
func (c *capture) raw() []byte { return c.src.peek(c.held) }

// unheard is a sink for who has read the source before.
type unheard struct{ format.Sink }

// Bad implements format.Sink.
func (unheard) Bad(int64, int64, string, []byte) {}

// Walk goes through the packets of a capture.
func (Reader) Walk(ctx context.Context, r io.Reader) format.Walk {
	return &walk{capture: capture{src: newSource(ctx, r), sink: unheard{}, keep: true}}
}

type walk struct {
	capture capture
	frame   frame
}

// Next implements format.Walk.
func (w *walk) Next() (format.Record, error) {
	c := &w.capture
	if !c.next(&w.frame) {
		if err := c.src.failure(); err != nil {
			return format.Record{}, err
		}
		return format.Record{}, io.EOF
	}
	return format.Record{
		Offset: w.frame.offset, Number: w.frame.number, Raw: c.raw(), Header: c.header,
		Text: func() string { return describe(&w.frame) },
	}, nil
}
