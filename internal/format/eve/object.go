package eve

import (
	"bytes"
	"encoding/json"

	"github.com/valyala/fastjson"
)

const (
	// maxDepth is how deep objects and arrays may be nested; Suricata needs six.
	maxDepth = 16
	// maxValues is how many values a record may have, and bounds the memory for one.
	maxValues = 1 << 16
	// smallRecord is a length that leaves no room for many values or long errors.
	smallRecord = 64 << 10
)

const brokenJSON = "broken JSON"

// object reads one object and hands it on. It returns false, unless last is set,
// when b may be several objects.
func (r *reading) object(at int64, b []byte, last bool) bool {
	why := unfit(b)
	if why == "" {
		v, err := r.json.ParseBytes(b)
		if err == nil {
			r.event(at, v, b)
			return true
		}
		why = brokenJSON
	}
	if last {
		r.bad(at, why, b)
	}
	return last
}

// event reads one event; b is its bytes.
func (r *reading) event(at int64, v *fastjson.Value, b []byte) {
	name, reason := r.begin(at, v)
	if reason == "" && !r.deliver(name) {
		r.skip(name)
		return
	}
	if reason == "" {
		reason = r.reason()
	}
	if reason != "" {
		r.bad(at, reason, b)
	}
}

// unfit says why an object is not even looked at, empty if it is. The library
// tells of an error once for each level, copying what it said before and all that
// follows; so depth must be small before it begins, and what is long must be right.
func unfit(b []byte) string {
	opens := bytes.Count(b, []byte{'{'}) + bytes.Count(b, []byte{'['})
	if opens > maxDepth && tooDeep(b) {
		return "nested too deeply"
	}
	if len(b) <= smallRecord {
		return ""
	}
	if opens+bytes.Count(b, []byte{','}) > maxValues {
		return "too many values"
	}
	if !json.Valid(b) {
		return brokenJSON
	}
	return ""
}

// tooDeep says whether brackets outside of strings are nested beyond maxDepth.
func tooDeep(b []byte) bool {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			if depth++; depth > maxDepth {
				return true
			}
		case '}', ']':
			depth--
		case '"':
			i = closingQuote(b, i)
		}
	}
	return false
}

// closing returns the length of the object at the beginning of b, by counting
// brackets outside of strings; 0 when none begins or ends there.
func closing(b []byte) int {
	if len(b) == 0 || b[0] != '{' {
		return 0
	}
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			i = closingQuote(b, i)
		}
	}
	return 0
}

// closingQuote returns where the string that begins at i ends, or the length of b.
func closingQuote(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i
}
