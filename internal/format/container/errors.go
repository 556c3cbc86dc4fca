package container

import "errors"

// The kinds of damage and refusal; errors.Is tells them apart. The error itself
// is a sentence for a user.
var (
	// ErrTruncated means that compressed data ends too early.
	ErrTruncated = errors.New("compressed data ends too early")
	// ErrCorrupt means that compressed data is damaged, or its checksum wrong.
	ErrCorrupt = errors.New("compressed data is damaged")
	// ErrTrailing means that something else follows the compressed data.
	ErrTrailing = errors.New("compressed data is followed by other bytes")
	// ErrBomb means that the data grows beyond all measure when decompressed.
	ErrBomb = errors.New("decompressed data is too large")
	// ErrUnsupported means an archive or compression that is not read.
	ErrUnsupported = errors.New("not a supported container")
)

// failure is a sentence for a user that errors.Is recognises as kind.
type failure struct {
	kind error
	text string
}

func (f *failure) Error() string { return f.text }

func (f *failure) Unwrap() error { return f.kind }
