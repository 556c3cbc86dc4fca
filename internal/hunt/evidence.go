package hunt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"barium/internal/detect"
	"barium/internal/format"
	"barium/internal/format/all"
	"barium/internal/format/container"
	"barium/internal/ledger"
	"barium/internal/report"
)

// fetch reads the raw records at the given places again from their sources and
// returns what evidence needs of each. Sources that are gone, or others than
// they were, give evidence without a raw line, which says so.
// At most so many sources are read at once as there are workers.
func fetch(ctx context.Context, places []detect.Place, sources []ledger.Source, workers int) (map[detect.Place]report.Evidence, error) {
	byID := map[uint32]ledger.Source{}
	for _, s := range sources {
		byID[s.ID] = s
	}
	slices.SortFunc(places, func(a, b detect.Place) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
	})
	places = slices.Compact(places)
	var groups [][]detect.Place // one for each source
	for rest := places; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Source == rest[0].Source {
			n++
		}
		if _, ok := byID[rest[0].Source]; ok {
			groups = append(groups, rest[:n])
		}
		rest = rest[n:]
	}
	// The longest way first, so that no worker is left alone with it at the end.
	slices.SortStableFunc(groups, func(a, b []detect.Place) int { return cmp.Compare(b[len(b)-1].Offset, a[len(a)-1].Offset) })
	out := map[detect.Place]report.Evidence{}
	var mu sync.Mutex
	var failed error
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(groups)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(groups)); i = next.Add(1) - 1 {
				found := map[detect.Place]report.Evidence{}
				err := fetchFrom(ctx, byID[groups[i][0].Source], groups[i], found)
				mu.Lock()
				maps.Copy(out, found)
				failed = cmp.Or(failed, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if failed != nil { // the context's, whichever source it was
		return nil, failed
	}
	return out, nil
}

// maxRaw is how much of a raw record a report holds; offset and line lead to the
// rest.
const maxRaw = 8 << 10

// fetchFrom reads one source once, in order of offset.
func fetchFrom(ctx context.Context, s ledger.Source, places []detect.Place, out map[detect.Place]report.Evidence) error {
	gone := func(from int, why string) {
		for _, p := range places[from:] {
			out[p] = report.Evidence{Source: s.Path, SourceHash: s.SHA256, Offset: p.Offset, Raw: "(" + why + ")"}
		}
	}
	f, err := openRegular(s.Path)
	if err != nil {
		gone(0, "the source cannot be read any more: "+err.Error())
		return nil
	}
	defer f.Close()
	if changed(f, s) {
		gone(0, "the source is another one now than when it was read")
		return nil
	}
	raw, _, err := container.Open(f)
	if err != nil {
		gone(0, "the source cannot be read any more: "+err.Error())
		return nil
	}
	defer raw.Close()
	reader := all.ByName(s.Reader)
	r := newRecords(ctx, reader, raw)
	for i, p := range places {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.seek(p.Offset); err != nil {
			gone(i, "the source is damaged before this place")
			return nil
		}
		if r.position() != p.Offset {
			gone(i, "no record begins here")
			return nil
		}
		record, err := r.take()
		if err != nil {
			gone(i, "the source is damaged here")
			return nil
		}
		e := report.Evidence{Source: s.Path, SourceHash: s.SHA256, Offset: p.Offset}
		show(&e, reader, &record)
		out[p] = e
	}
	return nil
}

// show fills in what is known of a record once it has been read.
func show(e *report.Evidence, reader format.Reader, r *record) {
	text := r.text
	if text == nil {
		text = bytes.TrimRight(r.raw, "\r")
	}
	e.Line, e.Raw = r.number, string(text[:min(len(text), maxRaw)])
	if len(text) > maxRaw {
		e.Raw += fmt.Sprintf(" … (%d more bytes)", len(text)-maxRaw)
	}
	e.UID, e.CommunityID = identify(reader, r)
}

// changed reports whether the file at a source's path is not the one that was
// read: its lines would be shown as evidence though they are others. A log that
// has grown since is the same.
func changed(f *os.File, s ledger.Source) bool {
	st, err := f.Stat()
	if err != nil {
		return true
	}
	grown := false
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		grown = sys.Ino == s.Inode && st.Size() > s.Size
	}
	return !grown && (st.Size() != s.Size || st.ModTime().UnixNano() != s.ModTime)
}

func evidenceFor(f *detect.Finding, found map[detect.Place]report.Evidence) []report.Evidence {
	out := []report.Evidence{}
	for _, p := range f.Places {
		if e, ok := found[p]; ok {
			out = append(out, e)
		}
	}
	return out
}
