package netflow

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"barium/internal/event"
)

// sample reads an sFlow v5 datagram (sflow.org, "sFlow Version 5"): a header, then
// samples of which each gives its length. Counters of interfaces are skipped.
func (d *decoder) sample(b []byte) {
	if len(b) < 8 || binary.BigEndian.Uint32(b) != 5 {
		d.bad("neither NetFlow v5 or v9, IPFIX nor sFlow v5", b)
		return
	}
	size := map[uint32]int{1: 4, 2: 16}[binary.BigEndian.Uint32(b[4:])]
	head := 8 + size + 16
	if size == 0 || len(b) < head {
		d.bad("an sFlow header that ends too early or gives no address", b)
		return
	}
	agent, _ := netip.AddrFromSlice(b[8 : 8+size])
	x := d.agent(agent.Unmap(), binary.BigEndian.Uint32(b[8+size:]))
	if d.frame.Flags&Carried != 0 {
		return
	}
	rest := b[head:]
	for n := binary.BigEndian.Uint32(b[head-4:]); n > 0; n-- {
		if len(rest) < 8 {
			d.bad("sFlow: fewer samples than the header says", b)
			return
		}
		kind, length := binary.BigEndian.Uint32(rest), int64(binary.BigEndian.Uint32(rest[4:]))
		if length > int64(len(rest)-8) {
			d.bad("an sFlow sample that is cut short", rest)
			return
		}
		body := rest[8 : 8+length]
		rest = rest[8+length:]
		switch kind {
		case sflow.SAMPLE_FORMAT_FLOW, sflow.SAMPLE_FORMAT_EXPANDED_FLOW:
			d.flowSample(x, kind, body)
		case sflow.SAMPLE_FORMAT_COUNTER, sflow.SAMPLE_FORMAT_EXPANDED_COUNTER:
			d.skip("sflow counters")
		default:
			d.skip("sflow sample of another kind")
		}
	}
}

// agent returns what is known of an agent, whose datagrams may come by way of
// another machine: the agent's own address names it.
func (d *decoder) agent(addr netip.Addr, sub uint32) *exporter {
	from := d.frame.Sender
	d.frame.Sender = netip.AddrPortFrom(addr, from.Port())
	x := d.exporter(sFlow, sub)
	d.frame.Sender = from
	return x
}

// flowSample reads one sample: a packet, in one of three forms.
func (d *decoder) flowSample(x *exporter, kind uint32, body []byte) {
	// The library takes memory for as many records as a sample says it has.
	count := 28
	if kind == sflow.SAMPLE_FORMAT_EXPANDED_FLOW {
		count = 40
	}
	if len(body) < count+4 || int64(binary.BigEndian.Uint32(body[count:])) > int64(len(body)-count-4)/8 {
		d.bad("an sFlow sample with fewer records than it says", body)
		return
	}
	h := sflow.SampleHeader{Format: kind, Length: uint32(len(body))}
	s, err := sflow.DecodeSample(&h, bytes.NewBuffer(body))
	if err != nil {
		d.bad("an sFlow sample that cannot be read", body)
		return
	}
	var records []sflow.FlowRecord
	switch s := s.(type) {
	case sflow.FlowSample:
		records = s.Records
		d.sampling(x, int64(s.SamplingRate))
	case sflow.ExpandedFlowSample:
		records = s.Records
		d.sampling(x, int64(s.SamplingRate))
	}
	f := flow{exporter: x, offset: d.offset, line: d.line}
	f.reset()
	at := int64(d.frame.Time) // a sample says no time of day
	f.start, f.pkts, f.single = at, 1, true
	for i := range records {
		if packet(&f, records[i].Data) {
			d.give(&f, &clock{export: at})
			return
		}
	}
	d.skip("sflow packet without IP addresses")
}

// packet fills f from a record of a sample, and reports whether there was a packet.
func packet(f *flow, data any) bool {
	switch r := data.(type) {
	case sflow.SampledHeader:
		b := r.HeaderData
		if int64(len(b)) > int64(r.OriginalLength) { // padded to four bytes
			b = b[:r.OriginalLength]
		}
		switch r.Protocol { // header_protocol
		case 1:
			return ethernet(f, b)
		case 11:
			return ip(f, b)
		case 12:
			return ip(f, b)
		}
	case sflow.SampledIPv4:
		f.key = key{addrOf(r.SrcIP), addrOf(r.DstIP), uint16(r.SrcPort), uint16(r.DstPort), uint8(r.Protocol)}
		return base(f, &r.SampledIPBase)
	case sflow.SampledIPv6:
		f.key = key{addrOf(r.SrcIP), addrOf(r.DstIP), uint16(r.SrcPort), uint16(r.DstPort), uint8(r.Protocol)}
		return base(f, &r.SampledIPBase)
	}
	return false
}

func base(f *flow, r *sflow.SampledIPBase) bool {
	f.hasSrc, f.hasDst = true, true
	f.bytes = int64(r.Length)
	f.flags, f.hasFlags = uint8(r.TcpFlags), r.Protocol == protoTCP
	return true
}

func addrOf(b []byte) event.Addr {
	a, _ := netip.AddrFromSlice(b)
	return event.AddrFrom(a)
}
