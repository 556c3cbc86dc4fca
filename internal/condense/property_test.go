package condense

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"barium/internal/event"
)

// Few values for everything, so that records meet.
var (
	drawHost   = rapid.SampledFrom([]string{"10.0.0.1", "10.0.0.1", "10.0.0.1", "2001:db8::7"})
	drawSensor = rapid.SampledFrom([]string{"", "", "edge", "core", "ward"})
	drawTime   = rapid.Custom(func(t *rapid.T) int64 {
		return base + rapid.SampledFrom([]int64{-second, 0, 3590 * second, 3600 * second}).Draw(t, "around") +
			rapid.SampledFrom([]int64{0, 5 * ms, 12 * ms, 250 * ms, 251 * ms, 260 * ms, 500 * ms}).Draw(t, "apart")
	})
	drawName = rapid.SampledFrom([]string{
		"", "a", "www.example.org", "a.b.example.co.uk", "WWW.Example.ORG.", "\xff\xfe.example", "a\x00b", "x.\xffy.org", "x.y\x00z.org", "10.in-addr.arpa",
		"deep." + strings.Repeat("y", 1100) + ".org",
		"long-label-with-much-in-it-0123456789abcdef.tunnel.example.net",
	})
	drawBytes = rapid.SampledFrom([]int64{event.Unset, 0, 1, 100, 70_000})
	drawTri   = rapid.SampledFrom([]event.Tri{event.No, event.Maybe, event.Yes})
)

func drawHead(t *rapid.T, x *scratch) event.Head {
	return event.Head{
		TS: event.Time(drawTime.Draw(t, "ts")), Sensor: x.bytes(drawSensor.Draw(t, "sensor")),
		Orig: addr(drawHost.Draw(t, "orig")), Resp: addr(drawHost.Draw(t, "resp")),
		OrigPort: rapid.SampledFrom([]uint16{53, 40000, 40000, 40000}).Draw(t, "orig_p"), RespPort: rapid.SampledFrom([]uint16{80, 80, 40000}).Draw(t, "resp_p"),
	}
}

