package report

import (
	"strconv"
	"time"
)

// Bar is one step of a chart of bytes out.
type Bar struct {
	Start    time.Time
	BytesOut int64
}

// Bars are equal steps of time without gaps, in UTC.
type Bars struct {
	Step int64 // seconds
	List []Bar
}

const (
	hour = 3600
	day  = 24 * hour
)

// MakeBars lays hours out over at most limit bars, from the first hour with
// bytes to the last: by the hour, or else by the first of the given numbers of
// hours that fits, or else by the day, or else by the smallest number of whole
// days that fits. It returns no bars for no hours.
func MakeBars(hours []Hour, limit int, between ...int64) Bars {
	if len(hours) == 0 || limit < 1 {
		return Bars{Step: hour}
	}
	first, last := hours[0].Start.Unix(), hours[0].Start.Unix()
	for _, h := range hours {
		first, last = min(first, h.Start.Unix()), max(last, h.Start.Unix())
	}
	step := stepFor(first, last, int64(limit), between)
	start := floor(first, min(step, day))
	b := Bars{Step: step, List: make([]Bar, (last-start)/step+1)}
	for i := range b.List {
		b.List[i].Start = time.Unix(start+int64(i)*step, 0).UTC()
	}
	for _, h := range hours {
		bar := &b.List[(h.Start.Unix()-start)/step]
		bar.BytesOut = add(bar.BytesOut, h.BytesOut)
	}
	return b
}

func stepFor(first, last, limit int64, between []int64) int64 {
	for _, n := range append([]int64{1}, between...) {
		step := n * hour
		if (floor(last, step)-floor(first, step))/step < limit {
			return step
		}
	}
	days := (floor(last, day)-floor(first, day))/day + 1
	return (days + limit - 1) / limit * day
}

// floor returns the last multiple of step that is not after t.
func floor(t, step int64) int64 {
	f := t / step * step
	if f > t {
		f -= step
	}
	return f
}

// Unit says what one bar covers: "hour", "6 hours", "day", "7 days".
func (b Bars) Unit() string {
	switch b.Step {
	case hour:
		return "hour"
	case day:
		return "day"
	}
	if b.Step < day {
		return strconv.FormatInt(b.Step/hour, 10) + " hours"
	}
	return strconv.FormatInt(b.Step/day, 10) + " days"
}

// Top returns the highest bar; the earliest of equal ones.
func (b Bars) Top() Bar {
	var top Bar
	for i, bar := range b.List {
		if i == 0 || bar.BytesOut > top.BytesOut {
			top = bar
		}
	}
	return top
}
