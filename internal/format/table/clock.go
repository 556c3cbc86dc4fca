package table

import (
	"fmt"
	"math"
	"strings"
	"time"
	_ "time/tzdata" // a zone that a mapping names is known on machines that lack the data

	"barium/internal/event"
)

// clock reads moments of one format.
type clock struct {
	mul, div int64  // of an epoch: microseconds are value*mul/div; 0 for other formats
	layout   string // strptime
	zone     *time.Location
}

const (
	// lastMoment is the end of time.Time in nanoseconds, in the year 2262.
	lastMoment = math.MaxInt64 / 1000
	// layoutISO is RFC 3339 and what ISO 8601 leaves open: a blank for the T, a
	// comma for the point, no zone.
	layoutISO = "rfc3339"
)

// newClock returns the clock for a mapping's word or layout.
func newClock(layout string, zone *time.Location) (*clock, error) {
	switch layout {
	case "s":
		return &clock{mul: 1_000_000, div: 1}, nil
	case "ms":
		return &clock{mul: 1000, div: 1}, nil
	case "us":
		return &clock{mul: 1, div: 1}, nil
	case "ns":
		return &clock{mul: 1, div: 1000}, nil
	case layoutISO:
		return &clock{layout: layout, zone: zone}, nil
	}
	if !strings.Contains(layout, "%") {
		return nil, fmt.Errorf("%q is no time format: write s, ms, us, ns, rfc3339 or a layout such as \"%%Y-%%m-%%d %%H:%%M:%%S\"", layout)
	}
	day, date := false, false
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' {
			continue
		}
		if i++; i == len(layout) || !strings.ContainsRune("YymdebBHIMSfpzZTFj%aA", rune(layout[i])) {
			return nil, fmt.Errorf("the time layout %q has a %% that is not known: use %%Y %%y %%m %%b %%B %%d %%e %%j %%F %%T %%H %%I %%p %%M %%S %%f %%z %%Z %%a %%A %%%%", layout)
		}
		day = day || strings.IndexByte("deFj", layout[i]) >= 0
		date = date || strings.IndexByte("YyF", layout[i]) >= 0
	}
	if !day || !date {
		return nil, fmt.Errorf("the time layout %q has no year or no day: a date is needed", layout)
	}
	return &clock{layout: layout, zone: zone}, nil
}

// civil is a moment in parts.
type civil struct {
	year, month, day, yearDay, hour, minute, second, micro int
	half                                                   int // 1 am, 2 pm
	offset                                                 int // seconds east of UTC
	zoned                                                  bool
}

// offsets remembers a zone's offset for an hour.
type offsets struct {
	zone   *time.Location
	hour   int64
	offset int64
}

// moment reads b; ok is false when it is no moment between 1970 and 2262.
func (c *clock) moment(b []byte, o *offsets) (event.Time, bool) {
	if c.mul != 0 {
		n, why := scaled(b, c.mul, c.div)
		return event.Time(n), why == "" && n <= lastMoment
	}
	var t civil
	var rest []byte
	var ok bool
	if c.layout == layoutISO {
		rest, ok = t.iso(b)
	} else {
		rest, ok = t.strptime(c.layout, b)
	}
	if !ok || len(rest) > 0 {
		return 0, false
	}
	sec, ok := t.seconds()
	if !ok {
		return 0, false
	}
	if t.zoned {
		sec -= int64(t.offset)
	} else if c.zone != nil && c.zone != time.UTC {
		sec -= o.at(c.zone, &t, sec)
	}
	const last = lastMoment / 1_000_000
	if sec < 0 || sec >= last {
		return 0, false
	}
	return event.Time(sec*1_000_000 + int64(t.micro)), true
}

// moment reads b by the first of several formats that fits.
func moment(clocks []*clock, b []byte, o *offsets) (event.Time, bool) {
	for _, c := range clocks {
		if t, ok := c.moment(b, o); ok {
			return t, true
		}
	}
	return 0, false
}

// at returns how far the zone is east of UTC at a local time. Of an hour that
// comes twice the first is meant.
func (o *offsets) at(zone *time.Location, t *civil, local int64) int64 {
	const quarter = 900 // zones change at quarters of an hour
	if o.zone != zone || o.hour != local/quarter {
		d := time.Date(t.year, time.Month(t.month), t.day, t.hour, t.minute, t.second, 0, zone)
		_, offset := d.Zone()
		o.zone, o.hour, o.offset = zone, local/quarter, int64(offset)
	}
	return o.offset
}

// seconds returns the seconds since 1970 as if the parts were UTC.
func (t *civil) seconds() (int64, bool) {
	if t.half != 0 {
		if t.hour < 1 || t.hour > 12 {
			return 0, false
		}
		t.hour = t.hour%12 + 12*(t.half-1)
	}
	if t.yearDay > 0 {
		d := time.Date(t.year, 1, t.yearDay, 0, 0, 0, 0, time.UTC)
		if d.Year() != t.year {
			return 0, false
		}
		t.month, t.day = int(d.Month()), d.Day()
	}
	if t.month < 1 || t.month > 12 || t.day < 1 || t.day > daysIn(t.year, t.month) || t.hour > 23 || t.minute > 59 || t.second > 60 {
		return 0, false
	}
	y, m := int64(t.year), int64(t.month)
	if m <= 2 {
		y, m = y-1, m+12
	}
	days := 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + int64(t.day) - 719469
	return days*86400 + int64(t.hour*3600+t.minute*60+t.second), true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// digits reads from least to most digits.
func digits(b []byte, least, most int) (n int, rest []byte, ok bool) {
	i := 0
	for ; i < most && i < len(b) && b[i]-'0' <= 9; i++ {
		n = n*10 + int(b[i]-'0')
	}
	return n, b[i:], i >= least
}

// iso reads RFC 3339 section 5.6.
func (t *civil) iso(b []byte) (rest []byte, ok bool) {
	if len(b) < len("2006-01-02T15:04:05") {
		return b, false
	}
	if rest, ok = t.strptime("%Y-%m-%d", b); !ok {
		return rest, false
	}
	if c := rest[0]; c != 'T' && c != 't' && c != ' ' {
		return rest, false
	}
	if rest, ok = t.strptime("%H:%M:%S", rest[1:]); !ok {
		return rest, false
	}
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		if rest, ok = t.fraction(rest[1:]); !ok {
			return rest, false
		}
	}
	if len(rest) == 0 {
		return rest, true
	}
	if rest[0] == ' ' {
		rest = rest[1:]
	}
	return t.offsetFrom(rest)
}