// drawPut draws one record of any kind. All draws are made at once; the record
// itself is made anew each time that it is put.
func drawPut(t *rapid.T) put {
	var x scratch
	h := drawHead(t, &x)
	name := func(what string) string { return drawName.Draw(t, what) }
	n := func(what string) int64 { return drawBytes.Draw(t, what) }
	fresh := func(f func(x *scratch, h event.Head, s *Sink)) put {
		sensor := string(h.Sensor)
		return func(s *Sink) {
			var x scratch
			h := h
			h.Sensor = x.bytes(sensor)
			f(&x, h, s)
			x.overwrite()
		}
	}
	switch rapid.IntRange(0, 11).Draw(t, "kind") {
	case 0:
		query, qtype, rcode, answers := name("query"), rapid.SampledFrom([]int{event.Unset, 1, 16}).Draw(t, "qtype"),
			rapid.SampledFrom([]int{event.Unset, 0, 3}).Draw(t, "rcode"), rapid.SliceOfN(rapid.SampledFrom([]string{"1.2.3.4", "2001:db8::1", "cname.example", "TXT 5 hello"}), 0, 3).Draw(t, "answers")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.DNS(&event.DNS{Head: h, Proto: event.ProtoUDP, Query: x.bytes(query), QType: qtype, RCode: rcode, Answers: x.list(answers...)})
		})
	case 1:
		host, uri, method, file := name("host"), rapid.SampledFrom([]string{"/", "/a/b.7z?x=1", "http://far.example/x", "far.example:443"}).Draw(t, "uri"),
			rapid.SampledFrom([]string{"GET", "PUT", "POST", "CONNECT"}).Draw(t, "method"), name("file")
		out, in, status := n("out"), n("in"), rapid.SampledFrom([]int{event.Unset, 204, 401}).Draw(t, "status")
		fuid := rapid.SampledFrom([]string{"F1", "F2"}).Draw(t, "fuid")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.HTTP(&event.HTTP{
				Head: h, Method: x.bytes(method), Host: x.bytes(host), URI: x.bytes(uri), UserAgent: x.bytes("agent"), ReqLen: out, RespLen: in,
				Status: status, OrigFUIDs: x.list(fuid), OrigFilenames: x.list(file),
			})
		})
	case 2:
		sni, subject, id := name("sni"), name("subject"), rapid.SampledFrom([]string{"", "F9", "0123456789abcdef0123456789abcdef"}).Draw(t, "id")
		up := rapid.Bool().Draw(t, "established")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.SSL(&event.SSL{Head: h, ServerName: x.bytes(sni), Subject: x.bytes(subject), CertID: x.bytes(id), Established: up, ClientCertID: x.bytes(id)})
		})
	case 3:
		subject, san := name("subject"), name("san")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.X509(&event.X509{Head: h, ID: x.bytes("F1"), Subject: x.bytes(subject), Issuer: x.bytes(subject), SANDNS: x.list(san, san), NotAfter: 5})
		})
	case 4:
		fuid, proto, file, isOrig, size := rapid.SampledFrom([]string{"F1", "F2"}).Draw(t, "fuid"), rapid.SampledFrom([]string{"HTTP", "SSL", "FTP_DATA"}).Draw(t, "source"), name("file"), drawTri.Draw(t, "is_orig"), n("seen")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.File(&event.File{Head: h, FUID: x.bytes(fuid), Protocol: x.bytes(proto), Filename: x.bytes(file), IsOrig: isOrig, Seen: size, Total: 100})
		})
	case 5:
		action, file, size := rapid.SampledFrom([]string{"SMB::FILE_WRITE", "SMB::FILE_OPEN"}).Draw(t, "action"), name("file"), n("size")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.SMBFile(&event.SMBFile{Head: h, Action: x.bytes(action), Name: x.bytes(file), Path: x.bytes(`\\srv\share`), Size: size})
		})
	case 6:
		cmd, size := rapid.SampledFrom([]string{"STOR", "RETR", "PASV"}).Draw(t, "command"), n("size")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.FTP(&event.FTP{Head: h, User: x.bytes("u"), Command: x.bytes(cmd), Arg: x.bytes("ftp://10.0.0.9/./a.zip"), FileSize: size, ReplyCode: 226})
		})
	case 7:
		mac := name("mac")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.DHCP(&event.DHCP{Head: h, MAC: x.bytes(mac), HostName: x.bytes("pc"), Lease: 60 * second, Assigned: h.Resp})
		})
	case 8:
		loss := rapid.SampledFrom([]float64{0, 0.5, 99.999}).Draw(t, "percent")
		return fresh(func(x *scratch, h event.Head, s *Sink) {
			s.CaptureLoss(&event.CaptureLoss{Head: h, Peer: x.bytes("zeek"), Percent: loss, Gaps: 1, Acks: 2})
		})
	}
	proto := rapid.SampledFrom([]event.Proto{event.ProtoTCP, event.ProtoTCP, event.ProtoUDP}).Draw(t, "proto")
	duration := rapid.SampledFrom([]int64{event.Unset, 0, 10 * ms, 300 * ms}).Draw(t, "duration")
	state := rapid.SampledFrom([]event.ConnState{event.SF, event.S0, event.OTH}).Draw(t, "state")
	out, in, service, orig, resp := n("out"), n("in"), rapid.SampledFrom([]string{"", "ssl"}).Draw(t, "service"), drawTri.Draw(t, "local_orig"), drawTri.Draw(t, "local_resp")
	return fresh(func(x *scratch, h event.Head, s *Sink) {
		s.Conn(&event.Conn{
			Head: h, Proto: proto, Duration: duration, OrigBytes: out, RespBytes: in, State: state, Service: x.bytes(service),
			History: x.bytes("Dd"), LocalOrig: orig, LocalResp: resp,
		})
	})
}

// divide splits records into sources at random and shuffles them.
func divide(rng *rand.Rand, ps []put, sources int) [][]put {
	ps = slices.Clone(ps)
	rng.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	out := make([][]put, sources)
	for _, p := range ps {
		i := rng.IntN(sources)
		out[i] = append(out[i], p)
	}
	return out
}

