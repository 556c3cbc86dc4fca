package hunt

import (
	"context"
	"errors"
	"io"
	"os"

	"barium/internal/format/container"
)

// tarMembers lists and sniffs the members of a tar archive in one pass. What is
// wrong with the archive itself is a File of its own.
func (f *File) tarMembers(r io.Reader, kind string) []File {
	var out []File
	t := container.NewTarReader(r)
	for {
		m, err := t.Next()
		if err != nil {
			return f.listed(out, err)
		}
		x := f.member(m)
		x.tar = true
		x.sniffMember(t, inArchive(container.Tar, kind))
		out = append(out, x)
	}
}

// zipMembers does the same for a zip archive.
func (f *File) zipMembers(ctx context.Context, file *os.File) []File {
	z, err := container.NewZipReader(file, f.Size)
	if err != nil {
		return f.listed(nil, err)
	}
	out := make([]File, 0, len(z.Members))
	for i := range z.Members {
		if ctx.Err() != nil {
			return out
		}
		x := f.member(&z.Members[i])
		x.disk = min(z.Members[i].Packed, f.Size)
		if x.Problem == "" {
			r, err := z.Open(i)
			if err != nil {
				x.Problem = err.Error()
			} else {
				x.sniffMember(r, container.Zip)
				r.Close() //nolint:errcheck // only read from
			}
		}
		out = append(out, x)
	}
	return f.listed(out, z.Damage)
}

// listed adds what is wrong with the archive itself to its members.
func (f *File) listed(members []File, err error) []File {
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		f.Problem = plain(err).Error()
	case len(members) == 0:
		f.Problem, f.Harmless = "nothing in it", true
	default:
		return members
	}
	return append(members, *f)
}

// member makes a File of what an archive says of a member.
func (f *File) member(m *container.Member) File {
	at := location{f.at.disk, m.Name}
	return File{
		Path: f.Path + "/" + m.Name, Size: m.Size, ModTime: f.ModTime, Inode: f.Inode, device: f.device,
		at: at, disk: f.Size, Problem: m.Problem, Harmless: m.Harmless, mappings: f.mappings,
	}
}

// sniffMember decides which reader takes a member whose bytes are r.
func (f *File) sniffMember(r io.Reader, in string) {
	if f.Problem != "" {
		return
	}
	rc, kind, archive, err := container.Unpack(r)
	if err != nil {
		f.Problem = plain(err).Error()
		return
	}
	defer rc.Close()
	f.recognise(rc, kind, archive, in)
	if f.Problem == "nothing in it" && f.Size == 0 {
		f.Problem = "empty file"
	}
}
