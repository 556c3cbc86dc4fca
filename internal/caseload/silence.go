package caseload

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"barium/internal/ledger"
)

// Silence is a stretch of hours in which a sensor wrote nothing of a log, or
// hardly anything, though it does at such hours (detection D30). It says that
// barium was blind then; it is no sign of theft by itself, and no sign that
// nothing happened.
type Silence struct {
	Sensor     string // may be empty: the log does not name it
	Log        string // conn, dns …
	From, To   uint32 // hours since 1970 UTC, To exclusive
	Usual      int64  // records in an hour such as these; 0 where they are not counted
	Seen       int64  // records in all of these hours
	Beginning  bool   // the log begins only then: From is the beginning of the records
	End        bool   // nothing came after it
	Everything bool   // all logs of the sensor were silent then
}

// SilentHost is a host inside that went on working while one kind of its
// records ended.
type SilentHost struct {
	Host  string
	Log   string // dns, ssl
	Since uint32 // the first day without, days since 1970 UTC
	Days  int64  // without any
	Usual int64  // records on a day before
}

const (
	// fewHours is how long a silence must last to be told.
	fewHours = 3
	// lowShare is below which part of the usual number an hour is silent.
	lowShare = 10
	// enoughUsual is how many records a silence must have cost at least, where they
	// are counted: fewer may be missing by chance.
	enoughUsual = 60
	// otherDays is how many days there must be with the same hour of the day to know
	// what is usual.
	otherDays = 3
	// steadyDays is for how many days a host must have had records of a kind, on each
	// day that it worked, before their end is told.
	steadyDays = 4
	// quietDays is on how many days the records must then be missing.
	quietDays = 2
	// steadyNumber is how many records a day those must have been.
	steadyNumber = 20
)

var (
	//go:embed silence.sql
	silenceQuery string
	//go:embed silent_host.sql
	silentHostQuery string
)

// series is what one sensor gave of one log, hour by hour.
type series struct {
	sensor, log string
	counted     bool
	hours       map[uint32]int64
	first, last uint32 // hours with records
}

// findSilences fills in the silences of sensors, logs and hosts.
func (c *Coverage) findSilences(ctx context.Context, l *ledger.Look) error {
	var all []series
	var s series
	var hour uint32
	var n int64
	window := []any{l.Window.Since, l.Window.Until}
	// What is kept by the day has no hours that could be silent.
	// Nor has what lies before a gap of days: that is a blind spot of its own.
	begin := uint32(max(l.Facts.First, 0) / 3_600_000_000)
	args := slices.Repeat([]any{max(l.Window.Since, l.Facts.Hourly, begin), l.Window.Until}, 5)
	err := ledger.Each(ctx, l.Store, silenceQuery, args, []any{&s.sensor, &s.log, &hour, &s.counted, &n}, func() error {
		if k := len(all); k == 0 || all[k-1].sensor != s.sensor || all[k-1].log != s.log {
			s.hours = map[uint32]int64{}
			all = append(all, s)
		}
		all[len(all)-1].hours[hour] += n
		return nil
	})
	if err != nil {
		return err
	}
	c.Silences = silences(all)
	var days []hostDay
	var d hostDay
	err = ledger.Each(ctx, l.Store, silentHostQuery, window, []any{&d.host, &d.day, &d.conns, &d.logs[0], &d.logs[1]}, func() error {
		days = append(days, d)
		return nil
	})
	c.SilentHosts = silentHosts(days)
	return err
}

// silences finds the stretches; all is in order of sensor and log.
func silences(all []series) (out []Silence) {
	first, last := uint32(1<<32-1), uint32(0)
	for i := range all {
		s := &all[i]
		s.first, s.last = 1<<32-1, 0
		for h := range s.hours {
			s.first, s.last = min(s.first, h), max(s.last, h)
		}
		first, last = min(first, s.first), max(last, s.last)
	}
	for i := range all {
		out = append(out, all[i].silences(first, last)...)
	}
	slices.SortStableFunc(out, func(a, b Silence) int {
		return cmp.Or(cmp.Compare(a.Sensor, b.Sensor), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Log, b.Log))
	})
	return together(all, out)
}