// TestAnyOrder asserts that the same records, in any order, divided into any
// sources and imports, within any memory, by any number of workers, give the
// same rows, and that giving records again changes nothing.
func TestAnyOrder(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		ps := rapid.SliceOfN(rapid.Custom(drawPut), 1, 25).Draw(r, "records")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		plain := newStore()
		repeated := total(plain.add(t, Options{}, 1, 1, ps))
		want := plain.dump(t)

		same := func(how string, st *store) {
			if d := gocmp.Diff(want, st.dump(t)); d != "" {
				r.Errorf("%s:\n%s", how, d)
			}
		}
		f := func(how string, o Options, workers, sources int) {
			st := newStore()
			got := total(st.add(t, o, workers, 1, divide(rng, ps, sources)...))
			same(how, st)
			if got != repeated {
				r.Errorf("%s: %d records repeated, want %d", how, got, repeated)
			}
		}
		f("shuffled", Options{}, 1, 1)
		f("three sources, two workers", Options{}, 2, 3)
		f("everything on disk", Options{Memory: 1, TempDir: dir}, 2, 2)

		st := newStore()
		for i, part := range divide(rng, ps, 3) {
			st.add(t, Options{}, 1, uint32(i+1), part)
		}
		same("three imports", st)
		again := st.add(t, Options{}, 1, 9, divide(rng, ps, 1)[0])
		same("all of it again", st)
		if got := total(again); got != int64(len(ps)) {
			r.Errorf("all of it again: %d records repeated, want all %d", got, len(ps))
		}
		st.add(t, Options{}, 1, 10, divide(rng, ps[:(len(ps)+1)/2], 1)[0])
		same("half of it once more", st)
	})
}

// TestCounted asserts that every connection is either counted once or called a
// duplicate.
func TestCounted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		cs := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) conn {
			return conn{
				at: rapid.Int64Range(0, 40).Draw(r, "at") * 25 * ms, sensor: drawSensor.Draw(r, "sensor"), port: rapid.SampledFrom([]uint16{1, 2}).Draw(r, "port"),
				duration: rapid.SampledFrom([]int64{0, 20 * ms, 400 * ms}).Draw(r, "duration"), out: rapid.Int64Range(0, 2).Draw(r, "out"), state: event.SF,
			}
		}), 1, 30).Draw(r, "connections")
		st := newStore()
		repeated := total(st.add(t, Options{}, 1, 1, puts(cs...)))
		if n := st.sum(Conversation, "events") + repeated; n != int64(len(cs)) {
			r.Errorf("%d counted and repeated of %d", n, len(cs))
		}
		for _, row := range st.rows[Conversation] {
			known := 0
			for _, e := range row.events {
				if e.Source == 1 {
					known++
				} else if e.Source != 0 {
					r.Errorf("source %d", e.Source)
				}
			}
			if known == 0 || known > MaxExemplars {
				r.Errorf("%d exemplars", known)
			}
		}
	})
}

// TestRowRoundTrip asserts that lists and exemplars come back as they were, also
// out of a block.
func TestRowRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tab := rapid.SampledFrom(Tables).Draw(r, "table")
		hour := rapid.Uint32Range(0, 2_000_000_000).Draw(r, "hour")
		if len(tab.Values) == 0 {
			es, err := DecodeRow(tab, &Frame{First: int64(hour) * hourMicros}, EncodeRow(nil, tab, []Event{{TS: 7}}, nil))
			if err != nil || len(es) != 1 || es[0].TS != int64(hour)*hourMicros {
				r.Fatalf("set table: %v, %v", es, err)
			}
			return
		}
		drawList := rapid.Custom(func(r *rapid.T) []Event {
			es := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) Event {
				e := Event{TS: int64(hour)*hourMicros + rapid.Int64Range(0, hourMicros-1).Draw(r, "ts"), Dup: rapid.Bool().Draw(r, "dup")}
				for i := range tab.Values {
					e.V[i] = rapid.Int64().Draw(r, "value")
				}
				return e
			}), 0, 20).Draw(r, "events")
			slices.SortStableFunc(es, func(a, b Event) int { return cmp.Compare(a.TS, b.TS) })
			return es
		})
		lists := rapid.SliceOfN(drawList, 1, BlockRows-1).Draw(r, "lists")
		block := []byte{}
		for _, es := range lists {
			var xs []Exemplar
			for i := range es {
				if len(xs) < MaxExemplars && rapid.Bool().Draw(r, "known") {
					x := Exemplar{i, rapid.Uint32Range(1, 1<<32-1).Draw(r, "source"), rapid.Int64Range(0, 1<<62).Draw(r, "offset")}
					es[i].Source, es[i].Offset = x.Source, x.Offset
					xs = append(xs, x)
				}
			}
			block = AppendBlock(block, EncodeRow(nil, tab, es, xs))
		}
		for i, want := range lists {
			got, err := Events(tab, &Stored{FrameOf(tab, want), int64(7*BlockRows + i), block})
			if err != nil {
				r.Fatal(err)
			}
			if len(want) == 0 {
				want = []Event{}
			}
			if d := gocmp.Diff(want, got); d != "" {
				r.Error(d)
			}
		}
		if _, err := BlockRow(block, int64(len(lists))); err == nil {
			r.Error("a row that is not in the block")
		}
	})
}

