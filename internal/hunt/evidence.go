package hunt

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"syscall"

	"barium/internal/detect"
	"barium/internal/format"
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
	var at []location
	for rest := places; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Source == rest[0].Source {
			n++
		}
		if s, ok := byID[rest[0].Source]; ok {
			groups = append(groups, rest[:n])
			at = append(at, locationOf(s.Path))
		}
		rest = rest[n:]
	}
	// The longest way first, so that no worker is left alone with it at the end.
	todo := bundles(at)
	way := func(b *bundle) (n int64) {
		for _, i := range b.at {
			n = max(n, groups[i][len(groups[i])-1].Offset)
		}
		return n
	}
	slices.SortStableFunc(todo, func(a, b *bundle) int { return cmp.Compare(way(b), way(a)) })
	out := map[detect.Place]report.Evidence{}
	var mu sync.Mutex
	err := together(ctx, workers, todo, func(b *bundle) error {
		return b.each(ctx, nil, func(i int, from stored) error {
			found := map[detect.Place]report.Evidence{}
			err := fetchFrom(ctx, byID[groups[i][0].Source], from, groups[i], found)
			mu.Lock()
			maps.Copy(out, found)
			mu.Unlock()
			return errors.Join(err, ctx.Err())
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// maxRaw is how much of a raw record a report holds; offset and line lead to the
// rest.
const maxRaw = 8 << 10

// fetchFrom reads one source once, in order of offset.
func fetchFrom(ctx context.Context, s ledger.Source, from stored, places []detect.Place, out map[detect.Place]report.Evidence) error {
	gone := func(first int, why string) {
		for _, p := range places[first:] {
			out[p] = report.Evidence{Source: s.Path, SourceHash: s.SHA256, Offset: p.Offset, Raw: "(" + why + ")"}
		}
	}
	switch {
	case from.err != nil:
		gone(0, "the source cannot be read any more: "+from.err.Error())
		return nil
	case changed(from, s) && !from.member:
		gone(0, changedSource)
		return nil
	case changed(from, s): // its archive has; the member may be the same
		sum := sha256.New()
		from.r = io.TeeReader(io.LimitReader(from.r, s.Size), sum)
		defer func() {
			if _, err := io.Copy(io.Discard, from.r); err != nil || hex.EncodeToString(sum.Sum(nil)) != s.SHA256 {
				gone(0, changedSource)
			}
		}()
	}
	raw, _, err := container.Open(from.r)
	if err != nil {
		gone(0, "the source cannot be read any more: "+err.Error())
		return nil
	}
	defer raw.Close()
	var d details
	if s.Details == "" {
		s.Details = "{}" // a source of which nothing is kept
	}
	if err := json.Unmarshal([]byte(s.Details), &d); err != nil {
		return fmt.Errorf("source %s in the ledger: %w", s.Path, err)
	}
	reader := readerBy(s.Reader, d.Mapping)
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

const changedSource = "the source is another one now than when it was read"

// changed reports whether the file at a source's path is not the one that was
// read: its lines would be shown as evidence though they are others. A log that
// has grown since is the same. Of a member, the archive is looked at.
func changed(now stored, s ledger.Source) bool {
	inode := uint64(0)
	if sys, ok := now.st.Sys().(*syscall.Stat_t); ok {
		inode = sys.Ino
	}
	same := now.st.ModTime().UnixNano() == s.ModTime
	if now.member {
		return !same || inode != s.Inode
	}
	grown := inode != 0 && inode == s.Inode && now.st.Size() > s.Size
	return !grown && (now.st.Size() != s.Size || !same)
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
