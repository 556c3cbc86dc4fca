package condense

import "barium/internal/event"

// FarEnd returns the host, in lower case, and the port that a request through an
// explicit proxy asked for; the port is 0 for a request to the server itself.
func FarEnd(h *event.HTTP) (host []byte, port uint16) { return farEnd(h) }

// NameText returns b as the ledger writes a name.
func NameText(b []byte) string { return nameText(b) }
