package dnslog

import "barium/internal/event"

const (
	second = 1_000_000
	// firstYear and lastYear bound the years that are believed.
	firstYear, lastYear = 1970, 2261
	// noYear stands for the year where nothing in a source says it: the first leap
	// year, so that it has every day.
	noYear = 1972
)

// moment is a time as it is written.
type moment struct {
	year, month, day int   // year 0 when not written
	clock            int64 // microseconds since midnight
	zone             int64 // seconds east of Greenwich
	zoned            bool
}

// at returns the moment in the given year.
func (m *moment) at(year int) event.Time {
	return event.Time((int64(days(year, m.month, m.day))*86400-m.zone)*second + m.clock)
}

// valid says whether the moment exists.
func (m *moment) valid() bool {
	year := m.year
	if year == 0 {
		year = noYear
	}
	return year >= firstYear && year <= lastYear && m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= monthDays(year, m.month)
}

// clock gives times their year. A time without one is given the year that
// brings it closest to the time of the line before it.
type clock struct {
	last     event.Time // of the line before, 0 when none is known
	yearless bool       // there was a time without a year
	unzoned  bool       // there was one without a zone
}

// time returns when m was.
func (c *clock) time(m *moment) (event.Time, bool) {
	if !m.valid() {
		return 0, false
	}
	c.unzoned = c.unzoned || !m.zoned
	if m.year == 0 {
		c.yearless = true
		c.last = c.nearest(m)
		return c.last, c.last > 0
	}
	t := m.at(m.year)
	if t <= 0 {
		return 0, false
	}
	c.last = t
	return t, true
}

func (c *clock) nearest(m *moment) event.Time {
	if c.last == 0 {
		return m.at(noYear)
	}
	year := c.last.Std().Year()
	var best event.Time
	for y := max(year-4, firstYear); y <= min(year+4, lastYear); y++ {
		if m.day > monthDays(y, m.month) {
			continue // the 29th of February
		}
		if t := m.at(y); best == 0 || distance(t, c.last) < distance(best, c.last) {
			best = t
		}
	}
	return best
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

// iso reads 2006-01-02T15:04:05 with a fraction and a zone (RFC 3339), or with a
// space. It returns the bytes read, 0 when it is none.
func (m *moment) iso(b []byte) int {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' {
		return 0
	}
	*m = moment{year: digits(b, 0, 4), month: digits(b, 5, 7), day: digits(b, 8, 10)}
	n := m.daytime(b[11:])
	if n == 0 || m.year <= 0 {
		return 0
	}
	return 11 + n + m.offset(b[11+n:])
}

// named reads 02-Jan-2006 15:04:05.000, BIND's own form.
func (m *moment) named(b []byte) int {
	if len(b) < 20 || b[2] != '-' || b[6] != '-' || b[11] != ' ' {
		return 0
	}
	*m = moment{year: digits(b, 7, 11), month: month(b[3:]), day: digits(b, 0, 2)}
	n := m.daytime(b[12:])
	if n == 0 || m.year <= 0 || m.month == 0 {
		return 0
	}
	return 12 + n
}

// bsd reads "Jan _2 15:04:05" (RFC 3164 section 4.1.2), also with a zero for the
// space or with one space only.
func (m *moment) bsd(b []byte) int {
	if len(b) < 14 || b[3] != ' ' {
		return 0
	}
	*m = moment{month: month(b)}
	if m.month == 0 {
		return 0
	}
	i := 4
	if b[i] == ' ' {
		i++
	}
	for n := 0; n < 2 && digit(b[i]); n++ {
		m.day = m.day*10 + int(b[i]-'0')
		i++
	}
	if m.day == 0 || b[i] != ' ' {
		return 0
	}
	n := m.daytime(b[i+1:])
	if n == 0 {
		return 0
	}
	return i + 1 + n
}

// daytime reads 15:04:05, the hour with one digit or two, and maybe a fraction.
func (m *moment) daytime(b []byte) int {
	i := 2
	if len(b) > 1 && b[1] == ':' {
		i = 1
	}
	if len(b) < i+6 || b[i] != ':' || b[i+3] != ':' {
		return 0
	}
	hour, minute, sec := digits(b, 0, i), digits(b, i+1, i+3), digits(b, i+4, i+6)
	if hour|minute|sec < 0 || hour > 23 || minute > 59 || sec > 60 {
		return 0
	}
	m.clock = int64(hour*3600+minute*60+sec) * second
	n := i + 6
	if n+1 < len(b) && (b[n] == '.' || b[n] == ',') && digit(b[n+1]) {
		unit := int64(second / 10)
		for n++; n < len(b) && digit(b[n]); n++ {
			m.clock += int64(b[n]-'0') * unit
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
	if b[0] == 'Z' {
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
	m.zone, m.zoned = int64(hour*60+minute)*60, true
	if b[0] == '-' {
		m.zone = -m.zone
	}
	return n
}

// month returns the number of an English month's first three letters, 0 for none.
func month(b []byte) int {
	const names = "JanFebMarAprMayJunJulAugSepOctNovDec"
	for i := 0; i < len(names); i += 3 {
		if starts(b, names[i:i+3]) {
			return i/3 + 1
		}
	}
	return 0
}
