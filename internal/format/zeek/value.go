package zeek

import (
	"bytes"
	"math"

	"barium/internal/event"
)

// form says how the bytes of a value are to be understood.
type form uint8

const (
	tsvText    form = iota // a TSV field, escaped
	jsonString             // the inside of a JSON string, no escapes
	jsonEscape             // the inside of a JSON string with escapes
	jsonBare               // a number, true or false
	jsonList               // the inside of a JSON array
)

// value is one field of a record as it stands in the log; never unset.
type value struct {
	kind form
	raw  []byte
}

// fail notes why a value makes its record bad; the first reason stands.
func (p *parser) fail(v value, why string) {
	if p.why == "" {
		p.why, p.wrong = why, v.raw
	}
}

// text returns the decoded bytes of v, nil when there are none.
func (p *parser) text(v value) []byte {
	b := v.raw
	switch v.kind {
	case tsvText:
		if bytes.IndexByte(b, '\\') >= 0 {
			n := len(p.arena)
			p.arena = unescapeTSV(p.arena, b)
			b = p.arena[n:len(p.arena):len(p.arena)]
		}
	case jsonEscape:
		n := len(p.arena)
		p.arena = unescapeJSON(p.arena, b)
		b = undoZeekJSON(p.arena[n:len(p.arena):len(p.arena)])
	case jsonList: // Zeek joins such fields with commas in TSV
		p.scratch = p.list(p.scratch[:0], v)
		n := len(p.arena)
		for i, e := range p.scratch {
			if i > 0 {
				p.arena = append(p.arena, ',')
			}
			p.arena = append(p.arena, e...)
		}
		b = p.arena[n:len(p.arena):len(p.arena)]
	}
	if len(b) == 0 {
		return nil
	}
	return b
}

// bare returns the bytes of a value that should be a number, a time or an
// address; those hold no escapes, but a JSON writer may have quoted them.
func (p *parser) bare(v value) []byte {
	if v.kind == jsonEscape {
		return p.text(v)
	}
	return v.raw
}

// list appends the elements of a set or vector to dst. Unset and empty elements
// become nil; one empty element alone is an empty list, as TSV cannot tell them
// apart.
func (p *parser) list(dst [][]byte, v value) [][]byte {
	start := len(dst)
	switch v.kind {
	case tsvText:
		for rest, more := v.raw, true; more; {
			var e []byte
			e, rest, more = bytes.Cut(rest, p.setSep)
			if bytes.Equal(e, p.unset) || bytes.Equal(e, p.empty) {
				e = nil
			}
			dst = append(dst, p.text(value{tsvText, e}))
		}
	case jsonList:
		for rest := v.raw; ; {
			var e value
			var ok bool
			if e, rest, ok = nextElement(rest); !ok {
				break
			}
			dst = append(dst, p.text(e))
		}
	default:
		dst = append(dst, p.text(v))
	}
	if len(dst) == start+1 && len(dst[start]) == 0 {
		return dst[:start]
	}
	return dst
}

// first returns the first element of a list, nil when it is empty.
func (p *parser) first(v value) []byte {
	p.scratch = p.list(p.scratch[:0], v)
	if len(p.scratch) == 0 {
		return nil
	}
	return p.scratch[0]
}

// count returns a whole number from 0 to limit.
func (p *parser) count(v value, limit int64) int64 {
	n, res := parseCount(p.bare(v))
	switch {
	case res == numNegative:
		p.fail(v, "is negative")
	case res == numRange || res == numOK && n > limit:
		p.fail(v, "is too large")
	case res != numOK:
		p.fail(v, "is not a whole number")
	default:
		return n
	}
	return event.Unset
}

// size returns a number of bytes, packets or the like.
func (p *parser) size(v value) int64 { return p.count(v, math.MaxInt64) }

// maxCode is the largest code, on every machine.
const maxCode = math.MaxInt32

// code returns a small number such as an HTTP status.
func (p *parser) code(v value) int { return int(p.count(v, maxCode)) }

// port returns a port number.
func (p *parser) port(v value) uint16 {
	n, res := parseCount(p.bare(v))
	if res != numOK || n > math.MaxUint16 {
		p.fail(v, "is not a port")
		return 0
	}
	return uint16(n)
}

// maxInterval keeps the sum of a time and an interval within 64 bits.
const maxInterval = math.MaxInt64 / 1000

// interval returns seconds as microseconds.
func (p *parser) interval(v value) int64 {
	n, res := parseMicros(p.bare(v))
	switch {
	case res == numNegative:
		p.fail(v, "is negative")
	case res == numRange || res == numOK && n > maxInterval:
		p.fail(v, "is too long")
	case res != numOK:
		p.fail(v, "is not a number of seconds")
	default:
		return n
	}
	return event.Unset
}

// maxTime is the last moment of a record, 2262-04-11, where nanoseconds in 64
// bits end.
const maxTime = math.MaxInt64 / 1000

// moment returns the time of a record.
func (p *parser) moment(v value) event.Time {
	n, res := parseTime(p.bare(v))
	switch {
	case res == numSyntax:
		p.fail(v, "is not a time")
	case res != numOK || n < 0 || n > maxTime:
		p.fail(v, "is not a time from 1970 to 2262")
	}
	return event.Time(n)
}

// anyTime returns a time in a certificate, which may be centuries away.
func (p *parser) anyTime(v value) event.Time {
	n, res := parseTime(p.bare(v))
	if res != numOK && res != numNegative {
		p.fail(v, "is not a time")
	}
	return event.Time(n)
}

// addr returns an IP address.
func (p *parser) addr(v value) event.Addr {
	a, ok := parseAddr(p.bare(v))
	if !ok {
		p.fail(v, "is not an IP address")
	}
	return a
}

// firstAddr returns the first address of a set.
func (p *parser) firstAddr(v value) event.Addr {
	b := p.first(v)
	if len(b) == 0 {
		return event.Addr{}
	}
	a, ok := parseAddr(b)
	if !ok {
		p.fail(v, "is not an IP address")
	}
	return a
}

// tri returns a boolean.
func (p *parser) tri(v value) event.Tri {
	switch string(p.bare(v)) {
	case "T", "true", "True", "1":
		return event.Yes
	case "F", "false", "False", "0":
		return event.No
	}
	p.fail(v, "is not true or false")
	return event.Maybe
}

// percent returns a number from 0 to 100, to six decimals as in TSV.
func (p *parser) percent(v value) float64 {
	n, res := parseMicros(p.bare(v))
	if res != numOK || n > 100e6 {
		p.fail(v, "is not a percentage")
		return 0
	}
	return float64(n) / 1e6
}
