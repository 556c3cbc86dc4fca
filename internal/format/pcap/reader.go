package pcap

import (
	"context"
	"fmt"
	"io"

	"barium/internal/event"
	"barium/internal/format"
)

// Reader reads captures in the containers pcap and pcapng. The zero value is
// ready for use.
type Reader struct{}

var _ format.Reader = Reader{}

// Name returns "pcap".
func (Reader) Name() string { return "pcap" }

// Read hands what the packets of src say to s, as format.Reader describes. A
// record is handed over when it is complete, so records do not come in order of
// their offsets; the order is the same each time.
func (Reader) Read(ctx context.Context, src io.Reader, s format.Sink) error {
	r := newReading(ctx, src, s)
	var f frame
	for n := 1; r.capture.next(&f); n++ {
		if n%256 == 0 && ctx.Err() != nil {
			break
		}
		r.frame(&f)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.end()
	return r.capture.src.failure()
}

// reading is the state of one Read.
type reading struct {
	sink    *sink
	capture capture
	decoder decoder
	table   *table
	tunnels tunnels
	foreign int64 // frames whose link type is not read
	link    linkType
}

func newReading(ctx context.Context, src io.Reader, s format.Sink) *reading {
	own := &sink{Sink: s}
	r := &reading{sink: own, table: newTable(own)}
	r.capture = capture{src: newSource(ctx, src), sink: own}
	r.tunnels.sink = own
	r.decoder.packet = r.table.packet
	r.decoder.outer = r.tunnels.add
	r.decoder.fragments.lost = func(w *waiting) {
		own.Bad(w.offset, w.number, "a fragment of an IP datagram whose other parts are missing", w.sample)
	}
	return r
}

// frame takes in one frame.
func (r *reading) frame(f *frame) {
	r.sink.number = f.number
	v := r.decoder.frame(f)
	switch v.fate {
	case broken:
		r.sink.Bad(f.offset, f.number, v.reason, f.data)
	case passed:
		r.sink.Skip(v.reason)
	case foreign:
		r.foreign++
		r.link = f.link
		r.sink.Skip("frames of a link type that is not read")
	}
}

// end hands over what is open when the source has ended.
func (r *reading) end() {
	r.decoder.fragments.end()
	r.table.endAll()
	if r.foreign > 0 {
		r.sink.Warn(fmt.Sprintf("%d frames of link type %d are not read", r.foreign, r.link))
	}
	if n := r.table.evicted; n > 0 {
		r.sink.Warn(fmt.Sprintf("%d flows were handed over early, because more than %d were open", n, maxFlows))
	}
	if n := r.table.dropped; n > 0 {
		r.sink.Warn(fmt.Sprintf("the content of %d connections was not followed to its end, because more than %d were open", n, maxFollowed))
	}
}

// tunnels tells of each tunnel once.
type tunnels struct {
	sink *sink
	told map[tunnel]struct{}
}

type tunnel struct {
	a, b addr
	kind string
}

// maxTold is how many tunnels are remembered as told.
const maxTold = 4096

func (t *tunnels) add(p *packet, kind string) {
	var k key
	k.of(p)
	to := tunnel{k.a, k.b, kind}
	if _, ok := t.told[to]; ok {
		return
	}
	if t.told == nil || len(t.told) == maxTold {
		t.told = make(map[tunnel]struct{})
	}
	t.told[to] = struct{}{}
	var uid [uidLength]byte
	identify(&uid, &k, p.ts, p.offset)
	t.sink.Tunnel(&event.Tunnel{
		Head: event.Head{
			Offset: p.offset, TS: p.ts, Sensor: sensor, UID: uid[:],
			Orig: p.src.event(), Resp: p.dst.event(), OrigPort: p.sport, RespPort: p.dport,
		},
		Log: "tunnel", Proto: protoOf(p.proto), Type: []byte(kind), Action: []byte("Tunnel::DISCOVER"),
	})
}
