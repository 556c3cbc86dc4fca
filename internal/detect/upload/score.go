package upload

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"barium/internal/detect"
	"barium/internal/event"
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	f := detect.Finding{
		Detector: "upload", Stage: detect.Exfiltration, Src: c.host, DstName: c.name, Label: c.label, Records: detect.AnyPort,
		Techniques: []string{"T1041"},
	}
	c.pieces = c.carriers()
	var calls []detect.Call
	byFar := map[string]int64{}
	var biggest int64 = -1
	for i := range c.pieces {
		p := &c.pieces[i]
		calls = append(calls, p.calls...)
		k := fmt.Sprintf("%s %d", p.ip, p.port)
		for _, x := range p.calls {
			if !x.Attempt {
				byFar[k] += x.Out
			}
		}
		if byFar[k] > biggest {
			biggest = byFar[k]
			f.Dst, f.Port, f.Proto = p.ip, p.port, event.Proto(p.proto).String()
		}
	}
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return cmp.Compare(a.TS, b.TS) })
	days := map[uint32]int64{}
	f.First = calls[0].TS
	for _, x := range calls {
		f.Events++
		f.Last = max(f.Last, x.TS+x.Duration)
		if x.Attempt {
			f.Attempts++
			continue
		}
		f.BytesOut += x.Out
		f.BytesIn += x.In
		f.Incomplete = f.Incomplete || x.Missed > 0
		h := uint32(x.TS / 3_600_000_000)
		days[h-h%24] += x.Out
	}
	if f.BytesOut == 0 {
		return f, false // nothing was answered: attempts are no upload
	}
	f.Hours = detect.Hourly(calls)
	f.Places = c.evidence(calls)
	f.Accepted = c.took() + c.unnamed()
	f.Estimated = f.Accepted > 0 && c.took() == 0
	for _, x := range c.files {
		f.Files = append(f.Files, x.File)
		f.Incomplete = f.Incomplete || x.partial
		for _, e := range []detect.Entity{
			{Kind: detect.KindFile, Value: x.Name},
			{Kind: detect.KindAccount, Value: x.account},
			{Kind: detect.KindDestination, Value: x.at},
		} {
			if e.Value != "" && !slices.Contains(f.Entities, e) {
				f.Entities = append(f.Entities, e)
			}
		}
		if strings.HasPrefix(x.How, "FTP") || strings.HasPrefix(x.How, "HTTP") {
			f.Techniques = union(f.Techniques, "T1048.003")
		}
		if x.isArchive() {
			f.Techniques = union(f.Techniques, "T1560.001")
		}
		// The port of the transfer names the way better than a data channel does.
		f.Port = x.port
	}
	f.Terms = c.terms(&f, calls, days)
	slices.Sort(f.Techniques)
	f.Reason = reason(c, &f)
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	f.Checks = []detect.Check{
		{Where: "data owner", Text: fmt.Sprintf("was %s meant to send data to %s at this time, and is there a contract or a ticket for it?", c.host, far)},
		{Where: "host", Text: fmt.Sprintf("which program and account on %s sent it, and are the files (or an archive tool's traces) still there?", c.host)},
		{Where: "packets", Text: "if a capture exists: what do the first bytes of the transfers say of their content?"},
	}
	return f, f.Weight() > 0
}

// unnamed returns the content at least of answered connections of which no log
// says what they carried. Where files are known, only HTTP tells which
// connections carried them; FTP sends them over others.
func (c *candidate) unnamed() (n int64) {
	if slices.ContainsFunc(c.files, func(f file) bool { return !strings.HasPrefix(f.How, "HTTP") }) {
		return 0
	}
	var in int64
	for i := range c.pieces {
		p := &c.pieces[i]
		if !detect.Acknowledged(p.proto, p.port) {
			continue
		}
		for _, x := range p.calls {
			if x.Attempt || slices.ContainsFunc(c.files, func(f file) bool { return f.by(p, &x) }) {
				continue
			}
			n += x.Out
			in += x.In
		}
	}
	if in == 0 {
		return 0
	}
	return detect.ContentOf(n)
}

// took returns the bytes of the files that the far end accepted, each once.
func (c *candidate) took() (n int64) {
	for _, x := range c.files {
		if x.Accepted {
			n += x.Bytes
		}
	}
	return n
}

