package generate

// payload is a file on the wire.
type payload struct {
	name, mime string
	size       int64
	md5, sha1  string
}

func newPayload(r *random, name, mime string, size int64) payload {
	return payload{name: name, mime: mime, size: size, md5: r.hex(32), sha1: r.hex(40)}
}

// request is one HTTP request with its reply.
type request struct {
	after       int64 // since the connection began
	took        int64
	method, uri string
	referrer    string
	body        *payload // sent, nil for none
	form        bool     // body in a form: filename known to Zeek
	reply       *payload // received, nil for an empty body
	status      int64
	reason      string
	user        string
}

// visit is one HTTP connection.
type visit struct {
	ts       int64
	src, dst ip
	sp, dp   int64
	host     string
	agent    string
	requests []request
	whole    bool // nothing missed by the sensor
}

// http11 writes one HTTP connection: conn.log, http.log and files.log.
func (w *wire) http11(r *random, v visit) link {
	if !w.covers(v.ts) {
		return link{}
	}
	f := flow{ts: v.ts, src: v.src, dst: v.dst, sp: v.sp, dp: v.dp, service: "http", state: "SF", whole: v.whole}
	for _, q := range v.requests {
		f.ob += int64(len(q.method)+len(q.uri)+len(v.host)+len(v.agent)+len(q.referrer)) + r.between(90, 160)
		f.rb += r.between(180, 420)
		if q.body != nil {
			f.ob += q.body.size
		}
		if q.reply != nil {
			f.rb += q.reply.size
		}
		f.dur = q.after + q.took
	}
	f.dur += r.between(1, 5000) * millisecond
	l := w.tcp(r, f)
	for i, q := range v.requests {
		w.request(l, v, i, q)
	}
	return l
}

func (w *wire) request(l link, v visit, i int, q request) {
	at := v.ts + q.after
	sent, got := int64(0), int64(0)
	var sentID, sentName, sentMIME, gotID, gotMIME string
	if q.body != nil {
		sent, sentID, sentMIME = q.body.size, w.ids.id('F'), q.body.mime
		if q.form {
			sentName = q.body.name
		}
		w.file(at+millisecond, l, sentID, "HTTP", *q.body, sentName, true, q.took*9/10, true)
	}
	if q.reply != nil && q.reply.size > 0 {
		got, gotID, gotMIME = q.reply.size, w.ids.id('F'), q.reply.mime
		begins, lasts := at+q.took/5, q.took/2
		if q.body != nil { // the reply follows the whole request
			begins, lasts = at+q.took*19/20, q.took/50
		}
		w.file(begins, l, gotID, "HTTP", *q.reply, "", false, lasts, true)
	}
	t := w.http
	if t.off {
		return
	}
	t.head(at, l)
	w.finished(t, at+q.took)
	t.num(int64(i + 1))
	t.str(q.method)
	t.str(v.host)
	t.str(q.uri)
	t.str(q.referrer)
	t.str("1.1")
	t.str(v.agent)
	t.skip()
	t.num(sent)
	t.num(got)
	if q.status == 0 {
		t.skip()
		t.skip()
	} else {
		t.num(q.status)
		t.str(q.reason)
	}
	t.skip()
	t.skip()
	t.list([]string{})
	t.str(q.user)
	t.skip()
	t.skip()
	t.one(sentID)
	t.one(sentName)
	t.one(sentMIME)
	t.one(gotID)
	t.skip()
	t.one(gotMIME)
	t.end()
}

// file writes one row of files.log.
func (w *wire) file(ts int64, l link, fuid, source string, p payload, name string, isOrig bool, took int64, total bool) {
	t := w.files
	if t.off {
		return
	}
	t.row(ts)
	w.finished(t, ts+took)
	t.time(ts)
	t.str(fuid)
	t.str(l.uid)
	t.tuple(l)
	t.str(source)
	t.num(0)
	t.list([]string{"MD5", "SHA1"})
	t.str(p.mime)
	t.str(name)
	t.time(took)
	if isOrig {
		t.bool(l.src.inside())
	} else {
		t.bool(l.dst.inside())
	}
	t.bool(isOrig)
	t.num(p.size)
	if total {
		t.num(p.size)
	} else {
		t.skip()
	}
	t.num(0)
	t.num(0)
	t.bool(false)
	t.skip()
	t.str(p.md5)
	t.str(p.sha1)
	t.skip()
	t.skip()
	t.skip()
	t.skip()
	t.end()
}
