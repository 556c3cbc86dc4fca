package staging

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"barium/internal/detect"
)

const (
	hourMicros = 3_600_000_000
	dayMicros  = 24 * hourMicros
	// before is for how long before a departure arrivals count: a week.
	before = 7 * dayMicros
	// close is how near a sum of arrivals must be to what left: TLS, SMB and HTTP
	// add a few per cent to content.
	near = 0.03
	// aFloor is the least, in bytes, that a host is held to gather on a usual day.
	aFloor = 5_000_000
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	f := detect.Finding{
		Detector: "staging", Stage: detect.Collection, Techniques: []string{"T1074.002"},
		Src: c.host, DstName: c.name, Label: c.label, Records: detect.AnyPort,
	}
	d := c.departure()
	if d.bytes == 0 {
		return f, false
	}
	h := c.haul(&d)
	if len(h.arrivals) == 0 {
		return f, false
	}
	f.Dst, f.Port, f.Proto = d.calls[0].ip, d.calls[0].port, "tcp"
	f.First, f.Last = h.arrivals[0].TS, max(d.last, h.last)
	f.BytesIn = h.bytes
	f.Events = int64(len(h.arrivals))
	f.Terms = c.terms(&d, &h)
	f.Places = c.places(&d, &h)
	if len(c.files) > 0 {
		f.Techniques = []string{"T1074.002", "T1560.001"}
	}
	for _, x := range c.files {
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindFile, Value: x.name})
	}
	for _, ip := range h.peers {
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: ip})
	}
	for _, x := range h.arrivals {
		f.With(x.ip, x.port)
	}
	f.Reason = c.reason(&d, &h)
	f.Checks = []detect.Check{
		{Where: "data owner", Text: fmt.Sprintf("was %s meant to gather data from %s, and to send it to %s?", c.host, list(h.peers), detect.FarEnd(f.Dst, c.name, 0))},
		{Where: "host", Text: fmt.Sprintf("are there archives, or an archive tool's traces, on %s of between %s and %s?", c.host, stamp(h.last), stamp(d.first))},
	}
	return f, f.Weight() > 0
}

// departure is the sending that the arrivals have to explain: the day on which
// most left.
type departure struct {
	calls       []*call // of that day, by start
	bytes, back int64
	first, last int64
}

func (c *candidate) departure() (d departure) {
	sent := map[int64]int64{}
	for i := range c.departures {
		sent[c.departures[i].TS/dayMicros] += c.departures[i].Out
	}
	top := int64(-1)
	for day, n := range sent {
		if top < 0 || n > sent[top] || n == sent[top] && day < top {
			top = day
		}
	}
	if top < 0 {
		return d
	}
	for i := range c.departures {
		x := &c.departures[i]
		if x.TS/dayMicros != top {
			continue
		}
		d.back += x.In
		if d.bytes += x.Out; x.Out > 0 {
			if d.first == 0 {
				d.first = x.TS
			}
			d.last = max(d.last, x.TS+x.Duration)
			d.calls = append(d.calls, x)
		}
	}
	// What carried little beside the largest is no part of it: it may be the channel by
	// which orders come.
	most := int64(0)
	for i := range d.calls {
		most = max(most, d.calls[i].Out)
	}
	d.calls = slices.DeleteFunc(d.calls, func(x *call) bool { return x.Out < most/100 })
	if len(d.calls) > 0 {
		d.first = d.calls[0].TS
	}
	return d
}

// haul is what arrived before the departure, on the days on which most did.
type haul struct {
	arrivals []*call // by start
	bytes    int64
	last     int64
	peers    []string // by bytes, then by text
	by       map[string]int64
	day      int64   // bytes of the strongest day
	usual    float64 // bytes of a usual day
	days     int64   // days that the look knows of the host
	alike    int64   // other days on which as much arrived
	another  uint32  // one of those days, its first hour
	sources  int     // machines that it gets much from on a usual day
	match    string  // what the departure equals, empty when nothing
	off      float64 // by which part
	tried    int     // sums that were compared
}

