package netflow

import (
	"bytes"
	"math"
	"net/netip"
	"strconv"

	"barium/internal/event"
)

// nfdumpLines turns the lines of nfdump into flows.
type nfdumpLines struct {
	f         flow
	exporters map[string]*exporter
	made      uint32 // exporters so far
	columns   [15][]byte
}

// Columns of nfdumpFields.
const (
	colStart = iota
	colDuration
	colProto
	colSrc
	colSrcPort
	colDst
	colDstPort
	colFlags
	colPkts
	colBytes
	colBackPkts
	colBackBytes
	colICMPType
	colICMPCode
	colExporter
)

// flow reads one line; reason says why it is no flow. The flow is valid until the
// next call.
func (p *nfdumpLines) flow(line []byte) (f *flow, reason string) {
	if !p.split(line) {
		return nil, "a line of nfdump with more or fewer columns than asked for"
	}
	p.f.reset()
	f = &p.f
	c := &p.columns
	var ok [9]bool
	f.start, ok[0] = seconds(c[colStart])
	length, lengthOK := interval(c[colDuration])
	proto, protoOK := count(c[colProto])
	f.key.src, f.hasSrc = address(c[colSrc])
	f.key.dst, f.hasDst = address(c[colDst])
	f.pkts, ok[1] = count(c[colPkts])
	f.bytes, ok[2] = count(c[colBytes])
	f.back.pkts, ok[3] = count(c[colBackPkts])
	f.back.bytes, ok[4] = count(c[colBackBytes])
	if _, inTime := plausible(f.start); !ok[0] || !lengthOK || !inTime {
		return nil, "a flow of nfdump without a time between 1970 and 2262"
	}
	if !protoOK || proto > math.MaxUint8 || !f.hasSrc || !f.hasDst {
		return nil, "a flow of nfdump without protocol or addresses"
	}
	if !ok[1] || !ok[2] || !ok[3] || !ok[4] {
		return nil, "a flow of nfdump with a count that is no number"
	}
	f.end = f.start + length
	f.key.proto = uint8(proto)
	ports := [2]int{colSrcPort, colDstPort}
	if f.key.proto == protoICMP || f.key.proto == protoICMPv6 {
		ports = [2]int{colICMPType, colICMPCode}
	}
	sport, sok := count(c[ports[0]])
	dport, dok := count(c[ports[1]])
	if !sok || !dok || sport > math.MaxUint16 || dport > math.MaxUint16 {
		return nil, "a flow of nfdump with a port that is none"
	}
	f.key.sport, f.key.dport = uint16(sport), uint16(dport)
	if f.key.proto == protoTCP {
		f.flags, f.hasFlags = flags(c[colFlags])
	}
	f.both = f.back.pkts > 0 || f.back.bytes > 0
	f.exporter = p.exporter(c[colExporter])
	return f, ""
}

// split cuts a line into its columns.
func (p *nfdumpLines) split(line []byte) bool {
	for i := range p.columns {
		j := bytes.IndexByte(line, '|')
		if last := i == len(p.columns)-1; last != (j < 0) {
			return false
		} else if last {
			j = len(line)
		}
		p.columns[i] = bytes.TrimSpace(line[:j])
		line = line[min(j+1, len(line)):]
	}
	return true
}

// exporter returns the exporter that a line names; 0.0.0.0 names none.
func (p *nfdumpLines) exporter(name []byte) *exporter {
	if x := p.exporters[string(name)]; x != nil {
		return x
	}
	if len(p.exporters) >= maxExporters {
		clear(p.exporters)
	}
	p.made++
	x := &exporter{id: p.made}
	if a, ok := address(name); ok && !a.Netip().IsUnspecified() {
		x.name = []byte(a.String())
	}
	p.exporters[string(name)] = x
	return x
}

// seconds reads seconds since 1970, with decimals, as microseconds.
func seconds(b []byte) (int64, bool) {
	whole, decimals, _ := bytes.Cut(b, []byte{'.'})
	n, ok := count(whole)
	if !ok || n > maxTime/1_000_000 || len(decimals) > 6 {
		return 0, false
	}
	micros := int64(0)
	if len(decimals) > 0 {
		if micros, ok = count(decimals); !ok {
			return 0, false
		}
	}
	for range 6 - len(decimals) {
		micros *= 10
	}
	return n*1_000_000 + micros, true
}

// interval reads a duration: seconds with decimals, or hours, minutes and seconds.
func interval(b []byte) (int64, bool) {
	total := int64(0)
	for {
		part, rest, more := bytes.Cut(b, []byte{':'})
		if !more {
			n, ok := seconds(part)
			return total + n, ok
		}
		n, ok := count(part)
		if !ok || n > maxTime/1_000_000/3600 || total > maxTime/3600 {
			return 0, false
		}
		total = total*60 + n*60_000_000
		b = rest
	}
}

func count(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 19 || b[0] < '0' || b[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil
}

func address(b []byte) (event.Addr, bool) {
	a, err := netip.ParseAddr(string(b))
	if err != nil || a.Zone() != "" {
		return event.Addr{}, false
	}
	return event.AddrFrom(a), true
}

// flags reads TCP's flags in nfdump's form: "...A.RSF", from the lowest at the
// right; a number in older versions when the upper two are set.
func flags(b []byte) (f uint8, ok bool) {
	const letters = "CEUAPRSF"
	if bytes.HasPrefix(b, []byte("0x")) {
		n, err := strconv.ParseUint(string(b[2:]), 16, 8)
		return uint8(n), err == nil
	}
	if len(b) == 0 || len(b) > len(letters) {
		return 0, false
	}
	for i := range b {
		at := len(letters) - len(b) + i
		switch b[i] {
		case '.':
		case letters[at]:
			f |= 1 << (len(letters) - 1 - at)
		default:
			return 0, false
		}
	}
	return f, true
}
