package generate

// Times on the wire are microseconds.
const (
	millisecond int64 = 1000
	second            = 1000 * millisecond
	minute            = 60 * second
	hour              = 60 * minute
	day               = 24 * hour
)

// logs holds the rows of all logs.
type logs struct {
	conn, dns, http, ssl, x509, files, smb, ftp, dhcp, loss *table
}

func newLogs(json bool) *logs {
	return &logs{
		conn: newTable(connSchema(), json), dns: newTable(dnsSchema(), json), http: newTable(httpSchema(), json),
		ssl: newTable(sslSchema(), json), x509: newTable(x509Schema(), json), files: newTable(filesSchema(), json),
		smb: newTable(smbSchema(), json), ftp: newTable(ftpSchema(), json), dhcp: newTable(dhcpSchema(), json),
		loss: newTable(lossSchema(), json),
	}
}

func (l *logs) all() []*table {
	return []*table{l.conn, l.dns, l.http, l.ssl, l.x509, l.files, l.smb, l.ftp, l.dhcp, l.loss}
}

// wire is what the sensor sees: it turns traffic into rows. The innocent
// traffic and the theft each have a wire, with identifiers of its own, that
// lead to the same logs.
type wire struct {
	*logs
	start, end int64
	ids        *random
	certs      []*cert // seen on this wire, in order of first use
	tally      *tally  // of a bulk log, nil in the demonstration
}

// finished says when the sensor writes the row being built: a bulk log is sorted
// by that, as Zeek's are, the demonstration by when things began.
func (w *wire) finished(t *table, ts int64) {
	if w.tally != nil {
		t.ts = ts
	}
}

// linger is how long Zeek waits for more before it writes a connection.
func linger(proto string) int64 {
	if proto == "tcp" {
		return 5 * second
	}
	return minute
}

// covers tells whether the logs cover ts. Traffic that begins outside is not
// written.
func (w *wire) covers(ts int64) bool { return ts >= w.start && ts < w.end }

// link identifies one connection in all logs.
type link struct {
	ts       int64
	uid      string
	src, dst ip
	sp, dp   int64
}

func (t *table) head(ts int64, l link) {
	t.row(ts)
	t.time(ts)
	t.str(l.uid)
	t.tuple(l)
}

func (t *table) tuple(l link) {
	t.host(l.src)
	t.num(l.sp)
	t.host(l.dst)
	t.num(l.dp)
}

// flow is one connection before it is written. Unset state and history are
// drawn for TCP.
type flow struct {
	ts       int64
	src, dst ip
	sp, dp   int64
	service  string
	dur      int64 // unset when nothing came back
	ob, rb   int64 // payload each way
	state    string
	history  string
	linux    bool // 12 bytes more in every header, for TCP timestamps
	whole    bool // no packet missed by the sensor
}

func (w *wire) write(f *flow, proto string, missed, op, oip, rp, rip int64) link {
	l := link{f.ts, w.ids.id('C'), f.src, f.dst, f.sp, f.dp}
	w.tally.conn(f, proto)
	t := w.conn
	if t.off {
		return l
	}
	t.head(f.ts, l)
	w.finished(t, f.ts+max(f.dur, 0)+linger(proto))
	t.str(proto)
	t.str(f.service)
	t.time(f.dur)
	if f.dur < 0 {
		t.skip()
		t.skip()
	} else {
		t.num(f.ob)
		t.num(f.rb)
	}
	t.str(f.state)
	t.bool(f.src.inside())
	t.bool(f.dst.inside())
	t.num(missed)
	t.str(f.history)
	t.num(op)
	t.num(oip)
	t.num(rp)
	t.num(rip)
	t.skip()
	t.end()
	return l
}

const segment = 1460 // payload of a full TCP packet

// tcp writes an established TCP connection and returns its identity.
func (w *wire) tcp(r *random, f flow) link {
	header := int64(40)
	if f.linux {
		header = 52
	}
	if f.state == "" {
		f.state = closing(r)
	}
	if f.history == "" {
		f.history = tcpHistory(r, f)
	}
	od, rd := (f.ob+segment-1)/segment, (f.rb+segment-1)/segment
	op, rp := 2+od+rd/2, 1+rd+od/2
	switch f.state {
	case "SF":
		op, rp = op+1, rp+1
	case "RSTO", "S2":
		op++
	case "RSTR", "S3":
		rp++
	}
	missed := int64(0)
	if !f.whole && f.ob+f.rb > 1<<20 && r.chance(0.02) {
		missed = segment * r.between(1, 6)
		f.history = f.history[:len(f.history)-1] + "g" + f.history[len(f.history)-1:]
	}
	return w.write(&f, "tcp", missed, op, f.ob+op*header+12, rp, f.rb+rp*header+12)
}

// closing draws how a connection ends.
func closing(r *random) string {
	switch x := r.IntN(100); {
	case x < 82:
		return "SF"
	case x < 91:
		return "RSTO"
	case x < 96:
		return "RSTR"
	case x < 98:
		return "S3"
	}
	return "S1"
}

// tcpHistory draws a history that agrees with the state and the bytes of f.
func tcpHistory(r *random, f flow) string {
	h := append(make([]byte, 0, 16), "ShA"...)
	if f.ob > 0 {
		h = append(h, "Da"...)
	}
	if f.rb > 0 {
		h = append(h, 'd')
	}
	if f.ob > 2<<20 && r.chance(0.5) {
		h = append(h, 'T')
	}
	if f.rb > 2<<20 && r.chance(0.3) {
		h = append(h, 't')
	}
	switch f.state {
	case "SF":
		h = append(h, pick(r, []string{"Ff", "Ff", "fF", "FfR"})...)
	case "RSTO":
		h = append(h, pick(r, []string{"R", "fR"})...)
	case "RSTR":
		h = append(h, pick(r, []string{"r", "Fr"})...)
	case "S2":
		h = append(h, 'F')
	case "S3":
		h = append(h, 'f')
	}
	return string(h)
}

// udp writes a UDP exchange in which both sides spoke, unless rb is 0.
func (w *wire) udp(f flow, op, rp int64) link {
	switch {
	case f.rb > 0 || rp > 0:
		f.state, f.history = "SF", "Dd"
	default:
		f.state, f.history = "S0", "D"
	}
	return w.write(&f, "udp", 0, op, f.ob+op*28, rp, f.rb+rp*28)
}

// unanswered writes a TCP attempt that got no answer.
func (w *wire) unanswered(r *random, f flow) link {
	tries := r.between(1, 4)
	f.state, f.history, f.dur = "S0", "S", unset
	if tries > 1 {
		f.dur = (int64(1)<<(tries-1)-1)*second + r.Int64N(20*millisecond)
	}
	f.ob, f.rb = 0, 0
	return w.write(&f, "tcp", 0, tries, tries*52, 0, 0)
}

// refused writes a TCP attempt that was answered with a reset.
func (w *wire) refused(r *random, f flow) link {
	f.state, f.history, f.dur = "REJ", "Sr", r.between(80, 4000)
	f.ob, f.rb = 0, 0
	return w.write(&f, "tcp", 0, 1, 52, 1, 40)
}

// ping writes an ICMP echo exchange.
func (w *wire) ping(r *random, f flow, n int64) link {
	f.sp, f.dp, f.state = 8, 0, "OTH"
	f.ob, f.rb, f.dur = 32*n, 32*n, (n-1)*second+r.between(200, 3000)
	return w.write(&f, "icmp", 0, n, 60*n, n, 60*n)
}
