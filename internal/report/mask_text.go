package report

import (
	"net/netip"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// index holds folded names in order, for finding the longest that a text begins
// with. It takes no more memory than the names.
type index []indexed

type indexed struct {
	name, stand string
	inner       bool // the name, as ::1, may be the end of a longer address
}

// newIndex makes an index of folded names and their stand-ins. Names of one
// character would be found everywhere and are only replaced where they are a
// whole field.
func newIndex(stands map[string]string) index {
	x := make(index, 0, len(stands))
	for name, stand := range stands {
		if utf8.RuneCountInString(name) < 2 {
			continue
		}
		x = append(x, indexed{name, stand, name[0] == ':'})
	}
	slices.SortFunc(x, func(a, b indexed) int { return strings.Compare(a.name, b.name) })
	return x
}

// narrow returns the names of x that have c behind their first depth bytes,
// which are the same in all of x.
func (x index) narrow(depth int, c byte) index {
	lo := sort.Search(len(x), func(i int) bool { return len(x[i].name) > depth && x[i].name[depth] >= c })
	hi := sort.Search(len(x), func(i int) bool { return len(x[i].name) > depth && x[i].name[depth] > c })
	return x[lo:hi]
}

// replace replaces the entities in a text, from left to right, the longest at
// each place. An entity is only seen as a whole: not with a letter or digit
// right before or behind it, so that 10.0.1.4 is not seen in 10.0.1.45. Case
// does not matter.
func (n *names) replace(s string) string {
	var b strings.Builder
	before := rune(-1)
	for i := 0; i < len(s); {
		if size, stand := n.longest(s[i:], before); size > 0 {
			b.WriteString(stand)
			i += size
			before, _ = utf8.DecodeLastRuneInString(s[:i])
			continue
		}
		if size, stand := n.address(s[i:], before); size > 0 {
			b.WriteString(stand)
			i += size
			before, _ = utf8.DecodeLastRuneInString(s[:i])
			continue
		}
		r, size := decode(s[i:])
		b.WriteString(s[i : i+size])
		before = r
		i += size
	}
	return b.String()
}

// longest returns the length and the stand-in of the longest name that s begins
// with, given the character before s.
func (n *names) longest(s string, before rune) (size int, stand string) {
	first, _ := decode(s)
	if word(before) && word(first) {
		return 0, ""
	}
	left, depth := n.index, 0
	for i := 0; i < len(s); {
		r, width := decode(s[i:])
		for _, c := range []byte(foldBytes(s[i:i+width], r)) {
			left = left.narrow(depth, c)
			depth++
		}
		if len(left) == 0 {
			break
		}
		i += width
		if len(left[0].name) > depth || (left[0].inner && hexOrColon(before)) {
			continue
		}
		if i < len(s) {
			after, _ := decode(s[i:])
			if word(r) && word(after) {
				continue
			}
		}
		size, stand = i, left[0].stand
	}
	return size, stand
}

// maxAddress is more than the length of the longest address.
const maxAddress = 64

// address returns the length of, and a stand-in for, an address at the
// beginning of s that is no entity as it is written. A range of addresses is none.
// Where no found addresses are kept, only entities are replaced.
func (n *names) address(s string, before rune) (size int, stand string) {
	if n.found == nil || word(before) || before == '.' {
		return 0, ""
	}
	for size < min(len(s), maxAddress) && (hexOrColon(rune(s[size])) || s[size] == '.') {
		size++
	}
	token := s[:size]
	if size > 0 && size < len(s) && word(rune(s[size-1])) {
		if r, _ := decode(s[size:]); word(r) { // what ends in a word ends before its last colon
			token = token[:strings.LastIndexByte(token, ':')+1]
		}
	}
	token = strings.TrimRight(token, ".")
	if !strings.ContainsAny(token, "0123456789") {
		return 0, ""
	}
	addr, err := netip.ParseAddr(token)
	for _, end := range []string{":", "::"} { // punctuation, not part of it
		if err != nil && strings.HasSuffix(token, ":") {
			token = strings.TrimSuffix(token, end)
			addr, err = netip.ParseAddr(token)
		}
	}
	if err != nil { // 192.0.2.1:443
		if host, _, ok := strings.Cut(token, ":"); ok {
			token = host
			addr, err = netip.ParseAddr(token)
		}
	}
	if err != nil || rangeFollows(s, token, addr) {
		return 0, ""
	}
	for _, known := range []string{addr.String(), addr.Unmap().String()} { // an entity, spelled in another way
		if stand := n.main[known]; stand != "" {
			return len(token), stand
		}
	}
	for i := 1; i < len(token); i++ { // an entity that begins within goes first
		if length, _ := n.longest(s[i:], rune(s[i-1])); i+length > len(token) {
			return 0, ""
		}
	}
	if n.found[addr] == "" {
		n.found[addr] = n.next(kindAddress)
	}
	return len(token), n.found[addr]
}

// rangeFollows tells whether token is the beginning of a range in s that holds
// more than one address.
func rangeFollows(s, token string, addr netip.Addr) bool {
	rest := s[len(token):]
	if !strings.HasPrefix(rest, "/") {
		return false
	}
	end := 1
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	p, err := netip.ParsePrefix(token + rest[:end])
	return err == nil && p.Bits() < addr.BitLen()
}

func hexOrColon(r rune) bool {
	return r == ':' || r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F'
}

// word tells whether r is part of a word, so that a name cannot end before it.
func word(r rune) bool {
	return r >= 0 && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
}

// decode returns the first character of s; a byte that is not UTF-8 becomes a
// number below -1 of its own.
func decode(s string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		return -2 - rune(s[0]), 1
	}
	return r, size
}

// fold maps strings that differ in case only to one.
func fold(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := decode(s[i:])
		b.WriteString(foldBytes(s[i:i+size], r))
		i += size
	}
	return b.String()
}

// foldBytes folds the one character s, which decode made r of.
func foldBytes(s string, r rune) string {
	if r < 0 {
		return s
	}
	return string(foldRune(r))
}

// foldRune returns one character for all that differ from r in case only.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if least >= 'A' && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}
