package proxy

import (
	"math"

	"barium/internal/event"
)

const (
	second = 1_000_000
	day    = 24 * 3600 * second
	// firstYear and lastYear bound the years that are believed.
	firstYear, lastYear = 1970, 2261
	// lastTime is the end of lastYear.
	lastTime = 9_214_646_400 * second
	// noYear stands for the year where nothing in a source says it: the first leap
	// year, so that it has every day.
	noYear = 1972
)

// moment is a time as it is written.
type moment struct {
	year                 int // 0 when not written
	month, day           int
	hour, minute, second int
	micros               int
	zone                 int // seconds east of Greenwich
	zoned                bool
}

// at returns the moment in the given year.
func (m *moment) at(year int) event.Time {
	s := int64(days(year, m.month, m.day))*86400 + int64(m.hour)*3600 + int64(m.minute)*60 + int64(m.second) - int64(m.zone)
	return event.Time(s*second + int64(m.micros))
}

// valid says whether the moment exists.
func (m *moment) valid() bool {
	year := m.year
	if year == 0 {
		year = noYear
	}
	return year >= firstYear && year <= lastYear && m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= monthDays(year, m.month) &&
		m.hour >= 0 && m.hour < 24 && m.minute >= 0 && m.minute < 60 && m.second >= 0 && m.second <= 60
}

// clock gives times their year. A time without one is given the year that
// brings it closest to the time of the line before it.
type clock struct {
	last     event.Time // of the line before, 0 when none is known
	strict   bool       // a time without a year is no time
	yearless bool       // there was one
	unzoned  bool       // there was a time without a zone
}

// time returns when m was.
func (c *clock) time(m *moment) (event.Time, bool) {
	if !m.valid() {
		return 0, false
	}
	c.unzoned = c.unzoned || !m.zoned
	if m.year != 0 {
		t := m.at(m.year)
		return t, t >= 0
	}
	c.yearless = true
	if c.strict {
		return 0, false
	}
	return c.nearest(m)
}

func (c *clock) nearest(m *moment) (event.Time, bool) {
	if c.last == 0 {
		return m.at(noYear), true
	}
	year := c.last.Std().Year()
	var best event.Time
	found := false
	for y := max(year-4, firstYear); y <= min(year+4, lastYear); y++ {
		if m.day > monthDays(y, m.month) {
			continue // the 29th of February
		}
		if t := m.at(y); t >= 0 && (!found || distance(t, c.last) < distance(best, c.last)) {
			best, found = t, true
		}
	}
	return best, found
}

func distance(a, b event.Time) event.Time { return max(a-b, b-a) }

// days returns the days from 1970-01-01 to a day of the Gregorian calendar.
func days(year, month, day int) int {
	if month <= 2 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469
}

func monthDays(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// digits reads the number b[from:to], -1 when there is anything else.
func digits(b []byte, from, to int) int {
	if to > len(b) {
		return -1
	}
	n := 0
	for _, c := range b[from:to] {
		if c -= '0'; c > 9 {
			return -1
		}
		n = n*10 + int(c)
	}
	return n
}

// iso reads 2006-01-02T15:04:05 with a fraction and a zone (RFC 3339), or with
// slashes and a space as some firewalls write it. It returns the bytes read.
func (m *moment) iso(b []byte) int {
	if len(b) < 19 || b[4] != b[7] || b[4] != '-' && b[4] != '/' || b[10] != 'T' && b[10] != ' ' && b[10] != 't' {
		return 0
	}
	*m = moment{year: digits(b, 0, 4), month: digits(b, 5, 7), day: digits(b, 8, 10)}
	n := m.clock(b[11:])
	if n == 0 || m.year <= 0 {
		return 0
	}
	n += 11
	return n + m.offset(b[n:])
}

// clock reads 15:04:05 and maybe a fraction.
func (m *moment) clock(b []byte) int {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0
	}
	m.hour, m.minute, m.second = digits(b, 0, 2), digits(b, 3, 5), digits(b, 6, 8)
	if m.hour|m.minute|m.second < 0 {
		return 0
	}
	n := 8
	if n+1 < len(b) && (b[n] == '.' || b[n] == ',') && digit(b[n+1]) {
		n++
		unit := 100_000
		for ; n < len(b) && digit(b[n]); n++ {
			m.micros += int(b[n]-'0') * unit
			unit /= 10
		}
	}
	return n
}

// offset reads Z, +hh:mm or +hhmm.
func (m *moment) offset(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	if b[0] == 'Z' || b[0] == 'z' {
		m.zoned = true
		return 1
	}
	if b[0] != '+' && b[0] != '-' {
		return 0
	}
	hour, minute, n := digits(b, 1, 3), digits(b, 3, 5), 5
	if len(b) > 3 && b[3] == ':' {
		minute, n = digits(b, 4, 6), 6
	}
	if hour < 0 || hour > 14 || minute < 0 || minute > 59 {
		return 0
	}
	m.zone, m.zoned = (hour*60+minute)*60, true
	if b[0] == '-' {
		m.zone = -m.zone
	}
	return n
}

// bsd reads "Jan _2 15:04:05" (RFC 3164 section 4.1.2), also with a year behind
// the day or behind the time, with a fraction and with UTC or GMT behind it.
func (m *moment) bsd(b []byte) int {
	if len(b) < 15 || b[3] != ' ' {
		return 0
	}
	*m = moment{month: month(b)}
	if m.month == 0 {
		return 0
	}
	i := 4
	for i < len(b) && b[i] == ' ' && i < 6 {
		i++
	}
	for n := 0; i < len(b) && digit(b[i]) && n < 2; n++ {
		m.day = m.day*10 + int(b[i]-'0')
		i++
	}
	if m.day == 0 || i >= len(b) || b[i] != ' ' {
		return 0
	}
	i++
	if y := digits(b, i, i+4); y > 0 && i+4 < len(b) && b[i+4] == ' ' {
		m.year = y
		i += 5
	}
	n := m.clock(b[i:])
	if n == 0 {
		return 0
	}
	i += n
	if y := digits(b, min(i+1, len(b)), i+5); m.year == 0 && y >= firstYear && i < len(b) && b[i] == ' ' && (i+5 == len(b) || !digit(b[i+5]) && b[i+5] != '.') {
		m.year = y
		i += 5
	}
	for _, zone := range []string{" UTC", " GMT", " Z"} {
		if starts(b[i:], zone) && (len(b) == i+len(zone) || b[i+len(zone)] == ' ' || b[i+len(zone)] == ':') {
			m.zoned = true
			return i + len(zone)
		}
	}
	return i
}

// month returns the number of an English month's first three letters, 0 for none.
func month(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	switch string(b[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// epoch reads a time in seconds since 1970 with a fraction, or in whole seconds,
// milli-, micro- or nanoseconds, told by their length.
func epoch(b []byte) (event.Time, bool) {
	whole, fraction := word(b, '.')
	if len(whole) < 9 || len(whole) > 19 {
		return 0, false
	}
	n := int64(0)
	for _, c := range whole {
		if c -= '0'; c > 9 || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	switch {
	case len(whole) <= 10:
		n *= second
		unit := int64(second / 10)
		for _, c := range fraction {
			if c -= '0'; c > 9 {
				return 0, false
			}
			n += int64(c) * unit
			unit /= 10
		}
	case len(whole) <= 13:
		n *= 1000
	case len(whole) <= 16:
	default:
		n /= 1000
	}
	return event.Time(n), n > 0 && n <= lastTime
}