func union(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// carriers returns the connections that carried the files by HTTP, if they make
// up most of what left; otherwise all.
func (c *candidate) carriers() []piece {
	var all, carried int64
	var out []piece
	for _, p := range c.pieces {
		q := p
		q.calls = nil
		for _, x := range p.calls {
			if x.Attempt {
				continue
			}
			all += x.Out
			if slices.ContainsFunc(c.files, func(f file) bool { return f.by(&p, &x) }) {
				carried += x.Out
				q.calls = append(q.calls, x)
			}
		}
		if len(q.calls) > 0 {
			out = append(out, q)
		}
	}
	if carried*2 > all {
		return out
	}
	return c.pieces
}

// by reports whether a file was sent over a connection.
func (f *file) by(p *piece, x *detect.Call) bool {
	if p.port != f.port {
		return false
	}
	for _, s := range f.sendings {
		// Zeek's clock readings of one connection in two logs may differ a little.
		if s.port == x.Port && s.ts >= x.TS-1_000_000 && s.ts <= x.TS+x.Duration+1_000_000 {
			return true
		}
	}
	return false
}

// evidence picks places: the files' own records first, then connections, the
// largest among them.
func (c *candidate) evidence(calls []detect.Call) []detect.Place {
	sent := slices.Clone(calls)
	slices.SortStableFunc(sent, func(a, b detect.Call) int { return cmp.Compare(b.Out, a.Out) })
	var conns []detect.Place
	for _, x := range sent {
		if x.Place.Source != 0 && len(conns) < 4 {
			conns = append(conns, x.Place)
		}
	}
	var out []detect.Place
	for _, x := range c.files {
		if x.Accepted {
			out = append(out, x.places...)
		}
	}
	if len(out) == 0 {
		for _, x := range c.files {
			out = append(out, x.places...)
		}
	}
	return append(slices.Clone(detect.Spread(out, 5)), conns...)
}

// terms weighs the volume, the content and the far end.
func (c *candidate) terms(f *detect.Finding, calls []detect.Call, days map[uint32]int64) []detect.Term {
	var ts []detect.Term
	top, topDay := int64(0), uint32(0)
	for d, n := range days {
		if n > top || n == top && d < topDay {
			top, topDay = n, d
		}
	}
	ts = append(ts, c.volume(f, calls, days, top, topDay)...)
	ts = append(ts, c.content(f)...)
	ts = append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: int64(len(days)), Labels: c.labels, Name: c.name, Names: c.names, Port: f.Port, Proto: c.pieces[0].proto,
	})...)
	return ts
}

// volume compares the strongest day with the host's other days, with other
// hosts and with what came back; of what is no habit, the shape counts too.
func (c *candidate) volume(f *detect.Finding, calls []detect.Call, days map[uint32]int64, top int64, topDay uint32) (ts []detect.Term) {
	// 10 MB in a day says nothing, 10 GB all.
	if t := detect.MuchInADay.Scaled(math.Log10(float64(top)/10e6)/3, detect.Bytes(top)); t.DB > 0 {
		ts = append(ts, t)
	}
	var other []int64
	for _, d := range c.past {
		if d.day != topDay {
			other = append(other, d.out)
		}
	}
	// Its past by days, by hours and what else it sends are one fact: the stronger counts.
	var above detect.Term
	if len(other) >= 2 && top >= dayBytes {
		slices.Sort(other)
		usual := max(other[len(other)/2], 1_000_000)
		// Twice the usual says nothing, a hundred times all.
		ratio := float64(top) / float64(usual)
		above = detect.AboveOwnPast.Scaled(math.Log10(ratio/2)/math.Log10(50), detect.Times(ratio))
	}
	if len(other) < 2 {
		if t, ok := c.rest(top, topDay); ok {
			above = t
		}
	}
	if t, ok := burst(f.Hours, c.byHour); ok && t.DB > above.DB {
		above = t
	}
	if above.DB > 0 {
		ts = append(ts, above)
	}
	if c.hosts >= 5 && c.users <= 2 && top >= dayBytes && top > c.peersMost {
		ts = append(ts, detect.AbovePeers.Says(c.hosts-1))
	}
	// Files that were taken are no conversation, whatever came back.
	if balance := detect.BalanceTerms(f.BytesOut, f.BytesIn); len(balance) > 0 && (balance[0].DB > 0 || c.took() == 0) {
		ts = append(ts, balance...)
	}
	if c.isCall() && f.BytesIn*5 >= f.BytesOut {
		ts = append(ts, detect.CallPort.Says(f.Port))
	}
	if top < 500_000 && !c.loot() {
		ts = append(ts, detect.SmallVolume.Says(detect.Bytes(top)))
	}
	if n, span, ok := c.usual(days, top); ok {
		return append(ts, detect.UsualForHost.Says(n, span))
	}
	return append(ts, c.shape(f, calls)...)
}

// usual reports on how many days of so many the same partner was sent as much, if it
// was again and again, from the beginning of the records on.
func (c *candidate) usual(days map[uint32]int64, top int64) (alike, span int64, ok bool) {
	sent := c.partner
	if len(sent) == 0 { // less than dayBytes on every day: the host's own days
		for _, n := range days {
			sent = append(sent, n)
		}
	}
	for _, n := range sent {
		if n*4 >= top {
			alike++
		}
	}
	span = (c.lookLast-c.lookFirst)/86_400_000_000 + 1
	age := (c.labelFirst - c.lookFirst) / 86_400_000_000
	return alike, span, alike >= 3 && age <= 1
}

// isCall reports whether all of it went by UDP to a port that calls use.
func (c *candidate) isCall() bool {
	return !slices.ContainsFunc(c.pieces, func(p piece) bool { return !detect.UsedByCalls(p.proto, p.port) })
}

