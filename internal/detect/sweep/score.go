package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"barium/internal/detect"
)

// The least that any hour of a host's other days is held to have had, so that a
// host that hardly used a share is not held to be far above itself.
const (
	floorFiles   = 20
	floorServers = 2
	floorBytes   = 10_000_000
)

// peak is the day on which a host stands out most from its other days.
type peak struct {
	day     uint32 // first hour
	hours   []hour // of that day, with at least a quarter of its most
	most    hour   // of each figure, the most within one hour of that day
	other   hour   // the same of any hour of the other days
	others  int64  // other days with a file server
	excess  float64
	atHours map[uint32]bool // hours of the day (UTC) in which it used one on the other days
}

// over tells how far a figure stands above the other days, with a floor; 0 when
// it is below a bound that makes it worth a look.
func over(n, bound, other, floor int64) float64 {
	if n < bound {
		return 0
	}
	return float64(n) / float64(max(other, floor))
}

func (c *candidate) peak() (p peak) {
	byDay := map[uint32]hour{}
	days := []uint32{}
	for _, h := range c.hours {
		d := h.at - h.at%24
		m, ok := byDay[d]
		if !ok {
			days = append(days, d)
		}
		byDay[d] = most(m, h)
	}
	for _, d := range days {
		var other hour
		for _, e := range days {
			if e != d {
				other = most(other, byDay[e])
			}
		}
		if x := excess(byDay[d], other); x > p.excess {
			p.day, p.most, p.other, p.excess = d, byDay[d], other, x
		}
	}
	p.others = int64(len(days)) - 1
	p.atHours = map[uint32]bool{}
	for _, h := range c.hours {
		if h.at-h.at%24 != p.day {
			p.atHours[h.at%24] = true
		} else if h.files*4 >= p.most.files && p.most.files >= manyFiles || h.bytes*4 >= p.most.bytes && p.most.bytes >= manyBytes ||
			h.servers*4 >= p.most.servers && p.most.servers >= manyServers {
			p.hours = append(p.hours, h)
		}
	}
	return p
}

// stands reports whether the peak is above what nearly all hosts do.
func (p *peak) stands(c *candidate) bool {
	return p.excess > 2 && (p.most.files >= manyFiles && p.most.files >= c.usual.files ||
		p.most.servers >= manyServers && p.most.servers >= c.usual.servers || p.most.bytes >= manyBytes && p.most.bytes >= c.usual.bytes)
}

func excess(m, other hour) float64 {
	return max(over(m.files, manyFiles, other.files, floorFiles), over(m.servers, manyServers, other.servers, floorServers),
		over(m.bytes, manyBytes, other.bytes, floorBytes))
}

func most(a, b hour) hour {
	if b.files > a.files {
		a.folders, a.shares = b.folders, b.shares
	}
	a.files, a.servers, a.bytes = max(a.files, b.files), max(a.servers, b.servers), max(a.bytes, b.bytes)
	return a
}

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	p := c.peak()
	f := detect.Finding{
		Detector: "sweep", Stage: detect.Collection, Techniques: []string{"T1039"}, Src: c.host, Proto: "tcp",
	}
	if len(c.servers) == 0 || len(p.hours) == 0 {
		return f, false
	}
	// The servers that gave most first.
	ss := slices.Clone(c.servers)
	slices.SortStableFunc(ss, func(a, b server) int { return cmp.Compare(b.bytes, a.bytes) })
	// The finding is about the host: file servers that many use must join nothing.
	f.Dst, f.Label, f.Port = ss[0].ip, c.host, ss[0].port
	var calls []detect.Call
	for _, s := range ss {
		calls = append(calls, s.calls...)
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: s.ip})
		f.With(s.ip, s.port)
	}
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return cmp.Compare(a.TS, b.TS) })
	if len(calls) == 0 {
		return f, false
	}
	f.First, f.Events = calls[0].TS, int64(len(calls))
	for _, x := range calls {
		f.BytesIn += x.In
		f.BytesOut += x.Out
		f.Last = max(f.Last, x.TS+x.Duration)
	}
	f.Places = detect.Places(calls, 5)
	f.Terms = c.terms(&p)
	if p.most.files >= manyFiles {
		f.Techniques = []string{"T1039", "T1083", "T1119"}
	} else if p.most.servers >= manyServers {
		f.Techniques = []string{"T1039", "T1135"}
	}
	f.Reason = c.reason(&p, ss, f.BytesIn)
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("who was logged on to %s at %s, and which program went through the shares?", c.host, detect.Moment(f.First))},
		{Where: "file server", Text: fmt.Sprintf("what does the audit log of %s say of the files and the account (Windows event 5145, 4663)?", f.Dst)},
	}
	return f, f.Weight() > 0
}

