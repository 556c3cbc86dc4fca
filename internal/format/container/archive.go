package container

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// The kinds of archive that Unpack returns.
const (
	Tar = "tar"
	Zip = "zip"
)

// Member is one file in an archive.
type Member struct {
	// Name is unique in the archive and harmless as a path: relative, without "..",
	// in UTF-8. It is made from what the archive says, in the order of the archive,
	// so that the same archive always gives the same names.
	Name string
	// Size is how long the member is, as the archive says; it may lie.
	Size int64
	// Packed is how many bytes on disk it takes, 0 where that is not known (tar).
	Packed int64
	// Problem says why its bytes are not read; empty when they are. Harmless means
	// that this hides nothing.
	Problem  string
	Harmless bool
}

const (
	// maxMembers is how many members of an archive are told apart: a year of
	// hourly logs of twenty kinds are 175,200.
	maxMembers = 200_000
	// maxNames is how many bytes their names may have together.
	maxNames = 32 << 20
	// maxName is how long one name may be, as in a path on disk.
	maxName = 4096
)

// archiveOf returns which kind of archive begins with head, empty for none.
func archiveOf(head []byte) string {
	switch {
	case len(head) >= 4 && head[0] == 'P' && head[1] == 'K' && strings.Contains("\x03\x04\x05\x06\x07\x08", string(head[2:4])) && head[2]%2 == 1:
		return Zip
	case isTar(head):
		return Tar
	}
	return ""
}

// names gives members their names.
type names struct {
	seen  map[string]int // how many have it, with a number or without
	count int
	bytes int
}

// next names a member by what the archive calls it.
func (n *names) next(raw string) (string, error) {
	if n.seen == nil {
		n.seen = map[string]int{}
	}
	name := harmless(raw)
	for {
		before := n.seen[name]
		n.seen[name]++
		if before == 0 {
			break
		}
		name = fmt.Sprintf("%s (%d)", name, before+1)
	}
	n.count++
	n.bytes += len(name)
	if n.count > maxMembers || n.bytes > maxNames {
		return "", &failure{ErrBomb, "the archive has more members than are told apart (200,000, or 32 MiB of names); those before were read"}
	}
	return name, nil
}

// harmless makes a relative path of a name that may say anything.
func harmless(raw string) string {
	raw = raw[:min(len(raw), maxName)]
	if !utf8.ValidString(raw) || strings.IndexByte(raw, 0) >= 0 {
		var b strings.Builder
		for len(raw) > 0 {
			r, n := utf8.DecodeRuneInString(raw)
			if r == utf8.RuneError && n == 1 || r == 0 {
				fmt.Fprintf(&b, `\x%02x`, raw[0])
			} else {
				b.WriteString(raw[:n])
			}
			raw = raw[n:]
		}
		raw = b.String()
	}
	name := path.Clean("/" + raw)[1:]
	if name == "" {
		return "(no name)"
	}
	return name
}
