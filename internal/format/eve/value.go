package eve

import (
	"bytes"
	"math"
	"net/netip"
	"strings"

	"github.com/valyala/fastjson"

	"barium/internal/event"
	"barium/internal/format"
)

// fail notes why a value makes its event bad; the first reason stands.
func (c *current) fail(field string, v *fastjson.Value, why string) {
	if c.why == "" {
		c.where, c.why = field, why
		c.wrong = c.text(v)
	}
}

// reason says which field is wrong and how: "field src_port: 70000 is not a port".
// It is empty when none is.
func (c *current) reason() string {
	const most = 32
	if c.why == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("field ")
	b.WriteString(c.where)
	if len(c.wrong) > 0 {
		b.WriteString(": ")
		b.Write(c.wrong[:min(len(c.wrong), most)])
		if len(c.wrong) > most {
			b.WriteString("…")
		}
	}
	b.WriteByte(' ')
	b.WriteString(c.why)
	return b.String()
}

// given says whether there is a value other than null.
func given(v *fastjson.Value) bool { return v != nil && v.Type() != fastjson.TypeNull }

// text returns a string, or a number as it is written; nil for anything else and
// for an empty string.
func (c *current) text(v *fastjson.Value) []byte {
	if v == nil {
		return nil
	}
	switch v.Type() {
	case fastjson.TypeString:
		if b, err := v.StringBytes(); err == nil && len(b) > 0 {
			return b
		}
	case fastjson.TypeNumber:
		n := len(c.arena)
		c.arena = v.MarshalTo(c.arena)
		return c.arena[n:len(c.arena):len(c.arena)]
	}
	return nil
}

// texts appends the texts of a list, or a single one, to dst; what is no text is
// left out.
func (c *current) texts(dst [][]byte, v *fastjson.Value) [][]byte {
	if v == nil {
		return dst
	}
	if v.Type() != fastjson.TypeArray {
		if b := c.text(v); b != nil {
			dst = append(dst, b)
		}
		return dst
	}
	for _, e := range v.GetArray() {
		if b := c.text(e); b != nil {
			dst = append(dst, b)
		}
	}
	return dst
}

// join returns pieces one after the other as one text.
func (c *current) join(pieces ...[]byte) []byte {
	n := len(c.arena)
	for _, p := range pieces {
		c.arena = append(c.arena, p...)
	}
	return c.arena[n:len(c.arena):len(c.arena)]
}

// word returns a word of ours as bytes that the sink may have.
func (c *current) word(s string) []byte {
	n := len(c.arena)
	c.arena = append(c.arena, s...)
	return c.arena[n:len(c.arena):len(c.arena)]
}

// without returns b without the bytes x.
func (c *current) without(b []byte, x byte) []byte {
	if bytes.IndexByte(b, x) < 0 {
		return b
	}
	n := len(c.arena)
	for _, y := range b {
		if y != x {
			c.arena = append(c.arena, y)
		}
	}
	return c.arena[n:len(c.arena):len(c.arena)]
}

// count returns a whole number from 0 to most, which Suricata may have written as
// text; Unset when it is not given.
func (c *current) count(field string, v *fastjson.Value, most int64) int64 {
	if v == nil {
		return event.Unset
	}
	switch v.Type() {
	case fastjson.TypeNull:
		return event.Unset
	case fastjson.TypeNumber:
		if n, err := v.Int64(); err == nil && n >= 0 && n <= most {
			return n
		}
	}
	b := c.text(v)
	n, why := number(b, most)
	if why != "" {
		c.fail(field, v, why)
		return event.Unset
	}
	return n
}

// number reads decimal digits.
func number(b []byte, most int64) (n int64, why string) {
	if len(b) == 0 {
		return 0, "is not a number"
	}
	if b[0] == '-' && len(b) > 1 && digitsOnly(b[1:]) {
		return 0, "is negative"
	}
	if !digitsOnly(b) {
		return 0, "is not a whole number"
	}
	for _, d := range b {
		d -= '0'
		if n > (math.MaxInt64-int64(d))/10 {
			return 0, "is too large"
		}
		n = n*10 + int64(d)
	}
	if n > most {
		return 0, "is too large"
	}
	return n, ""
}

func digitsOnly(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}

// size is a count of bytes, packets or the like.
func (c *current) size(field string, v *fastjson.Value) int64 {
	return c.count(field, v, math.MaxInt64)
}

// port is a port, or the type or code of ICMP; 0 when it is not given.
func (c *current) port(field string, v *fastjson.Value) uint16 {
	return uint16(max(c.count(field, v, math.MaxUint16), 0))
}

// moment is a time between 1970 and 2262. ok is false when it is not given, or
// none.
func (c *current) moment(field string, v *fastjson.Value) (t event.Time, ok bool) {
	if !given(v) {
		return 0, false
	}
	n, ok := stamp(c.text(v))
	switch {
	case !ok:
		c.fail(field, v, "is not a time")
	case n < 0 || n > lastStamp:
		c.fail(field, v, "is not a time from 1970 to 2262")
		ok = false
	}
	return event.Time(n), ok
}

// date is a time of a certificate, of any year; Unset when it is not given.
func (c *current) date(field string, v *fastjson.Value) event.Time {
	if !given(v) {
		return event.Unset
	}
	n, ok := stamp(c.text(v))
	if !ok {
		c.fail(field, v, "is not a time")
		return event.Unset
	}
	return event.Time(n)
}

// maxAddrs is how many addresses are remembered.
const maxAddrs = 1 << 12

// addr is an IP address; the zero Addr when it is not given. Zones are dropped.
func (c *current) addr(field string, v *fastjson.Value) event.Addr {
	if !given(v) {
		return event.Addr{}
	}
	b := c.text(v)
	if a := (event.Addr{10: 0xff, 11: 0xff}); format.IPv4(b, a[12:]) {
		return a
	}
	if a, ok := c.addrs[string(b)]; ok {
		return a
	}
	const longest = 64 // an address with a zone
	n, err := netip.ParseAddr(string(b[:min(len(b), longest+1)]))
	if err != nil || len(b) > longest {
		if len(b) > 0 || v.Type() != fastjson.TypeString {
			c.fail(field, v, "is not an IP address")
		}
		return event.Addr{}
	}
	if c.addrs == nil || len(c.addrs) >= maxAddrs {
		c.addrs = make(map[string]event.Addr)
	}
	a := event.AddrFrom(n)
	c.addrs[string(b)] = a
	return a
}

// lease is an address that DHCP may leave open as 0.0.0.0.
func (c *current) lease(field string, v *fastjson.Value) event.Addr {
	a := c.addr(field, v)
	if a == (event.Addr{10: 0xff, 11: 0xff}) {
		return event.Addr{}
	}
	return a
}