func (c *candidate) terms(p *peak) (ts []detect.Term) {
	add := func(t detect.Term) {
		if t.DB != 0 {
			ts = append(ts, t)
		}
	}
	if p.others >= 2 {
		// Twice any other hour says nothing, forty times all.
		share := func(x float64) float64 { return math.Log10(x/2) / math.Log10(20) }
		if x := over(p.most.files, manyFiles, p.other.files, floorFiles); x > 2 {
			add(MoreFiles.Scaled(share(x), p.most.files, p.most.folders, times(x)))
		}
		if x := over(p.most.bytes, manyBytes, p.other.bytes, floorBytes); x > 2 {
			add(MoreBytes.Scaled(share(x), detect.Bytes(p.most.bytes), times(x)))
		}
		if x := over(p.most.servers, manyServers, p.other.servers, floorServers); x > 2 {
			add(MoreServers.Scaled(share(x), p.most.servers, times(x)))
		}
		// Habits are not to the minute: the hours next to it count too.
		if at := p.hours[0].at % 24; p.others >= 3 && !p.atHours[at] && !p.atHours[(at+1)%24] && !p.atHours[(at+23)%24] {
			add(OddHour.Says(at, p.others))
		}
	}
	if c.hosts >= 10 {
		add(AbovePeers.Says(c.hosts))
	}
	fresh := 0
	for _, s := range c.servers {
		if s.first >= p.day {
			fresh++
		}
	}
	if fresh > 0 && p.others > 0 && p.day > uint32(c.lookFirst/3_600_000_000) {
		add(NewServers.Says(fresh, len(c.servers)))
	}
	if p.others == 0 {
		add(NewHere.Says())
	}
	var attempts, answered, bytes int64
	for _, h := range p.hours {
		attempts += h.attempts
		answered += h.answered
		bytes += h.bytes
	}
	if each := bytes / max(int64(len(c.servers)), 1); p.most.servers >= manyServers && each < 20_000 && p.most.files < manyFiles {
		add(Scans.Says(attempts, attempts+answered, detect.Bytes(each)))
	}
	if c.clients >= 5 {
		add(ServesOthers.Says(c.clients))
	}
	return ts
}

func (c *candidate) reason(p *peak, ss []server, bytes int64) string {
	var names []string
	for _, s := range ss[:min(len(ss), 3)] {
		if !slices.Contains(names, s.ip) {
			names = append(names, s.ip)
		}
	}
	from := strings.Join(names, ", ")
	if len(ss) > 3 {
		from += fmt.Sprintf(" and %d more", len(ss)-3)
	}
	what := detect.Bytes(bytes)
	if p.most.files > 0 {
		what = fmt.Sprintf("%s, up to %d files in %d folders of %s an hour,", what, p.most.files, p.most.folders, plural(p.most.shares, "share"))
	}
	return fmt.Sprintf("%s took %s from %s within %s from %s on; in no hour of its %d other days did it take more than %s or %d files.",
		c.host, what, from, plural(int64(len(p.hours)), "hour"), detect.Moment(int64(p.hours[0].at)*3_600_000_000), p.others, detect.Bytes(p.other.bytes), p.other.files)
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func times(f float64) string {
	if f >= 1000 {
		return "over 1000 times"
	}
	return fmt.Sprintf("%.0f times", f)
}
