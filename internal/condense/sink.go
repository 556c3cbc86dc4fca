package condense

import (
	"bytes"
	"math"
	"strings"

	"barium/internal/event"
	"barium/internal/format"
)

const (
	hourMicros = 3600 * 1_000_000
	// keepSamples is how many unreadable records of a source are kept to show.
	keepSamples = 5
	// sampleBytes is how much of each is kept.
	sampleBytes = 256
	// smallPost is the size in bytes below which the body of a request other
	// than PUT, without a file name, is only counted, not kept as a transfer.
	smallPost = 64 << 10
)

// Sink condenses one source's records; it implements format.Sink. It is used
// by one goroutine.
type Sink struct {
	Tally
	c      *Condenser
	w      *writer
	ids    *cache
	source uint32
	r      record
	log    string // of the last record, its id, and how many records of it were counted
	logID  uint32
	logN   int64
	hour   uint32 // for which, with the log above and sensor, Coverage was put last
	sensor uint32
	cover  bool

	// The set rows put last, so that a million equal ones cost one comparison
	// each. One that another pushed out is put again; Rows drops repeats.
	lastSet [numTables][]setKey
	hinted  []uint64 // by address: hour plus one and sensor of its last LocalHint
	domains map[string]domain
	how     []byte
}

var _ format.Sink = (*Sink)(nil)

// Sink returns a sink for the source with the given number, which must be
// above zero. Close it when the source has been read.
func (c *Condenser) Sink(source uint32) *Sink {
	return &Sink{
		Tally: Tally{Skipped: map[string]int64{}, ByLog: map[string]int64{}},
		c:     c, w: &writer{p: &c.pool}, ids: newCache(c.Dictionary), source: source,
		domains: map[string]domain{},
	}
}

// Close hands over what the sink still holds. The error is about temporary
// files.
func (s *Sink) Close() error {
	s.countLog()
	return s.w.close()
}

// Err returns what has gone wrong so far with temporary files.
func (s *Sink) Err() error { return s.w.err }

// begin starts a record of a log; the caller fills key[1:] and event.V.
func (s *Sink) begin(log string, h *event.Head) *record {
	s.Records++
	if s.Records == 1 || h.TS < s.First {
		s.First = h.TS
	}
	if s.Records == 1 || h.TS > s.Last {
		s.Last = h.TS
	}
	if s.log != log {
		s.countLog()
		s.log, s.logID, s.cover = log, s.ids.name([]byte(log)), false
	}
	s.logN++
	hour, sensor := uint32(int64(h.TS)/hourMicros), s.ids.name(h.Sensor)
	if hour < s.c.oldest {
		s.Refused++
	}
	if !s.cover || hour != s.hour || sensor != s.sensor {
		s.set(Coverage, hour, sensor, h.Offset, s.logID)
		s.hour, s.sensor, s.cover = hour, sensor, true
	}
	r := s.blank(h)
	r.primary = true
	return r
}

// countLog adds the records of the last log to the tally.
func (s *Sink) countLog() {
	if s.logN > 0 {
		s.ByLog[s.log] += s.logN
		s.logN = 0
	}
}

func (s *Sink) blank(h *event.Head) *record {
	s.r = record{event: Event{TS: int64(h.TS), Source: s.source, Offset: h.Offset}}
	s.r.key[0] = uint32(int64(h.TS) / hourMicros)
	return &s.r
}

// put files r under table t, in the given sensor's name.
func (s *Sink) put(table int, r *record) {
	if r.key[0] < s.c.oldest {
		return
	}
	t := Tables[table]
	r.key[len(t.Key)-1] = s.sensor // begin has just set it
	s.w.put(t, r)
}

func (s *Sink) pair(r *record, h *event.Head, p event.Proto) {
	r.key[1], r.key[2] = s.ids.address(h.Orig), s.ids.address(h.Resp)
	r.key[3], r.key[4] = uint32(h.RespPort), uint32(p)
}

// setKey is hour, one or two ids and sensor of a set row. Only the zero value
// is not used.
type setKey struct {
	hour, a, b, c, sensor uint32
	used                  bool
}

// setBits says how many set rows of a table are remembered.
const setBits = 13

