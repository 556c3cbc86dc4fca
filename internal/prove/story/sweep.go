package story

import (
	"fmt"
	"time"

	"barium/internal/event"
)

// Sweep is a plain theft of a size over a time by a route, without a story: it
// tells from which size on a route is seen.
type Sweep struct {
	Story
	Size  int64
	Lasts time.Duration
}

// sweepLengths are the times over which a plain theft sends.
var sweepLengths = []time.Duration{time.Hour, 24 * time.Hour, 10 * 24 * time.Hour}

// sweepSizes are the sizes that are tried by each route, rising; DNS and ICMP
// carry little, and mail servers take no gigabytes.
var sweepSizes = []struct {
	route Route
	sizes []int64
}{
	{HTTPS, []int64{10 * mb, 100 * mb, gb, 10 * gb}},
	{Cloud, []int64{10 * mb, 100 * mb, gb, 10 * gb}},
	{FTP, []int64{mb, 10 * mb, 100 * mb, gb}},
	{SMTP, []int64{mb, 10 * mb, 100 * mb}},
	{DNS, []int64{10 * kb, 100 * kb, mb, 10 * mb}},
	{ICMP, []int64{100 * kb, mb, 10 * mb, 100 * mb}},
}

// Sweeps lists the plain thefts: size by time by route.
func Sweeps() (out []Sweep) {
	for _, r := range sweepSizes {
		for _, length := range sweepLengths {
			for _, size := range r.sizes {
				out = append(out, newSweep(r.route, size, length))
			}
		}
	}
	return out
}

func newSweep(r Route, size int64, length time.Duration) Sweep {
	return Sweep{Size: size, Lasts: length, Story: Story{
		Name:  fmt.Sprintf("%s-%d-%s", r, size, length),
		Title: string(r), Route: r, Length: length, Bytes: size,
		Shape:  fmt.Sprintf("%d bytes by %s within %s, in even pieces at uneven times", size, r, length),
		Source: "a plain sweep; no story",
		Play:   func(s *Scene) { s.plain(r, size, event.Time(length.Microseconds())) },
	}}
}

// plain sends size bytes over length: in even pieces at uneven times.
func (s *Scene) plain(r Route, size int64, length event.Time) {
	switch r {
	case HTTPS:
		far := s.far("exfiltration", s.domain())
		s.pieces(size, 50*mb, length, func(t event.Time, n int64) {
			s.upload(flow{at: t, lasts: lasting(n), to: far, port: 443, out: n, in: n/100 + 2*kb}, session{name: far.Name})
		})
	case Cloud:
		name := []string{"content.dropboxapi.com", "api.pcloud.com", "s3.wasabisys.com", "f003.backblazeb2.com"}[s.Rand.IntN(4)]
		far := s.far("exfiltration", name)
		s.pieces(size, 50*mb, length, func(t event.Time, n int64) {
			s.upload(flow{at: t, lasts: lasting(n), to: far, port: 443, out: n, in: n/200 + 3*kb}, session{name: far.Name})
		})
	case FTP:
		far := s.far("exfiltration", "")
		i := 0
		s.pieces(size, 50*mb, length, func(t event.Time, n int64) {
			i++
			s.store(t, far, fmt.Sprintf("d%03d.dat", i), "application/octet-stream", n, 5*mb)
		})
	case SMTP:
		far := s.far("exfiltration", "mail."+s.domain())
		s.pieces(size, 8*mb, length, func(t event.Time, n int64) { s.mail(t, far, n) })
	case DNS:
		zone := s.far("exfiltration", s.domain())
		s.pieces(size, 110, length, func(t event.Time, n int64) { s.tunnelled(t, zone, int(n)) })
	case ICMP:
		far := s.far("exfiltration", "")
		s.pieces(size, 500*kb, length, func(t event.Time, n int64) {
			const payload = 1000
			if _, ok := s.connect(flow{at: t, lasts: event.Time(n/payload) * 20_000, to: far, proto: event.ProtoICMP, out: n, in: n / 4, packets: max(1, n/payload)}); ok {
				s.sent(t, n)
			}
		})
	}
}

// lasting is how long an upload takes, at 5 MB/s.
func lasting(n int64) event.Time { return event.Time(n/(5*mb))*second + second }

// pieces cuts a size into pieces and calls f for each, at uneven times over length,
// of which the last minute is left free.
func (s *Scene) pieces(size, piece int64, length event.Time, f func(event.Time, int64)) {
	ns := s.spread(size, piece)
	step := (length - minute) / event.Time(len(ns))
	for i, n := range ns {
		f(s.Begin+event.Time(i)*step+event.Time(s.Rand.Float64()*float64(step)*0.8), n)
	}
}

// mail writes a message with an attachment to a server outside.
func (s *Scene) mail(t event.Time, to *End, n int64) {
	h, ok := s.connect(flow{at: t, lasts: lasting(n), to: to, port: 587, proto: event.ProtoTCP, service: "smtp", out: n*4/3 + 900, in: 700})
	if !ok {
		return
	}
	if s.Logs["smtp"] {
		s.sink.Mail(&event.Mail{
			Head: h, From: []byte(s.letters(6) + "@" + to.Label), To: [][]byte{[]byte(s.letters(6) + "@" + to.Label)},
			Size: n * 4 / 3, Code: 250, Filenames: [][]byte{[]byte(s.letters(5) + ".zip")},
		})
	}
	s.sent(t, n)
}
