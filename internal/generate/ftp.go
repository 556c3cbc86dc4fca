package generate

import "fmt"

// upload is one FTP session that stores files on a server.
type upload struct {
	ts       int64
	src, dst ip
	port     func(*random) int64 // source ports
	user     string
	folder   string
	files    []payload
	rate     int64               // bytes per second
	pause    func(*random) int64 // between files
}

// ftpUpload writes the session (ftp.log, conn.log for the control and the data
// connections, files.log) and returns when each file was accepted.
func (w *wire) ftpUpload(r *random, u upload) []int64 {
	if !w.covers(u.ts) {
		return nil
	}
	type stored struct {
		at, took, port int64
	}
	at := u.ts + r.between(300, 1500)*millisecond
	plan := make([]stored, len(u.files))
	ob, rb := int64(60), int64(340)
	for i, p := range u.files {
		took := max(20*millisecond, r.spread(int64(float64(p.size)/float64(u.rate)*1e6), 0.15))
		plan[i] = stored{at, took, r.between(49152, 65530)}
		at += took + u.pause(r)
		ob += int64(len(u.folder)+len(p.name)) + 20
		rb += 160
	}
	control := w.tcp(r, flow{
		ts: u.ts, src: u.src, dst: u.dst, sp: u.port(r), dp: 21, service: "ftp", dur: at - u.ts + second, ob: ob, rb: rb,
		state: "SF", whole: true,
	})
	done := make([]int64, len(u.files))
	for i, p := range u.files {
		f := plan[i]
		w.ftpRow(control, f.at, u.user, "PASV", "", "", 227,
			fmt.Sprintf("Entering Passive Mode (%d,%d,%d,%d,%d,%d).", u.dst>>24, u.dst>>16&255, u.dst>>8&255, u.dst&255, f.port>>8, f.port&255),
			f.port, "")
		data := w.tcp(r, flow{
			ts: f.at + 30*millisecond, src: u.src, dst: u.dst, sp: u.port(r), dp: f.port, service: "ftp-data",
			dur: f.took, ob: p.size, state: "SF", whole: true,
		})
		fuid := w.ids.id('F')
		w.file(f.at+60*millisecond, data, fuid, "FTP_DATA", p, "", true, f.took, false)
		w.ftpRow(control, f.at+50*millisecond, u.user, "STOR", "ftp://"+u.dst.String()+u.folder+p.name, p.mime, 226, "Transfer complete.", unset, fuid)
		done[i] = f.at + f.took + 50*millisecond
	}
	return done
}

func (w *wire) ftpRow(l link, ts int64, user, command, arg, mime string, code int64, reply string, passive int64, fuid string) {
	t := w.ftp
	if t.off {
		return
	}
	t.head(ts, l)
	t.str(user)
	t.str("<hidden>")
	t.str(command)
	t.str(arg)
	t.str(mime)
	t.skip() // the size is not in the replies to STOR
	t.num(code)
	t.str(reply)
	if passive == unset {
		t.skip()
		t.skip()
		t.skip()
		t.skip()
	} else {
		t.bool(true)
		t.addr(l.src)
		t.addr(l.dst)
		t.num(passive)
	}
	t.str(fuid)
	t.end()
}
