package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// The capture that is measured on: look-ups, HTTP, TLS and calls of 2,000
// machines, some hundred conversations at a time. Half of what is fetched is below
// 8 kB, some reaches megabytes; packets are full ones, acknowledgements and small
// ones as such sizes make them. Checksums are left out.

const (
	openTalks = 300
	fullSize  = 1460 // payload of the largest TCP segment
)

// writeCapture writes n packets or a few more, and says what is in them: events
// are look-ups, requests of HTTP and hellos of TLS clients; groups are TCP
// connections, and bytes their payload.
func writeCapture(ctx context.Context, to io.Writer, seed uint64, n int) (o outcome, err error) {
	w := &wire{to: bufio.NewWriterSize(to, 1<<20), random: newRandom(seed), now: firstExport * 1_000_000}
	if _, err := w.to.Write(captureHead()); err != nil {
		return o, err
	}
	talks := make([]*talk, openTalks)
	for i := range talks {
		talks[i] = w.newTalk()
	}
	for len(talks) > 0 {
		if w.found.Records%4096 == 0 && ctx.Err() != nil {
			return o, ctx.Err()
		}
		i := w.random.IntN(len(talks))
		if talks[i].step(w) {
			continue
		}
		if w.found.Records < int64(n) {
			talks[i] = w.newTalk()
			continue
		}
		talks[i] = talks[len(talks)-1]
		talks = talks[:len(talks)-1]
	}
	return w.found, w.to.Flush()
}

// writeLookups writes n look-ups of different ports, each with its answer.
func writeLookups(ctx context.Context, to io.Writer, seed uint64, n int) error {
	w := &wire{to: bufio.NewWriterSize(to, 1<<20), random: newRandom(seed), now: firstExport * 1_000_000}
	if _, err := w.to.Write(captureHead()); err != nil {
		return err
	}
	for i := range n {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t := w.lookUp(w.ends(), w.random.name())
		for t.step(w) {
			continue
		}
	}
	return w.to.Flush()
}

// captureHead is the header of a pcap file with Ethernet frames.
func captureHead() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	return le.AppendUint32(le.AppendUint32(b, 262144), 1)
}

// random draws what traffic needs.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))} }

// size draws from a log-normal distribution.
func (r random) size(median, sigma float64, least, most int) int {
	return min(max(int(median*math.Exp(sigma*r.NormFloat64())), least), most)
}

// name draws one of some thousand host names.
func (r random) name() string {
	kinds := [...]string{"www", "cdn", "api", "mail", "img", "update"}
	return fmt.Sprintf("%s%d.site%d.example", kinds[r.IntN(len(kinds))], r.IntN(8), r.IntN(900))
}

// wire writes packets.
type wire struct {
	to     *bufio.Writer
	random random
	now    int64 // microseconds
	talks  int   // begun so far
	frame  []byte
	filler []byte // what bodies consist of
	found  outcome
}

// message is what one side of a talk says: bytes, and some more that do not matter.
type message struct {
	orig bool
	head []byte
	fill int
}

func (m *message) size() int { return len(m.head) + m.fill }

// talk is one conversation. Each step writes a packet of it.
type talk struct {
	udp            bool
	client, server [4]byte
	ports          [2]uint16 // of the client, of the server
	seq            [2]uint32
	messages       []message
	opened, closed int // packets of the handshake, of the end
	sent           int // of the first message
	unheard        int // segments that were not acknowledged
	orig           bool
}

// ends draws who speaks with whom. They do not come twice: 1999 and 64000 have no
// common divisor.
func (w *wire) ends() *talk {
	r := w.random
	i := w.talks
	w.talks++
	c, s := i%1999, r.IntN(5000)
	return &talk{
		client: [4]byte{10, 20, byte(c >> 8), byte(c)}, server: [4]byte{198, 18, byte(s >> 8), byte(s)},
		ports: [2]uint16{uint16(1024 + i%64000), 443}, seq: [2]uint32{r.Uint32(), r.Uint32()},
	}
}

// lookUp makes a talk a question to a resolver, and its answer.
func (w *wire) lookUp(t *talk, name string) *talk {
	t.udp, t.server, t.ports[1] = true, [4]byte{10, 20, 255, byte(w.random.IntN(3))}, 53
	id := w.random.Uint32()
	t.messages = []message{{orig: true, head: lookup(id, name, false)}, {head: lookup(id, name, true)}}
	w.found.Events++
	return t
}

