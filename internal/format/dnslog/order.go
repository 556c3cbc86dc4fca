package dnslog

import "bytes"

// date is a date as Windows writes it in the locale of its machine.
type date struct {
	part [3]int
	sep  byte // 0 for 20060102
	year int  // which part is the year: 0 or 2
}

// read reads a date at the beginning of b and returns its length, 0 for none.
func (d *date) read(b []byte) int {
	if len(b) > 8 && b[8] == ' ' && digits(b, 0, 8) > 0 {
		d.part = [3]int{digits(b, 0, 4), digits(b, 4, 6), digits(b, 6, 8)}
		return 8
	}
	n := 0
	for i := range d.part {
		from := n
		for n < len(b) && n-from < 4 && digit(b[n]) {
			n++
		}
		if d.part[i] = digits(b, from, n); d.part[i] < 0 {
			return 0
		}
		switch n - from {
		case 4:
			d.year = i
		case 3:
			return 0
		}
		if i == 2 {
			break
		}
		if n >= len(b) || b[n] != '/' && b[n] != '.' && b[n] != '-' || i == 1 && b[n] != d.sep {
			return 0
		}
		d.sep = b[n]
		n++
	}
	if d.part[d.year] < firstYear || d.year == 1 {
		return 0
	}
	return n
}

// order says how dates like 3/2/2026 are read.
type order struct {
	monthFirst bool
	why        string // when no date says it
}

// moment returns the day of a date.
func (o *order) moment(d *date) moment {
	p := d.part
	switch {
	case d.year == 0:
		return moment{year: p[0], month: p[1], day: p[2]}
	case d.sep == '/' && o.monthFirst:
		return moment{year: p[2], month: p[0], day: p[1]}
	}
	return moment{year: p[2], month: p[1], day: p[0]}
}

// dateOrder looks through the head of a source for a date that can be read in one
// order only. Where there is none it takes the order that such locales have: the
// month stands first where the day has two halves, and the day elsewhere.
func dateOrder(head []byte) order {
	halfDay := false
	for line := range bytes.Lines(head) {
		line = bytes.TrimPrefix(line, bom)
		p, ok := splitPacket(line)
		if !ok {
			if !isWindowsHead(line) || p.date.read(line[bytes.LastIndex(line, []byte(" at "))+4:]) == 0 {
				continue
			}
		}
		d := &p.date
		switch {
		case d.sep != '/' || d.year != 2:
		case d.part[0] > 12:
			return order{}
		case d.part[1] > 12:
			return order{monthFirst: true}
		}
		halfDay = halfDay || p.halfDay
	}
	if halfDay {
		return order{true, "dates such as 3/2/2026 do not say which number is the day, and none among the first 64 KiB does: read as month/day/year, because the times have AM and PM"}
	}
	return order{false, "dates such as 3/2/2026 do not say which number is the day, and none among the first 64 KiB does: read as day/month/year, because the times have 24 hours"}
}

// when sets r.dns up for the time of a Windows line.
func (r *reading) when(p *packet) string {
	m := r.order.moment(&p.date)
	m.clock = p.clock.clock
	r.header.moment = m
	if reason := r.begin(); reason != "" {
		if m.month > 12 && m.day <= 12 && p.date.sep == '/' {
			return "day and month stand in another order than at the beginning of the file"
		}
		return reason
	}
	if p.date.sep == '/' && p.date.year == 2 && r.order.why != "" {
		r.warn(r.order.why)
	}
	return ""
}