func (c *candidate) haul(d *departure) (h haul) {
	h.days = max((c.lookLast/dayMicros)-(c.lookFirst/dayMicros)+1, 1)
	byDay := map[uint32]int64{}
	peers := map[uint32]int64{}
	for _, r := range c.past {
		byDay[r.day] += r.bytes
		peers[r.day]++
	}
	top := uint32(0)
	from, to := uint32((d.first-before)/hourMicros), uint32(d.last/hourMicros)
	for day, n := range byDay {
		if day+24 > from && day <= to && (n > h.day || n == h.day && day < top) {
			top, h.day = day, n
		}
	}
	h.usual = math.Max(usual(byDay, top, h.days), aFloor)
	h.sources = int(usual(peers, top, h.days))
	for day, n := range byDay {
		if day != top && n*4 >= h.day {
			h.alike++
			if h.another == 0 || day < h.another {
				h.another = day
			}
		}
	}
	h.by = map[string]int64{}
	for i := range c.arrivals {
		x := &c.arrivals[i]
		day := uint32(x.TS/dayMicros) * 24
		// A day of the haul is one of at least a quarter of the strongest.
		if x.TS < d.first-before || x.TS >= d.last || byDay[day]*4 < h.day {
			continue
		}
		h.arrivals = append(h.arrivals, x)
		h.bytes += x.In
		h.by[x.ip] += x.In
		h.last = max(h.last, min(x.TS+x.Duration, d.last))
	}
	for ip := range h.by {
		h.peers = append(h.peers, ip)
	}
	slices.SortFunc(h.peers, func(a, b string) int { return cmp.Or(cmp.Compare(h.by[b], h.by[a]), cmp.Compare(a, b)) })
	h.compare(d)
	return h
}

// usual is the median of all days but one; days that are not in the map count as 0.
func usual(byDay map[uint32]int64, but uint32, days int64) float64 {
	other := make([]int64, 0, days)
	for day, n := range byDay {
		if day != but {
			other = append(other, n)
		}
	}
	for int64(len(other)) < days-1 {
		other = append(other, 0)
	}
	if len(other) == 0 {
		return 0
	}
	slices.Sort(other)
	return float64(other[len(other)/2])
}

// compare looks for what the departure equals: all of the haul, or what came
// from one machine. The more sums there are, the less a match says.
func (h *haul) compare(d *departure) {
	best := near
	try := func(what string, sum int64) {
		h.tried++
		if off := math.Abs(float64(d.bytes)/float64(sum) - 1); sum > 0 && off <= best {
			best, h.match, h.off = off, what, off
		}
	}
	try(fmt.Sprintf("all %d machines", len(h.peers)), h.bytes)
	if len(h.peers) > 1 {
		for _, ip := range h.peers[:min(len(h.peers), 20)] {
			try(ip, h.by[ip])
		}
	} else if h.match != "" {
		h.match = h.peers[0]
	}
}

func (c *candidate) terms(d *departure, h *haul) (ts []detect.Term) {
	add := func(t detect.Term) {
		if t.DB != 0 {
			ts = append(ts, t)
		}
	}
	if h.days >= 3 {
		// Three times the usual says nothing, a hundred times all.
		ratio := float64(h.day) / h.usual
		add(GatheredMore.Scaled(math.Log10(ratio/3)/math.Log10(33), detect.Bytes(h.day), times(ratio)))
	}
	if h.days >= 3 && len(h.peers) >= max(3, 2*h.sources) {
		add(ManySources.Says(len(h.peers), h.sources))
	}
	share := float64(d.bytes) / float64(h.bytes)
	switch {
	case h.match != "":
		// A sum meets another by chance once in fifty, on a logarithmic scale of
		// two decades; a thief's match we hold for one in three.
		odds := 10 * math.Log10(0.33/(0.02*float64(h.tried)))
		add(SameAmount.Scaled(odds/SameAmount.DB, h.match, 100*h.off))
	case share >= 0.05 && share < 1:
		add(AsPacked.Says(int(100 * share)))
	case share >= 1:
		add(MoreLeft.Says(detect.Bytes(d.bytes), detect.Bytes(h.bytes)))
	case share < 0.01:
		add(HardlyAnyLeft.Says(detect.Bytes(d.bytes), detect.Bytes(h.bytes)))
	}
	if gap := max(d.first-h.last, 0); share >= 0.05 && (share < 1 || h.match != "") {
		part := 1.0
		if gap > dayMicros {
			part = 0.4
		}
		add(LeftAfter.Scaled(part, detect.Span(max(gap, 1))))
	}
	ts = append(ts, c.packed()...)
	switch {
	case h.alike >= 3:
		add(GathersDaily.Says(h.alike+1, h.days))
	case h.alike >= 1:
		add(GatheredBefore.Says(detect.Date(int64(h.another) * hourMicros)))
	}
	switch {
	case d.back > d.bytes:
		add(detect.ReceivedMore.Says())
	case d.back*3 > d.bytes*2:
		add(detect.Conversational.Says())
	}
	alike := 0
	for _, n := range c.partner {
		if n*4 >= d.bytes {
			alike++
		}
	}
	if alike >= 3 && c.labelFirst/dayMicros-c.lookFirst/dayMicros <= 1 {
		add(detect.UsualForHost.Says(alike, h.days))
	}
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.departureDays(), Labels: c.labels, Name: c.name, Names: c.names, Port: d.calls[0].port, Proto: 6,
	})...)
}

