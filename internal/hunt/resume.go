package hunt

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"barium/internal/format/container"
	"barium/internal/ledger"
)

// A file that grew, was renamed or was compressed since it was read begins with
// the bytes of a source that the ledger has. Only what stands behind those is
// read. Neither path nor time is trusted for that: the decompressed bytes are
// hashed.

// continuation is a known source that a file begins with.
type continuation struct {
	source ledger.Source
	ended  bool   // the file holds nothing else
	sha256 string // of the file as it lies on disk, when it ended
	err    error  // why the file ended there, nil for its end
}

// continuations returns for each file the known source that it begins with, or nil.
func continuations(ctx context.Context, files []*File, have []ledger.Source, o Options) ([]*continuation, error) {
	out := make([]*continuation, len(files))
	if len(have) == 0 {
		return out, nil
	}
	at := make([]location, len(files))
	for i, f := range files {
		at[i] = f.at
	}
	return out, together(ctx, o.workers(), bundles(at), func(b *bundle) error {
		return b.each(ctx, nil, func(i int, s stored) (err error) {
			if s.err == nil {
				out[i], err = continues(ctx, files[i], s.r, have)
			}
			return err
		})
	})
}

// continues returns the longest of the known sources that a file begins with, or
// nil. What is wrong with the file itself will be found again when it is read.
func continues(ctx context.Context, f *File, disk io.Reader, have []ledger.Source) (*continuation, error) {
	whole := sha256.New()
	raw := io.TeeReader(disk, whole)
	r, _, err := container.Open(raw)
	if err != nil {
		return nil, nil
	}
	defer r.Close()
	head := make([]byte, ledger.HeadBytes)
	n, _ := io.ReadFull(r, head)
	head = head[:n]
	var known []ledger.Source
	for _, s := range have {
		k := min(s.Bytes, ledger.HeadBytes)
		if s.Reader == f.Reader.Name() && s.Content != "" && k > 0 && int64(n) >= k && digestOf(head[:k]) == s.Head {
			known = append(known, s)
		}
	}
	if len(known) == 0 {
		return nil, ctx.Err()
	}
	slices.SortStableFunc(known, func(a, b ledger.Source) int { return cmp.Or(cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(b.ID, a.ID)) })
	h := sha256.New()
	h.Write(head[:min(int64(n), known[0].Bytes)])
	at := min(int64(n), known[0].Bytes)
	rest := io.MultiReader(bytes.NewReader(head[at:]), r) // r gives its error again
	var found *continuation
	for _, s := range known {
		k, err := io.CopyN(h, rest, s.Bytes-at)
		if at += k; err != nil {
			break
		}
		if hex.EncodeToString(h.Sum(nil)) == s.Content {
			found = &continuation{source: s}
		}
	}
	if found == nil || at != found.source.Bytes {
		return found, ctx.Err()
	}
	if _, err := io.ReadFull(rest, make([]byte, 1)); err != nil {
		found.ended = true
		if !errors.Is(err, io.EOF) {
			found.err = err
		}
		if _, err := io.Copy(io.Discard, raw); err != nil {
			return nil, ctx.Err()
		}
		found.sha256 = hex.EncodeToString(whole.Sum(nil))
	}
	return found, ctx.Err()
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
