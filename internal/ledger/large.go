package ledger

import "strings"

// OutOfMemory tells whether a question failed because its data did not fit into the
// memory that the store may use.
func OutOfMemory(err error) bool {
	return err != nil && strings.Contains(err.Error(), "Out of Memory Error")
}
