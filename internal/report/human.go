package report

import (
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"
	"time"
)

// Bytes writes a number of bytes in SI units with three digits: "1.08 MB".
func Bytes(n int64) string {
	v := math.Abs(float64(n))
	sign := ""
	if n < 0 {
		sign = "−"
	}
	if v < 1000 {
		return fmt.Sprintf("%s%.0f B", sign, v)
	}
	units := []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	i := 0
	v /= 1000
	for v >= 999.5 && i < len(units)-1 {
		v /= 1000
		i++
	}
	digits := 2
	switch {
	case v >= 99.95:
		digits = 0
	case v >= 9.995:
		digits = 1
	}
	return sign + strconv.FormatFloat(v, 'f', digits, 64) + " " + units[i]
}

// Count writes n with commas: "1,082,089".
func Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Plural writes n and the noun, with an s unless n is one: "2 files".
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// Time writes t in UTC, to the minute: "2020-04-30 00:19".
func Time(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// Clock writes t in UTC, to the second: "2020-04-30 00:19:03".
func Clock(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// Span writes a range of time in UTC, the day once where it is the same.
func Span(first, last time.Time) string {
	first, last = first.UTC(), last.UTC()
	switch {
	case first.IsZero() || last.IsZero() || Time(first) == Time(last):
		if first.IsZero() {
			first = last
		}
		return Time(first)
	case first.Format(time.DateOnly) == last.Format(time.DateOnly):
		return Time(first) + "–" + last.Format("15:04")
	}
	return Time(first) + " – " + Time(last)
}

// Lasting writes how long it is from first to last, in one unit: "23 minutes".
func Lasting(first, last time.Time) string {
	s := last.Unix() - first.Unix() // not Sub: durations end at 292 years
	switch {
	case first.IsZero() || last.IsZero():
		return "unknown"
	case s < 0:
		return "not in order"
	case s < 120:
		return Plural(s, "second")
	case s < 120*60:
		return Plural(s/60, "minute")
	case s < 72*3600:
		return Plural(s/3600, "hour")
	}
	return Plural(s/86400, "day")
}

// Decibels writes a weight: "47 dB", with one decimal where it has one.
func Decibels(db float64) string {
	return strings.TrimPrefix(SignedDecibels(db), "+") + " dB"
}

// SignedDecibels writes a term of a weight, always with its sign: "+8", "−9".
func SignedDecibels(db float64) string {
	if math.IsNaN(db) || math.IsInf(db, 0) {
		return "not a number"
	}
	s := strconv.FormatFloat(math.Abs(db), 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	switch {
	case s == "0":
		return "0"
	case db < 0:
		return "−" + s
	}
	return "+" + s
}

// Words says what the level means, as a headline.
func (v Verdict) Words() string { return LevelWords(v.Level) }

// LevelWords says what a level means, as a headline.
func LevelWords(level string) string {
	switch level {
	case LevelDataLeft:
		return "Data left, unexplained"
	case LevelSigns:
		return "Signs of theft"
	case LevelNone:
		return "No sign in what we can see"
	}
	return "No verdict"
}

// LevelWords says what the case alone amounts to.
func (c *Case) LevelWords() string {
	switch c.Standing {
	case StandingBenign:
		return "Judged benign"
	case StandingConfirmed:
		return "Theft confirmed"
	}
	if c.Level == LevelNone {
		return "Too light to be a sign"
	}
	return LevelWords(c.Level)
}

// Weight says how heavy the case is, and how far that number can be trusted:
// "weight 47 dB, uncalibrated".
func (c *Case) Weight() string {
	s := "weight " + Decibels(c.WeightDB)
	switch {
	case !c.Calibrated:
		s += ", uncalibrated"
	case c.Words != "" && c.Probability != nil:
		s += fmt.Sprintf(", %s (%.0f %%)", c.Words, 100**c.Probability)
	case c.Words != "":
		s += ", " + c.Words
	}
	return s
}

// Assessment says who and why, as far as anyone can tell.
func (c *Case) Assessment() string {
	if strings.TrimSpace(c.Who) == "" {
		return "not assessed"
	}
	return c.Who
}

// String writes the destination as far as it is known: "192.168.0.4:80",
// "192.168.0.4:80 (files.example)", "files.example:443".
func (d Destination) String() string {
	return endpoint(d.IP, d.Name, d.Port)
}

// Far writes the far end of the finding as Destination does.
func (f *Finding) Far() string {
	return endpoint(f.Dst, f.DstName, f.Port)
}

func endpoint(ip, name string, port int) string {
	host := ip
	if host == "" {
		host, name = name, ""
	}
	switch {
	case host == "" && port == 0:
		return "unknown"
	case host == "":
		host = "unknown"
	}
	if port != 0 {
		host = net.JoinHostPort(host, strconv.Itoa(port))
	}
	if name != "" && name != ip {
		host += " (" + name + ")"
	}
	return host
}

// Words says what was taken: "at least 1.08 MB in 1 file; 2.18 MB on the wire".
func (l *Loss) Words() string { return l.words(Bytes) }

// Exact says the same in bytes: "at least 1,082,089 bytes in 1 file; …".
func (l *Loss) Exact() string {
	return l.words(func(n int64) string { return Plural(n, "byte") })
}

func (l *Loss) words(size func(int64) string) string {
	var s string
	switch {
	case l.BytesSent.Low > 0:
		s = "at least " + size(l.BytesSent.Low)
		if l.Estimated {
			s = "an estimated " + size(l.BytesSent.Low) + " (by the payload; no log names what it was)"
		}
		if len(l.Files) > 0 {
			s += " in " + Plural(int64(len(l.Files)), "file")
		}
	case len(l.Files) > 0:
		s = "at least " + Plural(int64(len(l.Files)), "file") + " of unknown size"
	default:
		s = "no content known to have been accepted"
		if l.BytesOnWire == 0 {
			return s
		}
	}
	if l.Records.Low > 0 {
		s += ", at least " + Plural(l.Records.Low, "record")
	}
	if l.Patients.Low > 0 {
		s += ", at least " + Plural(l.Patients.Low, "patient")
	}
	return s + "; " + size(l.BytesOnWire) + " on the wire"
}

// Ceiling says what is known of an upper bound. It never says "at most": what
// the logs do not cover is in no bound.
func (b Bounds) Ceiling(size func(int64) string) string {
	if b.High == nil {
		return "no upper bound known"
	}
	return "upper bound within the observed traffic " + size(*b.High)
}