// habit is what a series has at each time of day, on working days and at weekends,
// sorted. What lies before its first record and behind its last one is no example.
type habit [2][24][]int64

func (s *series) habit() *habit {
	var b habit
	for h := s.first; h <= s.last; h++ {
		at := b.at(h)
		*at = append(*at, s.hours[h])
	}
	for i := range b {
		for k := range b[i] {
			slices.Sort(b[i][k])
		}
	}
	return &b
}

// at returns the numbers of the hours like h.
func (b *habit) at(h uint32) *[]int64 {
	if weekend(h) {
		return &b[1][h%24]
	}
	return &b[0][h%24]
}

// usual is what hours like h have: the median of the others at the same time of day,
// at weekends of weekends and on working days of working days. Where there are too
// few of these it is the least of all other days: a weekend is no silence.
func (s *series) usual(b *habit, h uint32) (n int64, known bool) {
	same := *b.at(h)
	own := -1 // where in same the hour itself stands
	if h >= s.first && h <= s.last {
		own, _ = slices.BinarySearch(same, s.hours[h])
	}
	others := len(same)
	if own >= 0 {
		others--
	}
	if others >= otherDays {
		k := (others - 1) / 2
		if own >= 0 && k >= own {
			k++
		}
		return same[k], true
	}
	all := append(slices.Clone(b[0][h%24]), b[1][h%24]...)
	if own >= 0 {
		k := slices.Index(all, s.hours[h])
		all = slices.Delete(all, k, k+1)
	}
	if len(all) < otherDays {
		return 0, false
	}
	return slices.Min(all), true
}

// weekend tells Saturdays and Sundays (UTC): the first of January 1970 was a
// Thursday.
func weekend(hour uint32) bool { return (hour/24+3)%7 >= 5 }

// silences finds the stretches of one series within the time from first to last,
// in which some log has records.
func (s *series) silences(first, last uint32) (out []Silence) {
	var run Silence
	var cost, hours int64
	end := func() {
		enough := cost >= enoughUsual || !s.counted
		if hours >= fewHours && enough {
			run.Usual = cost / hours
			run.Beginning = s.none(first, run.From)
			run.End = s.none(run.To, last+1)
			out = append(out, run)
		}
		cost, hours = 0, 0
	}
	b := s.habit()
	for h := first; h <= last; h++ {
		usual, known := s.usual(b, h)
		switch {
		case !known || usual == 0 && s.hours[h] == 0: // says nothing; a silence may go on over it
		case s.hours[h]*lowShare < usual:
			if hours == 0 {
				run = Silence{Sensor: s.sensor, Log: s.log, From: h}
			}
			run.To = h + 1
			run.Seen += s.hours[h]
			hours++
			if s.counted {
				cost += usual
			}
		default:
			end()
		}
		if h == last {
			end()
		}
	}
	return out
}

// none reports whether there is no record from hour from to hour to, exclusive.
func (s *series) none(from, to uint32) bool {
	for h := from; h < to; h++ {
		if s.hours[h] > 0 {
			return false
		}
	}
	return true
}

// together makes one silence of those of all logs that a sensor has at such hours.
// all and out are in order of the sensor.
func together(all []series, out []Silence) []Silence {
	logs := map[string]int{}
	for i := range all {
		if all[i].counted {
			logs[all[i].sensor]++
		}
	}
	var joined []Silence
	for i := 0; i < len(out); {
		n, counted := i, 0
		for ; n < len(out) && out[n].Sensor == out[i].Sensor && out[n].From == out[i].From && out[n].To == out[i].To; n++ {
			if out[n].Usual > 0 {
				counted++
			}
		}
		if counted > 1 && counted == logs[out[i].Sensor] {
			x := out[i]
			x.Everything, x.Log = true, "all logs"
			for _, y := range out[i+1 : n] {
				x.Usual += y.Usual
				x.Seen += y.Seen
			}
			joined = append(joined, x)
		} else {
			joined = append(joined, out[i:n]...)
		}
		i = n
	}
	return joined
}

// hostDay is what a host did on a day on which it opened connections.
type hostDay struct {
	host  string
	day   uint32
	conns int64
	logs  [len(hostLogs)]int64
}

var hostLogs = [...]string{"dns", "ssl"}