// set files a row of a table that only remembers that a key occurred in an hour:
// up to three ids.
func (s *Sink) set(table int, hour, sensor uint32, offset int64, ids ...uint32) {
	if hour < s.c.oldest {
		return
	}
	var id [3]uint32
	copy(id[:], ids)
	a, b, c := id[0], id[1], id[2]
	k := setKey{hour, a, b, c, sensor, true}
	if s.lastSet[table] == nil {
		s.lastSet[table] = make([]setKey, 1<<setBits)
	}
	x := uint64(a)<<32 | uint64(b)
	x = (x ^ uint64(hour)<<16 ^ uint64(sensor)<<40 ^ uint64(c)<<24) * 0x9e3779b97f4a7c15
	last := &s.lastSet[table][x>>(64-setBits)]
	if *last == k {
		return
	}
	*last = k
	t := Tables[table]
	r := record{event: Event{TS: int64(hour) * hourMicros, Source: s.source, Offset: offset}}
	r.key[0], r.key[1], r.key[2], r.key[3] = hour, a, b, c
	r.key[len(t.Key)-1] = sensor
	s.w.put(t, &r)
}

func known(v int64) int64 { return max(v, 0) }

// Conn files a connection under its conversation.
func (s *Sink) Conn(c *event.Conn) {
	r := s.begin("conn", &c.Head)
	s.pair(r, &c.Head, c.Proto)
	r.key[5] = flip(c)
	r.event.V = [maxValues]int64{
		ConvDuration: known(c.Duration), ConvBytesOrig: known(c.OrigBytes), ConvBytesResp: known(c.RespBytes),
		ConvPort: convPort(c), ConvMeta: convMeta(c.State, known(c.MissedBytes)),
	}
	r.set = s.ids.name(c.Service)
	s.put(Conversation, r)
	if c.LocalOrig == event.Yes {
		s.local(r.key[0], r.key[1], c.Offset)
	}
	if c.LocalResp == event.Yes {
		s.local(r.key[0], r.key[2], c.Offset)
	}
}

// local files that Zeek takes an address for one inside. Nearly every connection
// says so of an address of which the one before it in the same hour did.
func (s *Sink) local(hour, id uint32, offset int64) {
	if id >= maxCached {
		s.set(LocalHint, hour, s.sensor, offset, id)
		return
	}
	if n := int(id) - len(s.hinted); n >= 0 {
		s.hinted = append(s.hinted, make([]uint64, n+1)...)
	}
	if when := uint64(hour+1)<<32 | uint64(s.sensor); s.hinted[id] != when {
		s.hinted[id] = when
		s.set(LocalHint, hour, s.sensor, offset, id)
	}
}

// flip returns the originator's port when the sensor joined the connection
// after its start and that port is a service while the responder's is not:
// then the logged originator is the server. Otherwise 0.
func flip(c *event.Conn) uint32 {
	if c.State != event.OTH || len(c.History) == 0 || c.History[0] == '^' || c.History[0] == 'S' {
		return 0
	}
	if c.OrigPort != 0 && c.OrigPort < 1024 && c.RespPort >= 1024 {
		return uint32(c.OrigPort)
	}
	return 0
}

// DHCP files a lease.
func (s *Sink) DHCP(d *event.DHCP) {
	r := s.begin("dhcp", &d.Head)
	a := d.Assigned
	if a == (event.Addr{}) {
		a = d.Client
	}
	if a == (event.Addr{}) {
		a = d.Orig
	}
	n := s.ids.name
	r.key[1], r.key[2], r.key[3], r.key[4] = s.ids.address(a), n(d.MAC), n(d.HostName), n(d.Domain)
	r.event.V[0] = known(d.Lease)
	s.put(Lease, r)
}

// CaptureLoss files a sensor's own estimate of what it missed.
func (s *Sink) CaptureLoss(l *event.CaptureLoss) {
	r := s.begin("capture_loss", &l.Head)
	r.key[1] = s.ids.name(l.Peer)
	r.event.V = [maxValues]int64{known(l.Delta), known(l.Gaps), known(l.Acks), int64(math.Round(l.Percent * 1e6))}
	s.put(CaptureLoss, r)
}

// Skip counts a record of a type that the ledger does not keep.
func (s *Sink) Skip(logType string) {
	if _, ok := s.Skipped[logType]; !ok && len(s.Skipped) >= 100 {
		logType = "(other types)"
	}
	s.Skipped[strings.Clone(logType)]++
}

// Bad counts a record that could not be read and keeps the first few.
func (s *Sink) Bad(offset, line int64, reason string, sample []byte) {
	s.Tally.Bad++
	if len(s.Samples) < keepSamples {
		s.Samples = append(s.Samples, BadSample{offset, line, reason, bytes.Clone(sample[:min(len(sample), sampleBytes)])})
	}
}

// Warn keeps a remark about the whole source.
func (s *Sink) Warn(reason string) {
	if len(s.Warnings) < keepSamples {
		s.Warnings = append(s.Warnings, reason)
	}
}
