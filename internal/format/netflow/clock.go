package netflow

import (
	"encoding/binary"
	"math"

	"barium/internal/event"
)

// maxTime is the last moment of a record, 2262-04-11, as for every format.
const maxTime = math.MaxInt64 / 1000

// clock is what a message says of its time.
type clock struct {
	export int64 // µs since 1970
	uptime uint32
	// hasUptime tells that uptime is given (not in IPFIX).
	hasUptime bool
	boot      int64 // µs since 1970, from systemInitTimeMilliseconds; 0 when not given
}

// switched turns a moment in ms since the exporter started (FIRST_SWITCHED …)
// into µs since 1970. The counter wraps after 49.7 days: what is meant is the
// moment nearest to the message.
func (c *clock) switched(ms uint32) (int64, bool) {
	switch {
	case c.hasUptime:
		return c.export - int64(int32(c.uptime-ms))*1000, true
	case c.boot > 0:
		now := uint32((c.export - c.boot) / 1000)
		return c.export - (c.export-c.boot)%1000 - int64(int32(now-ms))*1000, true
	}
	return 0, false
}

// ntp turns an NTP timestamp of 64 bits (RFC 7011 section 6.1.9) into µs since 1970.
func ntp(b []byte) int64 {
	const from1900 = 2208988800
	seconds := int64(binary.BigEndian.Uint32(b)) - from1900
	fraction := uint64(binary.BigEndian.Uint32(b[4:])) * 1_000_000 >> 32
	return seconds*1_000_000 + int64(fraction)
}

// plausible returns t, or false when no record can have begun then.
func plausible(t int64) (event.Time, bool) {
	return event.Time(t), t > 0 && t <= maxTime
}
