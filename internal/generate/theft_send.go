package generate

import "fmt"

// Bounds of what a theft takes out.
const (
	minStolen = 300_000_000
	maxStolen = 6_000_000_000
)

// send sends the collected bytes, compressed into volumes of equal size, to one
// address that nobody else talks to.
func (t *thief) send(collected, ts int64) {
	r := t.r
	total := int64(float64(collected) * (0.55 + 0.4*r.Float64()))
	total = min(max(total, minStolen+r.Int64N(minStolen/4)), maxStolen-maxStolen/50-r.Int64N(maxStolen/8))
	volumes := t.volumes(total)
	to := t.g.pool.draw(r)
	t.truth.HostName, t.truth.Host = t.victim.name, t.addr(ts).String()
	t.truth.Destination, t.truth.First = to.String(), moment(ts)
	var last int64
	if r.chance(0.7) {
		last = t.put(volumes, ts, to)
	} else {
		last = t.store(volumes, ts, to)
	}
	t.truth.Last = moment(last)
}

// volumes splits total bytes into archives of equal size and a smaller last one.
func (t *thief) volumes(total int64) []payload {
	r := t.r
	kind := pick(r, []struct{ format, mime string }{
		{"part%02d.7z", "application/x-7z-compressed"},
		{"report_q2.part%02d.rar", "application/x-rar"},
		{"d%d.zip", "application/zip"},
		{"arch_%03d.7z", "application/x-7z-compressed"},
		{"scan%02d.rar", "application/x-rar"},
	})
	count := r.between(5, 40)
	size := (total/count>>20 + 1) << 20 // whole MiB, as people choose them
	out := make([]payload, count)
	for i := range out {
		n := size
		if int64(i) == count-1 {
			n = size/5 + r.Int64N(size*4/5)
		}
		out[i] = newPayload(r, fmt.Sprintf(kind.format, i+1), kind.mime, n)
	}
	// With a small last one the total may fall short of the least.
	if sum := size*(count-1) + out[count-1].size; sum < minStolen {
		out[count-1].size = min(size, out[count-1].size+minStolen-sum)
	}
	return out
}

func (t *thief) accepted(p payload) {
	t.truth.Files = append(t.truth.Files, p.name)
	t.truth.Bytes += p.size
}

// put uploads by HTTP PUT, one connection a file. The server first refuses for
// want of a password: sometimes before the body, sometimes after all of it.
func (t *thief) put(volumes []payload, ts int64, to ip) int64 {
	r := t.r
	t.truth.Method = MethodPut
	port, name := pick(r, []int64{80, 80, 80, 8080}), ""
	host := to.String()
	if r.chance(0.5) {
		name = youngName(r)
		host = name
	}
	if port != 80 {
		host += ":8080"
	}
	agent := pick(r, []string{"curl/8.9.1", "python-requests/2.31.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "WinHTTP/1.0"})
	folder, user := "/"+pick(r, []string{"u", "store", "dav/in", "b/" + r.label(5)})+"/", pick(r, []string{"u1", "backup", "sync", r.label(6)})
	rate := r.between(2, 9) // bytes per microsecond
	wholeFirst := r.chance(0.5)
	created := newPayload(r, "", "text/html", r.between(180, 420))
	refusal := newPayload(r, "", "text/html", r.between(350, 480))
	var done int64
	for i, p := range volumes {
		request := request{
			after: 35 * millisecond, took: r.spread(p.size/rate, 0.15), method: "PUT", uri: folder + p.name, body: &p, reply: &created,
			status: 201, reason: "Created", user: user,
		}
		refused := request
		refused.reply, refused.status, refused.reason, refused.user = &refusal, 401, "Unauthorized", ""
		if name != "" {
			t.lookUp(ts, name, to)
		}
		v := visit{ts: ts, src: t.addr(ts), dst: to, sp: t.victim.port(r), dp: port, host: host, agent: agent, whole: true}
		switch {
		case i == 0 && wholeFirst:
			v.requests = append(v.requests, refused)
			t.http11(r, v)
			v.ts += refused.after + refused.took + r.between(1, 4)*second
			v.sp = t.victim.port(r)
			v.requests = append(v.requests[:0:0], request)
		case i == 0:
			refused.body, refused.took = nil, 90*millisecond
			request.after += refused.took + 20*millisecond
			v.requests = append(v.requests, refused, request)
		default:
			v.requests = append(v.requests, request)
		}
		t.http11(r, v)
		t.accepted(p)
		done = v.ts + request.after + request.took
		ts = done + r.between(2, 70)*second
	}
	t.truth.Port = int(port)
	return done
}

// store uploads by FTP STOR in one session.
func (t *thief) store(volumes []payload, ts int64, to ip) int64 {
	r := t.r
	t.truth.Method, t.truth.Port = MethodStor, 21
	done := t.ftpUpload(r, upload{
		ts: ts, src: t.addr(ts), dst: to, port: t.victim.port, user: pick(r, []string{"anonymous", "upl", "ftpuser", r.label(6)}),
		folder: pick(r, []string{"/", "/in/", "/pub/up/"}), files: volumes, rate: r.between(2e6, 9e6),
		pause: func(r *random) int64 { return r.between(1, 50) * second },
	})
	for _, p := range volumes {
		t.accepted(p)
	}
	return done[len(done)-1]
}
