package netflow

import (
	"bytes"
	"encoding/binary"

	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"

	"barium/internal/event"
)

const (
	legacyHead   = 24
	legacyRecord = 48
)

// legacy reads a datagram of NetFlow v5.
func (d *decoder) legacy(b []byte) {
	if len(b) < legacyHead {
		d.bad("a NetFlow v5 header that ends too early", b)
		return
	}
	said := int(binary.BigEndian.Uint16(b[2:]))
	if held := (len(b) - legacyHead) / legacyRecord; said > held {
		d.bad("NetFlow v5: fewer records than the header says", b)
		b = bytes.Clone(b) // so that the library does not make up the missing ones
		binary.BigEndian.PutUint16(b[2:], uint16(held))
	}
	var p netflowlegacy.PacketNetFlowV5
	if err := netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(b), &p); err != nil {
		d.bad("NetFlow v5 that cannot be read", b)
		return
	}
	x := d.exporter(v5, uint32(p.EngineType)<<8|uint32(p.EngineId))
	if d.frame.Flags&Carried != 0 {
		return
	}
	d.sampling(x, int64(p.SamplingInterval&0x3fff)) // the upper two bits are the mode
	c := clock{export: int64(p.UnixSecs)*1_000_000 + int64(p.UnixNSecs)/1000, uptime: p.SysUptime, hasUptime: true}
	f := flow{exporter: x, offset: d.offset, line: d.line}
	for i := range p.Records {
		r := &p.Records[i]
		f.reset()
		f.key = key{src: legacyAddr(r.SrcAddr), dst: legacyAddr(r.DstAddr), sport: r.SrcPort, dport: r.DstPort, proto: r.Proto}
		f.hasSrc, f.hasDst = true, true
		f.bytes, f.pkts = int64(r.DOctets), int64(r.DPkts)
		f.flags, f.hasFlags = r.TCPFlags, r.Proto == protoTCP
		f.start, _ = c.switched(r.First)
		f.end, _ = c.switched(r.Last)
		if r.Proto == protoICMP {
			f.key.sport, f.key.dport = r.DstPort>>8, r.DstPort&0xff
		}
		d.give(&f, &c)
	}
}

func legacyAddr(a netflowlegacy.IPAddress) event.Addr {
	return event.Addr{10: 0xff, 11: 0xff, 12: byte(a >> 24), 13: byte(a >> 16), 14: byte(a >> 8), 15: byte(a)}
}
