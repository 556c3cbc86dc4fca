package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Context is what a house says of itself. A nil Context says nothing.
type Context struct {
	Assets    []Asset
	Approvals []Approval
	Jewels    []Jewel
	Proposals int // rows that wait for a person to confirm them

	byMAC    map[string]int
	holdings map[string][]Holding
}

// Read reads the files of a folder; a file that is not there says nothing, but
// one of them must be. An error names each mistake with file, line and column,
// and says what to do.
func Read(dir string) (*Context, error) {
	wrong := &mistakes{}
	read := func(name string, columns []column) ([]row, bool, error) {
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		defer f.Close()
		if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
			return nil, false, errors.Join(err, fmt.Errorf("%s is no ordinary file", f.Name()))
		}
		rows, err := table(name, f, columns, wrong)
		return rows, true, err
	}
	if st, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("context: %w", err)
	} else if !st.IsDir() {
		return nil, fmt.Errorf("context: %s is no folder; name the folder that holds %s, %s and %s", dir, AssetFile, ApprovalFile, JewelFile)
	}
	a, okA, errA := read(AssetFile, assetColumns)
	f, okF, errF := read(ApprovalFile, approvalColumns)
	j, okJ, errJ := read(JewelFile, jewelColumns)
	if err := errors.Join(errA, errF, errJ); err != nil {
		return nil, fmt.Errorf("context: %w", err)
	}
	if !okA && !okF && !okJ {
		return nil, fmt.Errorf("context: %s holds none of %s, %s and %s; barium context proposes them", dir, AssetFile, ApprovalFile, JewelFile)
	}
	return assemble(a, f, j, wrong)
}

// Parse reads files that are at hand; nil is a file that is not there.
func Parse(assetFile, approvalFile, jewelFile io.Reader) (*Context, error) {
	wrong := &mistakes{}
	read := func(name string, r io.Reader, columns []column) ([]row, error) {
		if r == nil {
			return nil, nil
		}
		return table(name, r, columns, wrong)
	}
	a, errA := read(AssetFile, assetFile, assetColumns)
	f, errF := read(ApprovalFile, approvalFile, approvalColumns)
	j, errJ := read(JewelFile, jewelFile, jewelColumns)
	if err := errors.Join(errA, errF, errJ); err != nil {
		return nil, err
	}
	return assemble(a, f, j, wrong)
}

func assemble(a, f, j []row, wrong *mistakes) (*Context, error) {
	c := &Context{byMAC: map[string]int{}}
	var n [3]int
	c.Assets, n[0] = assets(a)
	c.Approvals, n[1] = approvals(f, c.Assets)
	c.Jewels, n[2] = jewels(j, c.Assets)
	c.Proposals = n[0] + n[1] + n[2]
	for i := range c.Assets {
		if c.Assets[i].MAC != "" {
			c.byMAC[c.Assets[i].MAC] = i
		}
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return c, nil
}
