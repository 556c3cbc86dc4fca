package generate

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Folder is an empty folder that is filled with logs. Until a file is whole its
// name ends in ".part".
type Folder struct {
	dir   string
	made  bool // it was not there
	files []*part
}

// NewFolder makes dir unless it is there, and refuses one that holds anything.
func NewFolder(dir string) (*Folder, error) {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty; name a new folder or an empty one", dir)
	}
	return &Folder{dir: dir, made: missing != nil}, nil
}

// Create opens a new file; closing it gives it its name.
func (f *Folder) Create(name string) (io.WriteCloser, error) {
	path := filepath.Join(f.dir, name)
	file, err := os.OpenFile(path+partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	p := &part{file, path}
	f.files = append(f.files, p)
	return p, nil
}

// Discard removes every file that was created, whole or not, and the folder
// unless it was there before.
func (f *Folder) Discard() {
	for _, p := range f.files {
		_ = p.File.Close() // it may be closed already
		_ = os.Remove(p.path)
		_ = os.Remove(p.path + partial)
	}
	f.files = nil
	if f.made {
		_ = os.Remove(f.dir)
	}
}

const partial = ".part"

type part struct {
	*os.File
	path string
}

func (p *part) Close() error {
	if err := p.File.Close(); err != nil {
		return err
	}
	return os.Rename(p.path+partial, p.path)
}