// silentHosts finds hosts whose records of a kind end, or stop for days, while they
// go on opening connections and most other hosts still have such records. days is
// in order of hosts and days.
func silentHosts(days []hostDay) (out []SilentHost) {
	// how many hosts have records of a kind on a day
	have := map[uint32][len(hostLogs)]int64{}
	for i := range days {
		x := have[days[i].day]
		for k, n := range days[i].logs {
			if n > 0 {
				x[k]++
			}
		}
		have[days[i].day] = x
	}
	for i := 0; i < len(days); {
		n := i
		for n < len(days) && days[n].host == days[i].host {
			n++
		}
		for k := range hostLogs {
			if s, ok := silentHost(days[i:n], k, have); ok {
				out = append(out, s)
			}
		}
		i = n
	}
	return out
}

// silentHost looks at one kind of records of one host.
func silentHost(days []hostDay, k int, have map[uint32][len(hostLogs)]int64) (s SilentHost, ok bool) {
	steady := 0
	var conns, records []int64
	for ; steady < len(days) && days[steady].logs[k] > 0; steady++ {
		conns, records = append(conns, days[steady].conns), append(records, days[steady].logs[k])
	}
	if steady < steadyDays || steady == len(days) {
		return s, false
	}
	slices.Sort(conns)
	slices.Sort(records)
	usual := records[0]
	if usual < steadyNumber {
		return s, false
	}
	s = SilentHost{Host: days[0].host, Log: hostLogs[k], Since: days[steady].day, Usual: records[len(records)/2]}
	before := have[days[steady-1].day][k]
	for _, d := range days[steady:] {
		if d.logs[k] > 0 {
			break
		}
		// Alive: as busy as on its least busy day. And the log was not silent as a whole.
		if d.conns >= conns[0]/2 && have[d.day][k]*2 >= before {
			s.Days++
		}
	}
	return s, s.Days >= quietDays
}

// silent words the silences as blind spots, for each sensor.
func (c *Coverage) silent(add adder) {
	clock := func(h uint32) string { return time.Unix(int64(h)*3600, 0).UTC().Format("2006-01-02 15:04") }
	for i := 0; i < len(c.Silences); {
		sensor, n := c.Silences[i].Sensor, i
		var said []string
		for ; n < len(c.Silences) && c.Silences[n].Sensor == sensor; n++ {
			s := &c.Silences[n]
			text := fmt.Sprintf("%s from %s to %s (%s)", s.Log, clock(s.From), clock(s.To), plural(int64(s.To-s.From), "hour"))
			switch {
			case s.Beginning:
				text += ", where it begins"
			case s.End:
				text += ", where it ends"
			}
			if s.Usual > 0 {
				text += fmt.Sprintf(", %d in place of some %d records an hour", s.Seen/int64(s.To-s.From), s.Usual)
			}
			said = append(said, text)
		}
		who := "the sensor"
		if sensor != "" {
			who = "sensor " + sensor
		}
		add("whatever these logs would have shown then",
			fmt.Sprintf("%s was silent against its own habit: %s", who, several(said)),
			"find out whether the sensor, its disk or the way of its logs failed, or whether somebody stopped it (ATT&CK T1562, T1070.001); ask other logs about those hours")
		i = n
	}
	for k, log := range hostLogs {
		var said []string
		for _, s := range c.SilentHosts {
			if s.Log == log {
				said = append(said, fmt.Sprintf("%s since %s (%s, some %d a day before)", s.Host, time.Unix(int64(s.Since)*86400, 0).UTC().Format(time.DateOnly), plural(s.Days, "day"), s.Usual))
			}
		}
		if len(said) == 0 {
			continue
		}
		add("what these hosts "+[...]string{"asked for by name", "offered and accepted in TLS"}[k],
			fmt.Sprintf("%s has nothing more of hosts that went on working: %s", log, several(said)),
			"find out where they resolve or go out now: another resolver, DNS over HTTPS, a proxy, a network that the sensor does not see")
	}
}

// several words up to five phrases.
func several(s []string) string {
	if len(s) > 5 {
		return strings.Join(s[:5], "; ") + fmt.Sprintf("; and %d more", len(s)-5)
	}
	return strings.Join(s, "; ")
}
