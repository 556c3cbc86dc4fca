package detecttest

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// names of the query types that fixtures ask for (RFC 1035, RFC 3596, RFC 2782).
var typeNames = map[int]string{0: "A", 1: "A", 5: "CNAME", 10: "NULL", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV"}

// Named adds a look-up to the query log of BIND, which says nothing of answers. Without
// a Resolver the line does not name the server either, as in old versions.
func (l *Logs) Named(d DNS) {
	l.serial++
	text := fmt.Sprintf("queries: info: client @0x7f66774f1098 %s#%d (%s): query: %s IN %s +E(0)K", d.Src, 49152+l.serial%16384, d.Query, d.Query, typeNames[d.Type])
	if d.Resolver != "" {
		text += " (" + d.Resolver + ")"
	}
	l.named = append(l.named, line{ts: d.TS, text: text})
}

// saveNamed writes the query log, if there is one.
func (l *Logs) saveNamed(t *testing.T, dir string) {
	t.Helper()
	if len(l.named) == 0 {
		return
	}
	slices.SortStableFunc(l.named, func(a, b line) int { return int(a.ts - b.ts) })
	var b bytes.Buffer
	for _, r := range l.named {
		fmt.Fprintf(&b, "%s %s\n", time.UnixMicro(r.ts).UTC().Format("02-Jan-2006 15:04:05.000"), r.text)
	}
	writeLog(t, filepath.Join(dir, "query.log"), b.Bytes())
}