// newTalk draws a conversation.
func (w *wire) newTalk() *talk {
	r := w.random
	t, name := w.ends(), r.name()
	switch kind := r.IntN(100); {
	case kind < 35:
		w.lookUp(t, name)
	case kind < 55:
		t.ports[1] = 80
		for range 1 + r.IntN(4) {
			w.fetch(t, name)
		}
	case kind < 90:
		w.secure(t, name)
	default:
		t.udp, t.ports[1] = true, uint16(16384+r.IntN(1000))
		for range 10 + r.IntN(80) { // 20 ms of speech in each
			t.messages = append(t.messages, message{orig: true, fill: 172}, message{fill: 172})
		}
	}
	if !t.udp {
		w.found.Groups++
		for i := range t.messages {
			if m := &t.messages[i]; m.orig {
				w.found.BytesOrig += int64(m.size())
			} else {
				w.found.BytesResp += int64(m.size())
			}
		}
	}
	return t
}

// fetch adds a request of HTTP and its reply.
func (w *wire) fetch(t *talk, name string) {
	r := w.random
	body := r.size(8_000, 1.5, 20, 2_000_000)
	t.messages = append(t.messages,
		message{orig: true, head: fmt.Appendf(nil, "GET /files/%d/item?id=%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n", r.IntN(1000), r.Uint32(), name)},
		message{head: fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\nConnection: keep-alive\r\n\r\n", body), fill: body})
	w.found.Events++
}

// secure adds a handshake of TLS 1.3 and what is said behind it.
func (w *wire) secure(t *talk, name string) {
	r := w.random
	t.messages = append(t.messages, message{orig: true, head: clientHello(name)}, message{head: serverHello()})
	sealed := func(orig bool, n int) {
		for ; n > 0; n -= 16 << 10 {
			k := min(n, 16<<10)
			t.messages = append(t.messages, message{orig: orig, head: []byte{23, 3, 3, byte(k >> 8), byte(k)}, fill: k})
		}
	}
	sealed(false, r.size(3500, 0.3, 1500, 8000)) // certificates
	sealed(true, 74)
	for range 1 + r.IntN(3) {
		sealed(true, r.size(500, 0.8, 60, 1_000_000))
		sealed(false, r.size(12_000, 1.6, 100, 4_000_000))
	}
	w.found.Events++
}

// step writes the next packet of a talk, false when there is none.
func (t *talk) step(w *wire) bool {
	switch {
	case t.udp:
		return t.datagram(w)
	case t.opened < 3:
		flags := [...]byte{0x02, 0x12, 0x10}[t.opened]
		t.segment(w, t.opened != 1, flags, nil)
		if t.opened < 2 {
			t.seq[t.opened]++
		}
		t.opened++
	case t.unheard == 2 || t.unheard > 0 && len(t.messages) == 0:
		t.unheard = 0
		t.segment(w, !t.orig, 0x10, nil)
	case len(t.messages) > 0:
		t.say(w)
	case t.closed < 3:
		flags := [...]byte{0x11, 0x11, 0x10}[t.closed]
		t.segment(w, t.closed != 1, flags, nil)
		if t.closed < 2 {
			t.seq[t.closed]++
		}
		t.closed++
	default:
		return false
	}
	return true
}

// say writes the next segment of the first message.
func (t *talk) say(w *wire) {
	m := &t.messages[0]
	if m.orig != t.orig {
		t.unheard = 0 // what is said acknowledges
	}
	t.orig = m.orig
	payload := w.payload(m, t.sent, min(fullSize, m.size()-t.sent))
	t.segment(w, m.orig, 0x18, payload)
	t.unheard++
	side := 1
	if m.orig {
		side = 0
	}
	t.seq[side] += uint32(len(payload))
	if t.sent += len(payload); t.sent == m.size() {
		t.messages, t.sent = t.messages[1:], 0
	}
}

// datagram writes the next message as a datagram.
func (t *talk) datagram(w *wire) bool {
	if len(t.messages) == 0 {
		return false
	}
	m := &t.messages[0]
	payload := w.payload(m, 0, m.size())
	b := w.begin(t, m.orig, 17, 8+len(payload))
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	w.end(append(append(b, 0, 0), payload...))
	t.messages = t.messages[1:]
	return true
}

// segment writes a TCP segment.
func (t *talk) segment(w *wire, orig bool, flags byte, payload []byte) {
	b := w.begin(t, orig, 6, 20+len(payload))
	seq, ack := t.seq[0], t.seq[1]
	if !orig {
		seq, ack = ack, seq
	}
	if flags&0x10 == 0 {
		ack = 0
	}
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, seq), ack)
	b = append(b, 5<<4, flags, 0xff, 0xff, 0, 0, 0, 0)
	w.end(append(b, payload...))
}

