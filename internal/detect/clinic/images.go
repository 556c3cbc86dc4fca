package clinic

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed images.sql
	imagesQuery string
	//go:embed images_list.sql
	imagesListQuery string
)

const (
	// manyImages is how many bytes of images within a day are many studies: a
	// computed tomography has some 300 MB.
	manyImages = 1_000_000_000
	// manySenders is from how many senders images come to an archive.
	manySenders = 3
)

// received is what a host got from a sender in an hour.
type received struct {
	sender        string
	hour          uint32
	port          int
	first, last   int64
	events, bytes int64
}

// receiver is a host that got many images.
type receiver struct {
	host                string
	receivers, hosts    int64 // hosts that got as many, all hosts inside
	lookFirst, lookLast int64
	hourly              uint32 // older hours stand for days
	got                 []received
}

func findImages(ctx context.Context, l *ledger.Look) (out []detect.Finding, err error) {
	var all []receiver
	var c receiver
	var r received
	var hosts int64
	if err := ledger.One(ctx, l.Store, "SELECT count(DISTINCT o.client) FROM oriented o JOIN place p ON p.address = o.client AND p.inside AND NOT p.special", &hosts); err != nil {
		return nil, err
	}
	into := []any{&c.host, &r.sender, &r.hour, &r.port, &r.first, &r.last, &r.events, &r.bytes, &c.receivers}
	err = ledger.Steps(ctx, l.Store, imagesQuery, []any{manyImages}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != c.host {
			c.hosts, c.lookFirst, c.lookLast, c.hourly, c.got = hosts, l.Facts.First, l.Facts.Last, l.Facts.Hourly, nil
			all = append(all, c)
		}
		x := &all[len(all)-1]
		x.got = append(x.got, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		f, top, ok := scoreImages(&all[i])
		if !ok {
			continue
		}
		var calls []detect.Call
		var swapped bool
		var list detect.List
		args := []any{f.Src, uint32(top * 24), uint32(top*24 + 24)}
		err := ledger.Each(ctx, l.Store, imagesListQuery, args, append([]any{&swapped}, detect.Scan(&list)...), func() error {
			more, err := detect.Calls(&list, swapped)
			calls = append(calls, more...)
			return err
		})
		if err != nil {
			return nil, err
		}
		f.Places = pieces(calls)
		out = append(out, f)
	}
	return out, nil
}

// perDay adds up bytes by day, and tells the day with the most.
func (c *receiver) perDay() (days map[int64]int64, top int64) {
	days = map[int64]int64{}
	for i := range c.got {
		days[int64(c.got[i].hour/24)] += c.got[i].bytes
	}
	for d, n := range days {
		if n > days[top] || n == days[top] && d < top {
			top = d
		}
	}
	return days, top
}

// scoreImages weighs one receiver by its strongest day, which it tells.
func scoreImages(c *receiver) (f detect.Finding, top int64, ok bool) {
	days, top := c.perDay()
	f = detect.Finding{Detector: "clinic", Stage: detect.Collection, Techniques: []string{"T1213"}, Proto: "tcp", Records: detect.AnyPort}
	senders := map[string]bool{} // on all days
	from := map[string]int64{}   // on the strongest
	var night int64
	for i := range c.got {
		x := &c.got[i]
		senders[x.sender] = true
		if int64(x.hour/24) != top {
			continue
		}
		from[x.sender] += x.bytes
		f.With(x.sender, x.port)
		if f.Dst == "" || from[x.sender] > from[f.Dst] {
			f.Dst, f.Port = x.sender, x.port
		}
		if f.First == 0 {
			f.First = x.first
		}
		f.First, f.Last = min(f.First, x.first), max(f.Last, x.last)
		f.Events += x.events
		f.BytesIn += x.bytes
		if x.hour >= c.hourly && atNight(x.hour) {
			night += x.bytes
		}
	}
	f.Src, f.Label = c.host, f.Dst
	f.Terms = append(f.Terms, imagesIn.Scaled(0.3+0.7*grade(float64(days[top]), manyImages, 50e9), detect.Bytes(days[top]), len(from)))
	first := c.got[0].first
	if age := recordDay(first, c.lookFirst); age > learnDays {
		f.Terms = append(f.Terms, newReceiver.Says(detect.Date(first), age))
	}
	switch {
	case c.receivers >= 5 && c.receivers*20 >= c.hosts:
		f.Terms = append(f.Terms, manyReceivers.Says(c.receivers))
	default:
		if t := fewReceivers.Scaled(grade(float64(c.hosts)/float64(c.receivers), 2, 50), c.receivers, c.hosts); t.DB > 0 {
			f.Terms = append(f.Terms, t)
		}
	}
	if len(senders) >= manySenders {
		f.Terms = append(f.Terms, isArchive.Says(len(senders)))
	}
	f.Terms = append(f.Terms, c.past(days, top)...)
	if night*10 >= days[top]*9 {
		f.Terms = append(f.Terms, nightImages.Says())
	}
	f.Reason = fmt.Sprintf("%s got %s of medical images on %s in %d connections, most of them from %s; the first that it got was on %s.",
		c.host, detect.Bytes(f.BytesIn), detect.Date(f.First), f.Events, f.Dst, detect.Date(first))
	f.Checks = []detect.Check{
		{Where: "archive", Text: fmt.Sprintf("which application entity asked the archive %s for these studies, for which patients, by whose order?", f.Dst)},
		{Where: "host", Text: fmt.Sprintf("is %s a new workstation, archive or research export? Where are the images now?", c.host)},
	}
	return f, top, f.Weight() > 0
}

// past compares the strongest day with the others.
func (c *receiver) past(days map[int64]int64, top int64) (ts []detect.Term) {
	var alike, most int64
	for d, n := range days {
		if n*4 >= days[top] {
			alike++
		}
		if d != top {
			most = max(most, n)
		}
	}
	span := recordDay(c.lookLast, c.lookFirst)
	switch {
	case alike >= 3:
		ts = append(ts, usualImages.Says(alike, span))
	case len(days) >= 3 && days[top] >= 4*most:
		ts = append(ts, aboveOwnImages.Scaled(grade(float64(days[top])/float64(most), 2, 50), days[top]/most))
	}
	return ts
}
