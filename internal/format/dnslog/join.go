package dnslog

import (
	"bytes"

	"barium/internal/event"
	"barium/internal/format"
)

const (
	// waiting is how many look-ups wait for their answers.
	waiting = 1024
	// patience is how long after its question an answer is believed to be its.
	patience = 60 * second
	// maxAnswers and maxAnswerBytes bound what is kept of one look-up's answers.
	maxAnswers, maxAnswerBytes = 64, 8 << 10
)

// question is a look-up that waits for its answers. It owns its bytes.
type question struct {
	dns   event.DNS
	hash  uint64
	key   []byte // what its answers are known by, empty when it waits for none
	text  []byte // sensor and name
	said  []byte // answers, one behind the other
	ends  []int
	chain bool  // the names that led to the answer are among these
	older int32 // slot of the next older question in the same chain of heads, -1 for none
}

// add keeps one answer.
func (q *question) add(b []byte) {
	if len(q.ends) < maxAnswers && len(q.said)+len(b) <= maxAnswerBytes {
		q.said = append(q.said, b...)
		q.ends = append(q.ends, len(q.said))
	}
}

// queue holds back look-ups until so many younger ones have come, and hands them on
// in order. Questions are found by their key; hostile names can make a chain as
// long as the queue, not longer.
type queue struct {
	sink    format.Sink
	slots   []question
	heads   [waiting]int32
	first   int // slot of the oldest
	n       int
	answers [][]byte
}

// push takes a look-up in, with what its answers are known by.
func (q *queue) push(e *event.DNS, key []byte) *question {
	if q.slots == nil {
		q.slots = make([]question, waiting)
		for i := range q.heads {
			q.heads[i] = -1
		}
	}
	if q.n == waiting {
		q.pop()
	}
	slot := (q.first + q.n) % waiting
	q.n++
	w := &q.slots[slot]
	w.dns = *e
	w.text = append(append(w.text[:0], e.Sensor...), e.Query...)
	w.dns.Sensor, w.dns.Query = w.text[:len(e.Sensor)], w.text[len(e.Sensor):]
	w.key = append(w.key[:0], key...)
	w.said, w.ends, w.chain = w.said[:0], w.ends[:0], false
	if len(key) > 0 {
		w.hash = hash(key)
		head := &q.heads[w.hash%waiting]
		w.older, *head = *head, int32(slot)
	}
	return w
}

// pop hands the oldest look-up on.
func (q *queue) pop() {
	w := &q.slots[q.first]
	if len(w.key) > 0 {
		at := &q.heads[w.hash%waiting]
		for *at != int32(q.first) {
			at = &q.slots[*at].older
		}
		*at = w.older
	}
	q.first = (q.first + 1) % waiting
	q.n--
	q.answers = q.answers[:0]
	from := 0
	for _, end := range w.ends {
		q.answers = append(q.answers, w.said[from:end])
		from = end
	}
	w.dns.Answers = q.answers
	q.sink.DNS(&w.dns)
}

// flush hands all look-ups on.
func (q *queue) flush() {
	for q.n > 0 {
		q.pop()
	}
}

// newest returns the last question with a key that was asked at most patience
// before ts, nil when there is none.
func (q *queue) newest(key []byte, ts event.Time) *question {
	if q.n == 0 {
		return nil
	}
	h := hash(key)
	return q.from(q.heads[h%waiting], h, key, ts)
}

// before returns the question with the same key before w.
func (q *queue) before(w *question, ts event.Time) *question {
	return q.from(w.older, w.hash, w.key, ts)
}

func (q *queue) from(slot int32, h uint64, key []byte, ts event.Time) *question {
	for ; slot >= 0; slot = q.slots[slot].older {
		w := &q.slots[slot]
		if w.hash == h && distance(ts, w.dns.TS) <= patience && bytes.Equal(w.key, key) {
			return w
		}
	}
	return nil
}

// hash is FNV-1a.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// appendLower appends b in lower case: names are the same in any case (RFC 4343).
func appendLower(dst, b []byte) []byte {
	for _, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
