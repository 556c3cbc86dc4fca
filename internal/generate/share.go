package generate

import "fmt"

// shareFile is one file on the file server.
type shareFile struct {
	share, path string
	payload
	made, changed int64
}

// shares is what the file server holds, by department.
type shares struct{ research, clinical, office []shareFile }

func newShares(seed uint64, start int64) *shares {
	r := stream(seed, "shares")
	fill := func(share string, count int, folders []string, names []string, kinds [][2]string, median float64) []shareFile {
		out := make([]shareFile, count)
		for i := range out {
			folder := folders[i*len(folders)/count]
			kind := pick(r, kinds)
			name := fmt.Sprintf(`%s\%s_%s.%s`, folder, pick(r, names), pick(r, []string{
				sizedName("", r.IntN(1000), 3), sizedName("v", 1+r.IntN(9), 1) + "_" + r.label(3),
				sizedName("2025-", 1+r.IntN(12), 2) + sizedName("-", 1+r.IntN(28), 2),
			}), kind[0])
			f := shareFile{share: `\\FS01\` + share, path: name, payload: newPayload(r, name, kind[1], r.size(median, 1.2, 2000, 400<<20))}
			f.made = start - r.between(20*day, 900*day)
			f.changed = f.made + r.Int64N(start-f.made)
			out[i] = f
		}
		return out
	}
	const office = "application/vnd.openxmlformats-officedocument."
	documents := [][2]string{
		{"docx", office + "wordprocessingml.document"},
		{"xlsx", office + "spreadsheetml.sheet"},
		{"pdf", "application/pdf"},
		{"pptx", office + "presentationml.presentation"},
	}
	return &shares{
		research: fill("research", 700,
			[]string{`oncology\trial-214`, `oncology\trial-309`, `immunology\assays`, `genomics\cohort-B`, `pharmacology\vx12`, `imaging-ai\labels`},
			[]string{"assay", "protocol", "results", "cohort", "dose", "raw", "analysis", "consent", "sequence", "figures"},
			append(documents[:3:3], [2]string{"csv", "text/plain"}, [2]string{"zip", "application/zip"}), 9e6),
		clinical: fill("clinical", 600,
			[]string{`cardiology`, `surgery\planning`, `emergency`, `paediatrics`, `pathology\reports`},
			[]string{"letter", "discharge", "report", "schedule", "handover", "audit", "registry"}, documents, 2e6),
		office: fill("office", 600,
			[]string{`finance\2025`, `finance\2026`, `personnel`, `procurement`, `quality`, `it\inventory`},
			[]string{"budget", "invoice", "minutes", "contract", "roster", "plan", "statement", "list"}, documents, 1.2e6),
	}
}

// of returns the files that people with the role of h work with.
func (s *shares) of(role role) []shareFile {
	switch role {
	case research:
		return s.research
	case ward, laboratory:
		return s.clinical
	}
	return s.office
}

// reading is one SMB session in which files are read.
type reading struct {
	ts    int64
	src   ip
	sp    int64
	dst   ip
	files []shareFile
	gap   func(*random) int64 // from one file to the next
}

// read writes the session (conn.log, smb_files.log, files.log) and returns when
// it ended.
func (w *wire) read(r *random, s reading) int64 {
	if !w.covers(s.ts) {
		return s.ts
	}
	at := s.ts + r.between(20, 200)*millisecond
	starts, took := make([]int64, len(s.files)), make([]int64, len(s.files))
	ob, rb := r.between(1800, 4200), r.between(1500, 4000)
	for i, f := range s.files {
		starts[i] = at
		took[i] = f.size/25 + r.between(1, 8)*millisecond // 25 MB/s
		at += took[i] + s.gap(r)
		ob += 620 + f.size/(1<<16)*117
		rb += 780 + f.size + f.size/(1<<16)*84
	}
	l := w.tcp(r, flow{
		ts: s.ts, src: s.src, dst: s.dst, sp: s.sp, dp: 445, service: "gssapi,smb,krb", dur: at - s.ts, ob: ob, rb: rb,
		state: pick(r, []string{"SF", "RSTO", "RSTO"}),
	})
	for i, f := range s.files {
		w.opened(starts[i], l, f, max(f.changed, starts[i]-r.Int64N(20*day)))
		w.file(starts[i]+2*millisecond, l, w.ids.id('F'), "SMB", f.payload, f.path, false, took[i], true)
	}
	return at
}

// opened writes one row of smb_files.log.
func (w *wire) opened(ts int64, l link, f shareFile, accessed int64) {
	t := w.smb
	if t.off {
		return
	}
	t.head(ts, l)
	t.skip()
	t.str("SMB::FILE_OPEN")
	t.str(f.share)
	t.str(f.path)
	t.num(f.size)
	t.skip()
	t.time(f.changed)
	t.time(accessed)
	t.time(f.made)
	t.time(f.changed)
	t.end()
}