// TestRecordRoundTrip asserts that records come back from a partition as they
// were put, wherever its end is.
func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tab := rapid.SampledFrom(Tables).Draw(r, "table")
		want := record{primary: rapid.Bool().Draw(r, "primary"), set: rapid.Uint32().Draw(r, "set")}
		for i := range tab.Key {
			want.key[i] = rapid.Uint32().Draw(r, "key")
		}
		for i := range tab.Values {
			want.event.V[i] = rapid.Int64().Draw(r, "value")
		}
		want.event.TS = int64(want.key[0])*hourMicros + rapid.Int64Range(0, hourMicros-1).Draw(r, "ts")
		want.event.Source = rapid.Uint32Range(0, 1<<31).Draw(r, "source")
		want.event.Offset = rapid.Int64Range(0, 1<<62).Draw(r, "offset")
		b := appendRecord([]byte("before"), tab, &want)[len("before"):]
		size := len(b)
		b = append(b, make([]byte, rapid.IntRange(0, 300).Draw(r, "behind"))...)
		var got record
		if n := decodeRecord(b, tab, &got); got != want || n != size {
			r.Errorf("got %+v, %d bytes, want %+v, %d", got, n, want, size)
		}
		var key [maxKey]uint32
		if n := decodeKey(b, tab, &key); n != size || key != want.key {
			r.Errorf("got key %v, %d bytes, want %v, %d", key, n, want.key, size)
		}
		for cut := range size {
			if n := takeFields(b[:cut], make([]uint64, recordFields(tab))); n != 0 {
				r.Fatalf("%d bytes of a run cut after %d of %d", n, cut, size)
			}
		}
	})
}

func FuzzDecodeRow(f *testing.F) {
	f.Add(uint8(Conversation), uint32(492346), EncodeRow(nil, Tables[Conversation], []Event{{V: [maxValues]int64{1, 2, 3, 4, 5}}}, []Exemplar{{0, 2, 300}}))
	f.Add(uint8(Lookup), uint32(0), []byte{0x80, 0x80})
	f.Add(uint8(Answer), uint32(1<<32-1), []byte("anything"))
	f.Fuzz(func(t *testing.T, table uint8, hour uint32, b []byte) {
		tab := Tables[int(table)%len(Tables)]
		frame := Frame{int64(hour) * hourMicros, int64(hour)*hourMicros + 3_000_000, [maxTotals]int64{1_000_000, 2000, 1 << 60}}
		if _, err := Events(tab, &Stored{frame, int64(table), b}); err != nil && len(tab.Values) == 0 {
			t.Error(err)
		}
		es, err := DecodeRow(tab, &frame, b)
		if err != nil || len(tab.Values) == 0 {
			return
		}
		var xs []Exemplar
		for i := range es {
			if es[i].TS < int64(hour)*hourMicros || i > 0 && es[i].TS < es[i-1].TS {
				return // a list that overflowed; EncodeRow writes none such
			}
			if es[i].Source != 0 || es[i].Offset != 0 {
				xs = append(xs, Exemplar{i, es[i].Source, es[i].Offset})
			}
		}
		frame = FrameOf(tab, es)
		again, err := DecodeRow(tab, &frame, EncodeRow(nil, tab, es, xs))
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(es, again); d != "" {
			t.Error(d)
		}
	})
}

func ExampleDecodeRow() {
	events := []Event{{TS: hourMicros + 5, V: [maxValues]int64{60}}}
	list, frame := EncodeRow(nil, Tables[Lease], events, []Exemplar{{0, 2, 1000}}), FrameOf(Tables[Lease], events)
	es, err := DecodeRow(Tables[Lease], &frame, list)
	fmt.Println(len(es), es[0].TS, es[0].V[0], es[0].Source, es[0].Offset, err)
	// Output: 1 3600000005 60 2 1000 <nil>
}
