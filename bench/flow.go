package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net/netip"

	"barium/internal/event"
	"barium/internal/format/netflow"
)

// perDatagram is how many flows a datagram holds: as many as fit for NetFlow v5.
const perDatagram = 30

// exported makes datagrams of n flows: NetFlow v5, v9 and IPFIX from an exporter
// each, in turn. Every two flows are the directions of a connection. take is given
// each frame, which is valid during the call.
func exported(ctx context.Context, seed uint64, n int, take func(*netflow.Frame) error) (o outcome, err error) {
	x := exporter{random: newRandom(seed)}
	var b []byte
	for i := 0; i < n; i += perDatagram {
		if i%4096 == 0 && ctx.Err() != nil {
			return o, ctx.Err()
		}
		pairs := min(perDatagram, n-i+1) / 2
		turn := i / perDatagram
		b = x.datagram(b[:0], turn, pairs)
		f := netflow.Frame{
			Time: event.Time(firstExport+turn) * 1_000_000, Port: 2055, Datagram: b,
			Sender: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(1 + turn%3)}), 40000),
		}
		if err := take(&f); err != nil {
			return o, err
		}
		o.Records += int64(2 * pairs)
		o.Groups += int64(pairs)
	}
	o.Events = o.Records
	return o, nil
}

// writeFlows writes the datagrams as barium listen does.
func writeFlows(ctx context.Context, to io.Writer, seed uint64, n int) (outcome, error) {
	w := bufio.NewWriterSize(to, 1<<20)
	b := netflow.AppendHead(nil)
	o, err := exported(ctx, seed, n, func(f *netflow.Frame) error {
		b = f.AppendTo(b)
		_, err := w.Write(b)
		b = b[:0]
		return err
	})
	if err != nil {
		return o, err
	}
	return o, w.Flush()
}

// exporter makes datagrams.
type exporter struct {
	random random
	pairs  int // so far
}

const (
	firstExport = 1_772_438_400 // seconds since 1970, when what is made begins
	firstUptime = 1_000_000     // how many milliseconds the exporters have run by then
)

// The fields of a flow, by numbers (RFC 3954 section 8, RFC 7012) and lengths:
// addresses, ports, protocol, flags, bytes and packets; then the times, in v9
// since the exporter was started and in IPFIX since 1970.
var (
	fields   = [][2]uint16{{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 1}, {1, 4}, {2, 4}}
	uptimes  = [][2]uint16{{22, 4}, {21, 4}}
	absolute = [][2]uint16{{152, 8}, {153, 8}}
)