// fraction reads digits behind a decimal point, rounded down to microseconds.
func (t *civil) fraction(b []byte) (rest []byte, ok bool) {
	n, rest, ok := digits(b, 1, 6)
	for i := len(b) - len(rest); i < 6; i++ {
		n *= 10
	}
	for len(rest) > 0 && rest[0]-'0' <= 9 {
		rest = rest[1:]
	}
	t.micro = n
	return rest, ok
}

// offsetFrom reads Z, UTC, GMT or an offset with or without a colon.
func (t *civil) offsetFrom(b []byte) (rest []byte, ok bool) {
	for _, name := range []string{"Z", "z", "UTC", "GMT"} {
		if len(b) >= len(name) && string(b[:len(name)]) == name {
			t.zoned = true
			return b[len(name):], true
		}
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return b, false
	}
	h, rest, ok := digits(b[1:], 2, 2)
	if !ok {
		return rest, false
	}
	m := 0
	if len(rest) > 0 && rest[0] == ':' {
		rest = rest[1:]
		if m, rest, ok = digits(rest, 2, 2); !ok {
			return rest, false
		}
	} else if len(rest) >= 2 {
		if m, rest, ok = digits(rest, 2, 2); !ok {
			return rest, false
		}
	}
	if h > 23 || m > 59 {
		return rest, false
	}
	t.zoned, t.offset = true, h*3600+m*60
	if b[0] == '-' {
		t.offset = -t.offset
	}
	return rest, true
}

const (
	months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	days   = "MonTueWedThuFriSatSun"
)

var (
	monthEnds = [...]string{"uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"}
	dayEnds   = [...]string{"day", "sday", "nesday", "rsday", "day", "urday", "day"}
)

// named reads the three letters of a name, and its rest if that follows.
func named(names string, ends []string, b []byte) (n int, rest []byte, ok bool) {
	if len(b) < 3 {
		return 0, b, false
	}
	for i := range ends {
		if strings.EqualFold(names[3*i:3*i+3], string(b[:3])) {
			rest = b[3:]
			if end := ends[i]; len(rest) >= len(end) && strings.EqualFold(string(rest[:len(end)]), end) {
				rest = rest[len(end):]
			}
			return i + 1, rest, true
		}
	}
	return 0, b, false
}

// strptime reads b by a layout. %f takes any number of digits.
func (t *civil) strptime(layout string, b []byte) (rest []byte, ok bool) {
	ok = true
	for i := 0; i < len(layout) && ok; i++ {
		if layout[i] != '%' {
			if len(b) == 0 || b[0] != layout[i] {
				return b, false
			}
			b = b[1:]
			continue
		}
		i++
		switch layout[i] {
		case 'Y':
			t.year, b, ok = digits(b, 4, 4)
		case 'y':
			if t.year, b, ok = digits(b, 2, 2); t.year < 70 {
				t.year += 100
			}
			t.year += 1900
		case 'm':
			t.month, b, ok = digits(b, 1, 2)
		case 'd', 'e':
			if len(b) > 0 && b[0] == ' ' {
				b = b[1:]
			}
			t.day, b, ok = digits(b, 1, 2)
		case 'j':
			t.yearDay, b, ok = digits(b, 3, 3)
			ok = ok && t.yearDay > 0
		case 'b', 'B':
			t.month, b, ok = named(months, monthEnds[:], b)
		case 'a', 'A':
			_, b, ok = named(days, dayEnds[:], b)
		case 'H', 'I':
			t.hour, b, ok = digits(b, 1, 2)
		case 'M':
			t.minute, b, ok = digits(b, 2, 2)
		case 'S':
			t.second, b, ok = digits(b, 2, 2)
		case 'f':
			b, ok = t.fraction(b)
		case 'p':
			b, ok = t.noon(b)
		case 'z', 'Z':
			b, ok = t.offsetFrom(b)
		case 'F':
			b, ok = t.strptime("%Y-%m-%d", b)
		case 'T':
			b, ok = t.strptime("%H:%M:%S", b)
		case '%':
			if ok = len(b) > 0 && b[0] == '%'; ok {
				b = b[1:]
			}
		}
	}
	return b, ok
}

func (t *civil) noon(b []byte) (rest []byte, ok bool) {
	if len(b) < 2 || b[1]|0x20 != 'm' {
		return b, false
	}
	switch b[0] | 0x20 {
	case 'a':
		t.half = 1
	case 'p':
		t.half = 2
	default:
		return b, false
	}
	return b[2:], true
}