// content weighs what the files show.
func (c *candidate) content(f *detect.Finding) (ts []detect.Term) {
	accepted := 0
	var packed []*file
	for i := range c.files {
		x := &c.files[i]
		if x.Accepted {
			accepted++
		}
		if x.isArchive() && (x.Accepted || len(packed) == 0) {
			packed = append(packed, x)
		}
	}
	switch {
	case len(packed) > 0 && packed[0].Accepted:
		ts = append(ts, detect.Archive.Says(packed[0].Name))
	case len(packed) > 0:
		ts = append(ts, detect.ArchiveTried.Says(packed[0].Name))
	}
	if n := equal(packed); n >= 3 {
		ts = append(ts, detect.ManyArchives.Says(n))
		f.Techniques = union(f.Techniques, "T1030")
		slices.Sort(f.Techniques)
	}
	if accepted > 0 {
		ts = append(ts, detect.NamedFiles.Says(accepted))
	}
	for _, x := range packed {
		if x.disguised() {
			ts = append(ts, detect.TypeLie.Says(x.Name, x.MIME))
			break
		}
	}
	if accepted > 0 && c.name == "" {
		ts = append(ts, detect.PlainAddress.Says())
	}
	ts = append(ts, c.labelled(f)...)
	if c.atNight(f) {
		ts = append(ts, detect.ByNight.Says())
	}
	return ts
}

// labelled weighs what files are called and how the sender made himself known: a
// thief who robs many machines writes on the loot whose it is.
func (c *candidate) labelled(f *detect.Finding) (ts []detect.Term) {
	var own, dated, login bool
	for i := range c.files {
		x := &c.files[i]
		if name := detect.NamedIn(c.own, x.Name); name != "" && !own {
			own = true
			ts = append(ts, detect.OwnName.Says(x.Name, name))
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: name})
		}
		if !dated && detect.IsStamped(x.Name) {
			dated = true
			ts = append(ts, stamped.Says(x.Name))
		}
		if !login && strings.HasPrefix(x.How, "FTP") && x.account != "" && x.account != "anonymous" && x.account != "ftp" {
			login = true
			ts = append(ts, clearLogin.Says(x.account))
		}
	}
	if len(c.files) == 0 {
		return ts
	}
	first := c.files[0].First
	for i := range c.files {
		first = min(first, c.files[i].First)
	}
	if t, ok := detect.ChecksTerm(c.checks, first); ok {
		ts = append(ts, t)
		f.Techniques = union(f.Techniques, "T1016")
		slices.Sort(f.Techniques)
	}
	return ts
}

// loot reports whether the sender looked for his own address and then sent what
// bears the host's name: what is stolen so, passwords and pictures of screens, is
// small by nature, and that it is little says nothing.
func (c *candidate) loot() bool {
	return slices.ContainsFunc(c.files, func(x file) bool {
		_, checked := detect.ChecksTerm(c.checks, x.First)
		return checked && detect.NamedIn(c.own, x.Name) != ""
	})
}

// equal returns how many archives have about the size of the largest.
func equal(fs []*file) (n int) {
	var top int64
	for _, x := range fs {
		top = max(top, x.Bytes)
	}
	for _, x := range fs {
		if x.Bytes*10 >= top*9 {
			n++
		}
	}
	return n
}

// atNight reports whether most of the bytes left outside working hours.
func (c *candidate) atNight(f *detect.Finding) bool {
	var night int64
	for _, h := range f.Hours {
		t := time.Unix(int64(h.Hour)*3600, 0).UTC()
		if t.Hour() >= 20 || t.Hour() < 6 || t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
			night += h.BytesOut
		}
	}
	return night*10 >= f.BytesOut*9
}

func reason(c *candidate, f *detect.Finding) string {
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	var took []file
	for _, x := range c.files {
		if x.Accepted {
			took = append(took, x)
		}
	}
	span := detect.Span(max(f.Last-f.First, 1_000_000))
	switch {
	case len(took) == 1:
		x := took[0]
		again := ""
		if x.Sent > 1 {
			again = fmt.Sprintf(", sent %d times", x.Sent)
		}
		return fmt.Sprintf("%s sent the file %s (%s%s) to %s by %s, which accepted it; %s on the wire.",
			c.host, x.Name, detect.Bytes(x.Bytes), again, far, x.How, detect.Bytes(f.BytesOut))
	case len(took) > 1:
		return fmt.Sprintf("%s sent %d files (%s) to %s within %s, which accepted them; %s on the wire.",
			c.host, len(took), detect.Bytes(f.Accepted), far, span, detect.Bytes(f.BytesOut))
	}
	if len(c.files) > 0 {
		return fmt.Sprintf("%s tried to send %s to %s within %s, and no log says that it was accepted; %s on the wire.",
			c.host, plural(len(c.files), "file"), far, span, detect.Bytes(f.BytesOut))
	}
	return fmt.Sprintf("%s sent %s to %s within %s and received %s; no log names what it was.",
		c.host, detect.Bytes(f.BytesOut), far, span, detect.Bytes(f.BytesIn))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
