package detect

import (
	"fmt"
	"strings"
	"time"

	"barium/internal/condense"
	"barium/internal/event"
)

// Call is one connection of a conversation from the host's side.
type Call struct {
	TS       int64 // start, microseconds since 1970 UTC
	Duration int64 // microseconds
	Out, In  int64 // payload bytes
	Attempt  bool  // never answered: Out and In are no loss
	State    event.ConnState
	Missed   int64 // bytes that the sensor missed
	Port     uint16
	// OutPkts and InPkts are packets of ICMP, 0 when not known.
	OutPkts, InPkts int64
	// Turns and Held are answers, and those kept back, of TCP; 0 when not known.
	Turns, Held int64
	Place       Place // zero unless it is an exemplar
}

// List is a conversation's list as a query hands it over.
type List = condense.Stored

// Scan returns where a query puts a conversation's list: first, last, duration,
// bytes_orig, bytes_resp, seq and lists of the views "oriented" and "opened".
func Scan(l *List) []any { return l.Scan(condense.Tables[condense.Conversation]) }

// Calls decodes the list of a conversation, as the views "oriented" and "opened"
// give it, into calls in order of time; other sensors' copies are left out.
// swapped says that the host is the logged responder.
func Calls(s *List, swapped bool) ([]Call, error) {
	es, err := condense.Events(condense.Tables[condense.Conversation], s)
	if err != nil {
		return nil, err
	}
	out := make([]Call, 0, len(es))
	for i := range es {
		e := &es[i]
		if e.Dup {
			continue
		}
		c := Call{
			TS: e.TS, Duration: e.V[condense.ConvDuration], Out: e.V[condense.ConvBytesOrig], In: e.V[condense.ConvBytesResp],
			State: condense.ConvState(e.V[condense.ConvMeta]), Missed: condense.ConvMissed(e.V[condense.ConvMeta]),
			Port: uint16(e.V[condense.ConvPort]), Place: Place{e.Source, e.Offset},
		}
		c.OutPkts, c.InPkts = condense.ConvPackets(e.V[condense.ConvPort])
		c.Turns, c.Held = c.OutPkts, c.InPkts // which of the two it is says the transport
		c.Attempt = condense.Attempt(c.State)
		if swapped {
			c.Out, c.In = c.In, c.Out
			c.OutPkts, c.InPkts = c.InPkts, c.OutPkts
		}
		out = append(out, c)
	}
	return out, nil
}

// Places picks up to n places from calls, spread over their time.
func Places(calls []Call, n int) []Place {
	var known []Place
	for _, c := range calls {
		if c.Place.Source != 0 {
			known = append(known, c.Place)
		}
	}
	return Spread(known, n)
}

// Spread picks up to n of ps: the first, the last and some between.
func Spread(ps []Place, n int) []Place {
	if len(ps) <= n {
		return ps
	}
	out := make([]Place, 0, n)
	for i := range n {
		out = append(out, ps[i*(len(ps)-1)/(n-1)])
	}
	return out
}

// Hourly adds up the bytes out of answered calls by hour.
func Hourly(calls []Call) (out []HourBytes) {
	for _, c := range calls {
		h := uint32(c.TS / 3_600_000_000)
		if n := len(out); n == 0 || out[n-1].Hour != h {
			out = append(out, HourBytes{Hour: h})
		}
		if !c.Attempt {
			out[len(out)-1].BytesOut += c.Out
		}
	}
	return out
}

// Span words a duration in microseconds for people: "5 min", "3.2 h", "12 days".
func Span(us int64) string {
	d := time.Duration(us) * time.Microsecond
	switch {
	case d < 2*time.Minute:
		return trim(d.Seconds()) + " s"
	case d < 2*time.Hour:
		return trim(d.Minutes()) + " min"
	case d < 72*time.Hour:
		return trim(d.Hours()) + " h"
	}
	return trim(d.Hours()/24) + " days"
}

func trim(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

// Bytes words a number of bytes in SI units.
func Bytes(n int64) string {
	f, unit := float64(n), "B"
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if f < 1000 {
			break
		}
		f, unit = f/1000, u
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.3g %s", f, unit)
}

// Date words a moment in microseconds as a day.
func Date(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02") }

// Moment words a moment in microseconds to the minute, in UTC.
func Moment(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02 15:04") }

// FarEnd words a far end: its name with the address, or the address alone.
func FarEnd(ip, name string, port int) string {
	s := ip
	if strings.Contains(ip, ":") {
		s = "[" + ip + "]"
	}
	if port > 0 {
		s = fmt.Sprintf("%s:%d", s, port)
	}
	if name != "" && name != ip {
		return name + " (" + s + ")"
	}
	return s
}