// datagram appends one datagram of so many connections. Templates stand in each:
// exporters that send them more rarely make datagrams that are quicker to read.
func (x *exporter) datagram(b []byte, turn, pairs int) []byte {
	be := binary.BigEndian
	seconds, up := uint32(firstExport+turn), uint32(firstUptime+turn*1000)
	head := len(b)
	count := uint16(2 * pairs)
	switch turn % 3 {
	case 0: // NetFlow v5
		b = be.AppendUint32(be.AppendUint32(be.AppendUint16(be.AppendUint16(b, 5), count), up), seconds)
		b = append(b, make([]byte, 12)...)
		return x.flows(b, pairs, func(b []byte, f *sentFlow) []byte {
			b = append(append(append(b, f.ends[0][:]...), f.ends[1][:]...), 0, 0, 0, 0, 0, 1, 0, 2)
			b = be.AppendUint32(be.AppendUint32(b, f.packets), f.bytes)
			b = be.AppendUint32(be.AppendUint32(b, up-f.began), up-f.ended)
			b = be.AppendUint16(be.AppendUint16(b, f.ports[0]), f.ports[1])
			return append(b, 0, f.flags, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		})
	case 1: // NetFlow v9
		b = be.AppendUint32(be.AppendUint32(be.AppendUint16(be.AppendUint16(b, 9), count+1), up), seconds)
		b = be.AppendUint32(be.AppendUint32(b, uint32(turn/3)), 0)
		b = appendSet(b, 0, func(b []byte) []byte { return appendTemplate(b, uptimes) })
		return appendSet(b, 256, func(b []byte) []byte {
			return x.flows(b, pairs, func(b []byte, f *sentFlow) []byte {
				return be.AppendUint32(be.AppendUint32(f.append(b), up-f.began), up-f.ended)
			})
		})
	}
	// IPFIX
	b = be.AppendUint32(be.AppendUint16(be.AppendUint16(b, 10), 0), seconds)
	b = be.AppendUint32(be.AppendUint32(b, uint32(turn/3)), 0)
	b = appendSet(b, 2, func(b []byte) []byte { return appendTemplate(b, absolute) })
	b = appendSet(b, 256, func(b []byte) []byte {
		return x.flows(b, pairs, func(b []byte, f *sentFlow) []byte {
			now := uint64(seconds) * 1000
			return be.AppendUint64(be.AppendUint64(f.append(b), now-uint64(f.began)), now-uint64(f.ended))
		})
	})
	be.PutUint16(b[head+2:], uint16(len(b)-head))
	return b
}

// appendSet appends a set of v9 or IPFIX.
func appendSet(b []byte, id uint16, body func([]byte) []byte) []byte {
	head := len(b)
	b = body(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, id), 0))
	binary.BigEndian.PutUint16(b[head+2:], uint16(len(b)-head))
	return b
}

func appendTemplate(b []byte, times [][2]uint16) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(be.AppendUint16(b, 256), uint16(len(fields)+len(times)))
	for _, f := range append(fields[:len(fields):len(fields)], times...) {
		b = be.AppendUint16(be.AppendUint16(b, f[0]), f[1])
	}
	return b
}

// sentFlow is one flow. Times are milliseconds before the datagram.
type sentFlow struct {
	ends           [2][4]byte
	ports          [2]uint16
	bytes, packets uint32
	began, ended   uint32
	flags          byte
}

// append lays a flow out as fields says.
func (f *sentFlow) append(b []byte) []byte {
	be := binary.BigEndian
	b = append(append(b, f.ends[0][:]...), f.ends[1][:]...)
	b = append(be.AppendUint16(be.AppendUint16(b, f.ports[0]), f.ports[1]), 6, f.flags)
	return be.AppendUint32(be.AppendUint32(b, f.bytes), f.packets)
}

// flows appends the directions of so many new connections: first all of the
// clients', then all of the servers'.
func (x *exporter) flows(b []byte, pairs int, lay func([]byte, *sentFlow) []byte) []byte {
	there := make([]sentFlow, 0, perDatagram)
	for range pairs {
		// 1999 and 64000 have no common divisor: ends do not come twice.
		c, s := x.pairs%1999, x.random.IntN(5000)
		n := x.random.size(2500, 1.4, 100, 1<<30)
		f := sentFlow{
			ends:  [2][4]byte{{10, 20, byte(c >> 8), byte(c)}, {198, 18, byte(s >> 8), byte(s)}},
			ports: [2]uint16{uint16(1024 + x.pairs%64000), 443}, bytes: uint32(n), packets: uint32(5 + n/700),
			began: uint32(2000 + x.random.IntN(58_000)), ended: uint32(1 + x.random.IntN(1999)), flags: 0x1b,
		}
		x.pairs++
		there = append(there, f)
		b = lay(b, &f)
	}
	for _, f := range there {
		n := x.random.size(9000, 1.7, 100, 1<<30)
		f.ends[0], f.ends[1], f.ports[0], f.ports[1] = f.ends[1], f.ends[0], f.ports[1], f.ports[0]
		f.bytes, f.packets, f.ended = uint32(n), uint32(5+n/1200), f.ended-1
		b = lay(b, &f)
	}
	return b
}
