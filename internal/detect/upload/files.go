package upload

import (
	"context"
	"path"
	"slices"
	"strings"

	"barium/internal/condense"
	"barium/internal/detect"
	"barium/internal/ledger"
)

// file is one file that a host sent a far end, however often.
type file struct {
	detect.File
	account, at string
	port        int
	places      []detect.Place // of the sendings, the accepted ones first
	sendings    []try
	partial     bool // the sensor missed bytes of it
}

// try is one sending of a file: when, and from which port of the host.
type try struct {
	ts   int64
	port uint16
}

// pair is a host and a far end, by address.
type pair struct{ host, far string }

// seen is what the sensor's file analysis says of one file.
type seen struct {
	bytes int64
	mime  string
	name  string
	part  bool // the sensor missed bytes of it
}

// sending is one event of the moved view.
type sending struct {
	pair
	port              int
	how, name, mime   string
	account, at       string
	bytes, code, ts   int64
	id, origPort      int64
	fromOrig, partial bool
	place             detect.Place
}

// sent returns the files that hosts sent to far ends. The same name and size at
// the same far end is one file: counted once, when it was accepted.
func sent(ctx context.Context, l *ledger.Look) (map[pair][]file, error) {
	analysed := map[int64]seen{}
	var sendings []sending
	var row sending
	var list condense.Stored
	into := []any{&row.host, &row.far, &row.port, &row.how, &row.name, &row.mime, &row.account, &row.at}
	into = append(into, list.Scan(condense.Tables[condense.Transfer])...)
	err := ledger.Steps(ctx, l.Store, filesQuery, nil, into, func() error {
		events, err := condense.Events(condense.Tables[condense.Transfer], &list)
		if err != nil {
			return err
		}
		for i := range events {
			e := &events[i]
			if e.Dup {
				continue
			}
			s := row
			s.bytes, s.code, s.ts, s.id = e.V[condense.XferBytes], e.V[condense.XferCode], e.TS, e.V[condense.XferFile]
			s.partial = e.V[condense.XferFlags]&condense.XferPartial != 0
			s.origPort = e.V[condense.XferPort]
			s.fromOrig = e.V[condense.XferFlags]&condense.XferFromOrig != 0
			s.place = detect.Place{Source: e.Source, Offset: e.Offset}
			if strings.HasPrefix(s.how, "files ") {
				if s.id != 0 {
					a := analysed[s.id]
					analysed[s.id] = seen{max(a.bytes, s.bytes), longer(a.mime, s.mime), longer(a.name, s.name), a.part || s.partial}
				}
				continue
			}
			sendings = append(sendings, s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return gather(sendings, analysed), nil
}

func longer(a, b string) string {
	if len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}

// gather makes files of sendings.
func gather(sendings []sending, analysed map[int64]seen) map[pair][]file {
	type key struct {
		pair
		name  string
		bytes int64
	}
	at := map[key]int{}
	out := map[pair][]file{}
	for _, s := range sendings {
		if !s.fromOrig {
			continue
		}
		if a, ok := analysed[s.id]; ok && s.id != 0 {
			s.bytes = max(s.bytes, a.bytes)
			s.mime, s.name = longer(s.mime, a.mime), longerName(s.name, a.name)
			s.partial = s.partial || a.part
		}
		if s.bytes <= 0 {
			continue
		}
		name := base(s.name)
		k := key{s.pair, name, s.bytes}
		i, ok := at[k]
		if !ok {
			i = len(out[s.pair])
			at[k] = i
			out[s.pair] = append(out[s.pair], file{
				File:    detect.File{Name: name, MIME: s.mime, How: s.how, Bytes: s.bytes, First: s.ts},
				account: s.account, at: s.at, port: s.port,
			})
		}
		f := &out[s.pair][i]
		f.Sent++
		f.partial = f.partial || s.partial
		f.sendings = append(f.sendings, try{s.ts, uint16(s.origPort)})
		if condense.Accepted(s.code) {
			if !f.Accepted {
				f.First = s.ts
				f.places = slices.Insert(f.places, 0, s.place)
			}
			f.Accepted = true
		}
		if s.place.Source != 0 && !slices.Contains(f.places, s.place) {
			f.places = append(f.places, s.place)
		}
		f.places = slices.DeleteFunc(f.places, func(p detect.Place) bool { return p.Source == 0 })
		f.MIME = longer(f.MIME, s.mime)
	}
	return out
}

func longerName(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// base returns the last element of a path with slashes of either kind.
func base(name string) string {
	b := path.Base(strings.ReplaceAll(name, `\`, "/"))
	if b == "." || b == "/" {
		return ""
	}
	return b
}

// archives lists MIME types and endings of archives.
var archives = struct{ mime, ending []string }{
	[]string{
		"application/x-7z-compressed", "application/x-rar", "application/x-rar-compressed", "application/vnd.rar", "application/zip",
		"application/x-zip-compressed", "application/gzip", "application/x-gzip", "application/x-tar", "application/x-bzip2",
		"application/x-xz", "application/zstd", "application/vnd.ms-cab-compressed", "application/x-cab", "application/x-arj", "application/x-ace-compressed",
	},
	[]string{".7z", ".rar", ".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".cab", ".arj", ".ace"},
}

// isArchive reports whether a file is an archive by its type or, where the type
// is unknown, by its name.
func (f *file) isArchive() bool {
	if slices.Contains(archives.mime, f.MIME) {
		return true
	}
	return (f.MIME == "" || f.MIME == "application/octet-stream") && slices.Contains(archives.ending, ending(f.Name))
}

// disguised reports whether an archive bears the name of something else.
func (f *file) disguised() bool {
	e := ending(f.Name)
	return slices.Contains(archives.mime, f.MIME) && e != "" && !slices.Contains(archives.ending, e) && slices.Contains(innocentEndings, e)
}

// innocentEndings are the endings under which archives are hidden; office
// documents are zip files and are not among them.
var innocentEndings = []string{".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".log", ".txt", ".tmp", ".dat", ".ico", ".mp3", ".mp4", ".avi", ".html", ".css", ".js"}

func ending(name string) string { return strings.ToLower(path.Ext(name)) }
