package eve

import (
	"math"
	"time"
)

// stamp reads a time as Suricata writes it, 2021-06-06T15:59:46.457984+0200, as
// microseconds since 1970-01-01 UTC. Fraction and offset may be missing; without
// offset it is UTC. Digits behind the microseconds are dropped.
func stamp(b []byte) (micros int64, ok bool) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return 0, false
	}
	year := digits(b[0:4])
	month, day := digits(b[5:7]), digits(b[8:10])
	hour, minute, second := digits(b[11:13]), digits(b[14:16]), digits(b[17:19])
	if year|month|day|hour|minute|second < 0 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60 {
		return 0, false
	}
	days, ok := daysOf(year, month, day)
	if !ok {
		return 0, false
	}
	fraction, rest, ok := fractionOf(b[19:])
	if !ok {
		return 0, false
	}
	east, ok := offset(rest)
	if !ok {
		return 0, false
	}
	return ((days*24+hour)*60+minute-east)*60_000_000 + second*1_000_000 + fraction, true
}

// lastStamp is the last time that fits into time.Time's nanoseconds, in 2262.
const lastStamp = math.MaxInt64 / int64(time.Microsecond)

// digits returns the number that b spells, negative if it is anything else.
func digits(b []byte) int64 {
	n := int64(0)
	for _, c := range b {
		if c -= '0'; c > 9 {
			return -1
		}
		n = n*10 + int64(c)
	}
	return n
}

// monthStart is the day of a common year with which a month begins.
var monthStart = [...]int64{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// daysOf returns the days from 1970-01-01 to a date of the Gregorian calendar.
func daysOf(year, month, day int64) (days int64, ok bool) {
	leap := year%4 == 0 && (year%100 != 0 || year%400 == 0)
	length := monthStart[month] - monthStart[month-1]
	start := monthStart[month-1]
	if leap && month == 2 {
		length++
	}
	if leap && month > 2 {
		start++
	}
	before := year - 1
	days = before*365 + before/4 - before/100 + before/400 - 719162 + start + day - 1
	return days, day <= length && year > 0
}

// fractionOf reads a point and digits, if b begins so, as microseconds.
func fractionOf(b []byte) (micros int64, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '.' {
		return 0, b, true
	}
	i, scale := 1, int64(100_000)
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		micros += int64(b[i]-'0') * scale
		scale /= 10
	}
	return micros, b[i:], i > 1
}

// offset reads Z, +hhmm or +hh:mm as minutes east of Greenwich.
func offset(b []byte) (minutes int64, ok bool) {
	switch {
	case len(b) == 0, len(b) == 1 && b[0] == 'Z':
		return 0, true
	case len(b) == 6 && b[3] == ':':
		minutes = digits(b[4:6])
	case len(b) == 5:
		minutes = digits(b[3:5])
	default:
		return 0, false
	}
	hours := digits(b[1:3])
	if hours|minutes < 0 || hours > 23 || minutes > 59 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	minutes += hours * 60
	if b[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}