// payload returns n bytes of a message, from a place on.
func (w *wire) payload(m *message, from, n int) []byte {
	const most = 64 << 10
	if w.filler == nil {
		w.filler = make([]byte, most)
		for i := range w.filler {
			w.filler[i] = byte(w.random.Uint32())
		}
	}
	if from+n <= len(m.head) {
		return m.head[from : from+n]
	}
	at := (from * 7) % (most - fullSize)
	if from >= len(m.head) {
		return w.filler[at : at+n]
	}
	k := len(m.head) - from
	return append(append(make([]byte, 0, n), m.head[from:]...), w.filler[at:at+n-k]...)
}

// begin begins a frame with the headers of Ethernet and IP, and the ports.
func (w *wire) begin(t *talk, orig bool, proto byte, size int) []byte {
	be := binary.BigEndian
	b := append(w.frame[:0], 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0)
	b = be.AppendUint16(b, uint16(20+size))
	b = be.AppendUint16(b, uint16(w.found.Records))
	b = append(b, 0x40, 0, 64, proto, 0, 0)
	if orig {
		b = append(append(b, t.client[:]...), t.server[:]...)
		return be.AppendUint16(be.AppendUint16(b, t.ports[0]), t.ports[1])
	}
	b = append(append(b, t.server[:]...), t.client[:]...)
	return be.AppendUint16(be.AppendUint16(b, t.ports[1]), t.ports[0])
}

// end writes a frame. bufio keeps an error until Flush.
func (w *wire) end(frame []byte) {
	w.frame = frame
	le := binary.LittleEndian
	var head [16]byte
	le.PutUint32(head[:], uint32(w.now/1_000_000))
	le.PutUint32(head[4:], uint32(w.now%1_000_000))
	le.PutUint32(head[8:], uint32(len(frame)))
	le.PutUint32(head[12:], uint32(len(frame)))
	w.to.Write(head[:]) //nolint:errcheck // see above
	w.to.Write(frame)   //nolint:errcheck // see above
	w.now += 20 + w.random.Int64N(160)
	w.found.Records++
}

// lookup is a DNS message that asks for the address of a name, or answers.
func lookup(id uint32, name string, answer bool) []byte {
	be := binary.BigEndian
	flags, answers := uint16(0x0100), uint16(0)
	if answer {
		flags, answers = 0x8180, 1
	}
	var b []byte
	for _, v := range []uint16{uint16(id), flags, 1, answers, 0, 0} {
		b = be.AppendUint16(b, v)
	}
	from := len(b)
	b = append(b, 0)
	for i := range len(name) { // labels behind their lengths
		if name[i] == '.' {
			from = len(b)
			b = append(b, 0)
			continue
		}
		b = append(b, name[i])
		b[from]++
	}
	b = append(b, 0, 0, 1, 0, 1)
	if answer {
		b = append(b, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 198, 18, byte(id>>8), byte(id))
	}
	return b
}

// clientHello is what a browser begins TLS with, padded to 517 bytes.
func clientHello(name string) []byte {
	be := binary.BigEndian
	extension := func(b []byte, kind uint16, body []byte) []byte {
		return append(be.AppendUint16(be.AppendUint16(b, kind), uint16(len(body))), body...)
	}
	sni := be.AppendUint16(nil, uint16(len(name)+3))
	sni = append(be.AppendUint16(append(sni, 0), uint16(len(name))), name...)
	e := extension(nil, 0, sni)
	e = extension(e, 10, []byte{0, 6, 0, 29, 0, 23, 0, 24})
	e = extension(e, 13, []byte{0, 8, 4, 3, 8, 4, 4, 1, 8, 6})
	e = extension(e, 16, []byte("\x00\x0c\x02h2\x08http/1.1"))
	e = extension(e, 43, []byte{4, 3, 4, 3, 3})
	b := append([]byte{3, 3}, make([]byte, 32)...)
	b = append(append(b, 32), make([]byte, 32)...)
	b = append(b, 0, 10, 0x13, 1, 0x13, 2, 0x13, 3, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0)
	const whole = 517 - 9
	e = extension(e, 21, make([]byte, whole-len(b)-2-len(e)-4))
	b = append(be.AppendUint16(b, uint16(len(e))), e...)
	return append([]byte{22, 3, 1, byte((len(b) + 4) >> 8), byte(len(b) + 4), 1, 0, byte(len(b) >> 8), byte(len(b))}, b...)
}

// serverHello is what a server answers with.
func serverHello() []byte {
	b := append([]byte{3, 3}, make([]byte, 32)...)
	b = append(append(b, 32), make([]byte, 32)...)
	b = append(b, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4)
	return append([]byte{22, 3, 3, 0, byte(len(b) + 4), 2, 0, 0, byte(len(b))}, b...)
}
