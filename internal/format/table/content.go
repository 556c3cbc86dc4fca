package table

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"barium/internal/event"
)

// What a cell looks like.
const (
	contentWord    = "word"
	contentAddr    = "address"
	contentNumber  = "number"
	contentDecimal = "decimal"
	contentTime    = "time"
)

// layouts are formats of times that are tried on columns, the likelier first.
var layouts = []string{
	layoutISO, "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
	"%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M",
	"%d/%b/%Y:%H:%M:%S %z", "%d-%b-%Y %H:%M:%S", "%b %d %Y %H:%M:%S", "%b %d, %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%Y-%m-%d %H:%M", "%Y%m%d%H%M%S", "%Y%m%d %H%M%S",
}

// contentOf says what one cell looks like, "" for nothing.
func contentOf(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".0")
	if s == "" || s == "-" {
		return ""
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return contentAddr
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return contentNumber
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && s[0]-'0' <= 9 {
		return contentDecimal
	}
	if s[0]-'0' <= 9 || len(s) > 10 {
		for _, l := range layouts {
			if tell(s, l) {
				return contentTime
			}
		}
	}
	return contentWord
}

// tell reports whether s is a time of a layout.
func tell(s, layout string) bool {
	c, err := newClock(layout, time.UTC)
	if err != nil {
		return false
	}
	_, ok := c.moment([]byte(s), &offsets{})
	return ok
}

// look is what the cells of a column look like together.
type look struct {
	column
	given   int
	counts  map[string]int
	most    int64 // largest number
	grouper byte  // stands between thousands, or 0
	formats []string
	words   map[string]int // few different ones
}

func lookAt(c *column) *look {
	const mostWords = 40
	l := &look{column: *c, counts: map[string]int{}, words: map[string]int{}}
	for _, s := range c.cells {
		s = strings.TrimSpace(s)
		k := contentOf(s)
		if k == "" {
			continue
		}
		l.given++
		l.counts[k]++
		if n, err := strconv.ParseInt(strings.TrimSuffix(s, ".0"), 10, 64); err == nil {
			l.most = max(l.most, n)
		}
		if _, ok := l.words[s]; ok || len(l.words) < mostWords {
			l.words[s]++
		}
	}
	l.formats = l.timeFormats()
	l.grouper = l.groups()
	return l
}

// groups returns what stands between the thousands of a column's numbers, 0 for
// nothing. A point may do so if it comes twice; else it is a decimal one.
func (l *look) groups() byte {
	for i := range len(groupers) {
		c, twice := groupers[i], false
		n := 0
		for w := range l.words {
			if strings.IndexByte(w, c) >= 0 && grouped([]byte(w), c) || contentOf(w) == contentNumber {
				n++
			}
			twice = twice || strings.Count(w, groupers[i:i+1]) > 1
		}
		if n == len(l.words) && l.counts[contentNumber] < l.given && (c != '.' || twice) {
			return c
		}
	}
	return 0
}

// all reports whether nearly all cells are of the kinds.
func (l *look) all(kinds ...string) bool {
	n := 0
	for _, k := range kinds {
		n += l.counts[k]
	}
	return l.given > 0 && n*100 >= l.given*95
}

// timeFormats returns the formats that fit nearly all cells.
func (l *look) timeFormats() (out []string) {
	try := layouts
	if l.all(contentNumber, contentDecimal) {
		try = append(try[:len(try):len(try)], "s", "ms", "us", "ns")
	}
	for _, f := range try {
		n := 0
		for _, s := range l.cells {
			if len(s) >= 8 && tell(s, f) && plausible(s, f) {
				n++
			}
		}
		if n > 0 && n*100 >= l.given*95 {
			out = append(out, f)
		}
	}
	return out
}

// plausible reports a time between 1995 and 2100.
func plausible(s, layout string) bool {
	c, err := newClock(layout, time.UTC)
	if err != nil {
		return false
	}
	t, _ := c.moment([]byte(s), &offsets{})
	const from, to = event.Time(788918400_000_000), event.Time(4102444800_000_000)
	return t >= from && t < to
}

// few reports whether nearly all cells are among the words, in any case.
func (l *look) few(words ...string) bool {
	n := 0
	for w, c := range l.words {
		for _, x := range words {
			if strings.EqualFold(w, x) {
				n += c
				break
			}
		}
	}
	return l.given > 0 && n*100 >= l.given*95
}

// fits reports whether the content suits a use.
func (l *look) fits(u use) bool {
	switch u {
	case asMoment:
		return len(l.formats) > 0
	case asAddr:
		return l.counts[contentAddr]*10 >= l.given*8 && l.given > 0
	case asPort:
		return l.portLike()
	case asCount:
		return l.grouper != 0 || l.all(contentNumber) || l.all(contentNumber, contentDecimal) && l.counts[contentNumber] > 0
	case asDuration:
		return l.all(contentNumber, contentDecimal) || len(l.formats) > 0
	case asProto:
		return l.all(contentNumber) && l.most < 256 || l.protoNames()
	case asState:
		return len(l.words) > 0 && len(l.words) < 40 && l.all(contentWord)
	case asCode:
		return l.all(contentNumber) && l.most < 1000
	}
	return l.given > 0
}

func (l *look) portLike() bool {
	n := l.counts[contentNumber]
	for w, c := range l.words {
		if strings.HasPrefix(w, "0x") {
			n += c
		}
	}
	return l.given > 0 && n*100 >= l.given*95 && l.most <= 65535
}

func (l *look) protoNames() bool {
	n := 0
	for w, c := range l.words {
		if _, ok := protocols[strings.ToLower(w)]; ok {
			n += c
		}
	}
	return l.given > 0 && n*100 >= l.given*60
}
