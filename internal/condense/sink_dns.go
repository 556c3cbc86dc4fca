package condense

import (
	"bytes"
	"math"

	"barium/internal/condense/psl"
	"barium/internal/event"
)

// DNS files a look-up under its client, resolver and registered domain.
func (s *Sink) DNS(d *event.DNS) {
	r := s.begin("dns", &d.Head)
	r.key[1], r.key[2] = s.ids.address(d.Orig), s.ids.address(d.Resp)
	name := lower(bytes.TrimSuffix(d.Query, []byte(".")))
	domain := s.domain(name)
	r.key[3] = domain.id
	var below []byte
	switch {
	case domain.text == psl.None:
		below = name
	case len(name) > len(domain.text)+1 && domain.text != "arpa":
		below = name[:len(name)-len(domain.text)-1]
	}
	var answers int64
	for _, a := range d.Answers {
		answers += int64(len(a))
	}
	r.event.V = [maxValues]int64{
		LookName: hash(name), LookType: int64(max(d.QType, -1)+1)&0xffff | int64(max(d.RCode, -1)+1)<<16,
		LookLength: int64(len(below)), LookInfo: information(below), LookAnswer: answers,
	}
	s.put(Lookup, r)
	s.answers(d, name, below)
}

// answers remembers which addresses a name led to, so that connections can be
// called by name. Names that carry much information are kept by their
// registered domain only: they are not names.
func (s *Sink) answers(d *event.DNS, name, below []byte) {
	if len(d.Answers) == 0 || len(name) == 0 || len(below) == len(name) {
		return
	}
	if len(below) > 40 {
		name = name[len(below)+1:]
	}
	for i, a := range d.Answers {
		if i == 16 {
			return
		}
		if addr, ok := parseAddr(a); ok {
			s.set(Answer, uint32(int64(d.TS)/hourMicros), s.sensor, d.Offset, s.ids.address(addr), s.ids.name(name))
		}
	}
}

// domain is a registered domain as it stands at the end of names; the
// dictionary may spell it differently.
type domain struct {
	text string
	id   uint32
}

// domain returns the registered domain of a name.
func (s *Sink) domain(name []byte) domain {
	if d, ok := s.domains[string(name)]; ok {
		return d
	}
	text := psl.Domain(string(name))
	d := domain{text, s.ids.name([]byte(text))}
	if len(s.domains) > maxCached>>2 {
		clear(s.domains)
	}
	s.domains[string(name)] = d
	return d
}

// lower folds the case of a host name. Only ASCII letters have one there (RFC
// 4343); a tunnel puts any other bytes into names, and they must stay apart.
func lower(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// information estimates how many bits the part of a name below its registered
// domain can carry: its length times the logarithm of the number of different
// characters it uses.
func information(b []byte) int64 {
	var seen [256]bool
	distinct, n := 0, 0
	for _, c := range b {
		if c == '.' {
			continue
		}
		n++
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	if distinct < 2 {
		return 0
	}
	return int64(float64(n) * math.Log2(float64(distinct)))
}