func (c *candidate) departureDays() int64 {
	days := map[int64]bool{}
	for i := range c.departures {
		days[c.departures[i].TS/dayMicros] = true
	}
	return int64(len(days))
}

// innocentEndings are names under which archives are hidden; office documents are
// zip files and are not among them.
var innocentEndings = []string{".jpg", ".jpeg", ".png", ".gif", ".bmp", ".log", ".txt", ".tmp", ".dat", ".ico", ".mp3", ".mp4", ".css", ".js"}

// packed weighs the archives that the host moved inside.
func (c *candidate) packed() (ts []detect.Term) {
	if len(c.files) == 0 {
		return nil
	}
	ts = append(ts, PackedInside.Says(c.files[0].name))
	var top int64
	for _, x := range c.files {
		top = max(top, x.bytes)
	}
	same := 0
	for _, x := range c.files {
		if x.bytes > 0 && x.bytes*100 >= top*97 {
			same++
		}
	}
	if same >= 3 {
		ts = append(ts, detect.ManyArchives.Says(same))
	}
	for _, x := range c.files {
		if slices.Contains(innocentEndings, strings.ToLower(path.Ext(x.name))) {
			return append(ts, detect.TypeLie.Says(x.name, x.mime))
		}
	}
	return ts
}

// places picks the largest arrivals and departures.
func (c *candidate) places(d *departure, h *haul) (out []detect.Place) {
	pick := func(calls []*call, n int) {
		var top []*call // the largest, the earlier of two alike
		for _, x := range calls {
			if x.Place.Source == 0 || len(top) == n && x.In+x.Out <= top[n-1].In+top[n-1].Out {
				continue
			}
			at, _ := slices.BinarySearchFunc(top, x, func(a, b *call) int { return cmp.Or(cmp.Compare(b.In+b.Out, a.In+a.Out), -1) })
			top = slices.Insert(top, at, x)
			top = top[:min(len(top), n)]
		}
		for _, x := range top {
			out = append(out, x.Place)
		}
	}
	pick(h.arrivals, 4)
	pick(d.calls, 3)
	return out
}

func (c *candidate) reason(d *departure, h *haul) string {
	far := detect.FarEnd(d.calls[0].ip, c.name, d.calls[0].port)
	s := fmt.Sprintf("%s got %s in %d transfers from %s between %s and %s, and sent %s to %s from %s on", c.host, detect.Bytes(h.bytes),
		len(h.arrivals), list(h.peers), stamp(h.arrivals[0].TS), stamp(h.last), detect.Bytes(d.bytes), far, stamp(d.first))
	switch {
	case h.match != "":
		return s + "; as much had come from " + h.match + "."
	case d.bytes < h.bytes:
		return s + "; that can be made of " + c.composed(d, h) + "."
	}
	return s + "; that is more than came in, so it is not all of it."
}

// composed names the arrivals before the departure that add up to it, the latest
// first: what was packed and sent is more often what came last.
func (c *candidate) composed(d *departure, h *haul) string {
	by := map[string]int64{}
	var sum int64
	n := 0
	for i := len(h.arrivals) - 1; i >= 0 && sum < d.bytes; i-- {
		x := h.arrivals[i]
		by[x.ip] += x.In
		sum += x.In
		n++
	}
	var parts []string
	for _, ip := range h.peers {
		if by[ip] > 0 {
			parts = append(parts, fmt.Sprintf("%s from %s", detect.Bytes(by[ip]), ip))
		}
	}
	return fmt.Sprintf("the last %d transfers: %s", n, strings.Join(head(parts), ", "))
}

func list(ss []string) string { return strings.Join(head(ss), ", ") }

// head keeps a list short.
func head(ss []string) []string {
	if len(ss) <= 4 {
		return ss
	}
	return append(slices.Clone(ss[:3]), fmt.Sprintf("%d more", len(ss)-3))
}

func times(f float64) string {
	if f >= 1000 {
		return "over 1000 times"
	}
	return fmt.Sprintf("%.0f times", f)
}

func stamp(us int64) string { return detect.Moment(us) }
