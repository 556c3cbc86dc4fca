package zeek

import (
	"math"
	"time"
)

// Whole numbers in this range are milliseconds (Zeek's JSON::TS_MILLIS), from
// September 2001 to 2262. Zeek writes seconds with a fraction, always.
const (
	firstMillis = 1_000_000_000_000
	lastMillis  = math.MaxInt64 / 1_000_000
)

// parseTime reads a time as microseconds since 1970-01-01 UTC: seconds with or
// without fraction, whole milliseconds, or ISO 8601.
func parseTime(b []byte) (int64, numResult) {
	if len(b) >= 19 && b[4] == '-' {
		return parseISO(b)
	}
	if len(b) == 13 {
		if n, res := parseCount(b); res == numOK && n >= firstMillis && n <= lastMillis {
			if !hasPoint(b) {
				return n * 1000, numOK
			}
		}
	}
	return parseMicros(b)
}

func hasPoint(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return true
		}
	}
	return false
}

// parseISO reads 2006-01-02T15:04:05, then maybe a fraction, then maybe Z or an
// offset; without one it is UTC. A space may stand for the T. Times before 1970
// come with numNegative.
func parseISO(b []byte) (int64, numResult) {
	year, month, day := number(b, 0, 4), number(b, 5, 7), number(b, 8, 10)
	hour, minute, sec := number(b, 11, 13), number(b, 14, 16), number(b, 17, 19)
	if year|month|day|hour|minute|sec < 0 || b[7] != '-' || b[13] != ':' || b[16] != ':' ||
		b[10] != 'T' && b[10] != 't' && b[10] != ' ' ||
		month < 1 || month > 12 || day < 1 || day > monthDays(year, month) ||
		hour > 23 || minute > 59 || sec > 60 {
		return 0, numSyntax
	}
	midnight := time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC).Unix()
	t := midnight + (hour*60+minute)*60 + sec
	b = b[19:]
	micros := int64(0)
	if len(b) > 0 && (b[0] == '.' || b[0] == ',') {
		i := 1
		for i < len(b) && b[i]-'0' <= 9 {
			switch {
			case i <= 6:
				micros = micros*10 + int64(b[i]-'0')
			case i == 7 && b[i] >= '5':
				micros++
			}
			i++
		}
		if i == 1 {
			return 0, numSyntax
		}
		for j := i; j <= 6; j++ {
			micros *= 10
		}
		b = b[i:]
	}
	zone, ok := parseZone(b)
	if !ok {
		return 0, numSyntax
	}
	t = (t-zone)*1_000_000 + micros
	if t < 0 {
		return t, numNegative
	}
	return t, numOK
}

// parseZone reads Z, +hh, +hhmm or +hh:mm as seconds east of Greenwich.
func parseZone(b []byte) (int64, bool) {
	if len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	if len(b) == 0 || len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	var hour, minute int64
	switch len(b) {
	case 3:
		hour = number(b, 1, 3)
	case 5:
		hour, minute = number(b, 1, 3), number(b, 3, 5)
	case 6:
		hour, minute = number(b, 1, 3), number(b, 4, 6)
		if b[3] != ':' {
			return 0, false
		}
	default:
		return 0, false
	}
	if hour|minute < 0 || hour > 23 || minute > 59 {
		return 0, false
	}
	zone := (hour*60 + minute) * 60
	if b[0] == '-' {
		zone = -zone
	}
	return zone, true
}

// number reads the digits b[from:to], -1 when there is anything else.
func number(b []byte, from, to int) int64 {
	n := int64(0)
	for _, c := range b[from:to] {
		if c -= '0'; c > 9 {
			return -1
		}
		n = n*10 + int64(c)
	}
	return n
}

func leap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func monthDays(year, month int64) int64 {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
