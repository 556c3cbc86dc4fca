package archtest

import (
	"path"
	"strings"
)

// A row says what the packages of a folder may import, tests aside. Patterns
// are folders of the repository: "x/*" means the folders right below x, "x/..."
// means x and all below it.
type row struct {
	from string
	may  []string
}

// imports is the direction of imports inside barium. The first row that fits a
// folder counts; a folder that fits none is a problem, so that whoever adds a
// package decides where it stands.
var imports = []row{
	{"cmd/...", []string{"..."}},
	{"bench/...", []string{"internal/..."}},

	{"internal/hunt", []string{
		"internal/caseload", "internal/condense/...", "internal/detect/...", "internal/event",
		"internal/format/...", "internal/generate/...", "internal/ledger/...", "internal/report/...", "internal/site",
	}},
	{"internal/prove", []string{
		"internal/hunt", "internal/prove/story", "internal/caseload", "internal/condense", "internal/detect", "internal/event", "internal/format", "internal/format/zeek",
		"internal/generate", "internal/icd203", "internal/interval", "internal/ledger/...", "internal/report", "internal/report/safe",
	}},
	{"internal/evaluate", []string{"internal/icd203", "internal/interval", "internal/report", "internal/report/safe"}},
	{"internal/interval", nil},
	{"internal/icd203", nil},
	{"internal/prove/story", []string{"internal/condense/psl", "internal/event", "internal/format"}},

	{"internal/report", []string{"internal/report/safe"}},
	{"internal/report/safe", nil},
	{"internal/report/*", []string{"internal/report", "internal/report/safe"}},
	{"internal/caseload", []string{"internal/detect", "internal/ledger", "internal/event", "internal/site"}},
	{"internal/site", []string{"internal/ledger", "internal/condense/psl"}},

	{"internal/detect", []string{"internal/ledger", "internal/condense", "internal/event"}},
	{"internal/detect/all", []string{"internal/detect", "internal/detect/*"}},
	{"internal/detect/detecttest", []string{
		"internal/detect", "internal/ledger/...", "internal/condense/...", "internal/format/...",
		"internal/event", "internal/generate/...",
	}},
	{"internal/detect/*", []string{"internal/detect", "internal/ledger", "internal/condense", "internal/event"}},

	{"internal/ledger", []string{"internal/condense", "internal/condense/psl", "internal/event"}},
	{"internal/ledger/*", []string{"internal/ledger", "internal/condense", "internal/condense/psl", "internal/event"}},
	{"internal/condense", []string{"internal/condense/*", "internal/format", "internal/event"}},
	{"internal/condense/*", nil},

	{"internal/format", []string{"internal/event"}},
	{"internal/format/all", []string{"internal/format", "internal/format/*"}},
	{"internal/listen", []string{"internal/format/netflow", "internal/event"}},
	{"internal/format/container", []string{"internal/format/container/inflate"}},
	{"internal/format/container/inflate", nil},
	{"internal/format/*", []string{"internal/format", "internal/format/container", "internal/event"}},
	{"internal/event", nil},

	{"internal/generate/...", []string{"internal/generate/..."}},
	{"internal/archtest", nil},
}

// modules says which folders may import a module of others, tests aside: each
// stands behind one package of ours. docs/dependencies.md says why we have it.
var modules = []row{
	{"github.com/duckdb/duckdb-go/v2", []string{"internal/ledger/duck", "bench/..."}},
	{"github.com/netsampler/goflow2/v2", []string{"internal/format/netflow"}},
	{"github.com/klauspost/compress", []string{"internal/format/container", "bench/..."}},
	{"github.com/valyala/fastjson", []string{"internal/format/eve"}},
	{"go.yaml.in/yaml/v3", []string{"internal/format/table"}},
	{"github.com/gopacket/gopacket", []string{"internal/format/pcap"}},
	{"github.com/mikelolasagasti/xz", []string{"internal/format/container"}},
	{"github.com/pierrec/lz4/v4", []string{"internal/format/container"}},
	{"golang.org/x/net/publicsuffix", []string{"internal/condense/psl"}},
	{"github.com/cespare/xxhash/v2", []string{"internal/condense"}},
	{"github.com/spf13/cobra", []string{"cmd/barium"}},
	{"github.com/vbauerster/mpb/v8", []string{"cmd/barium"}},
	{"github.com/spf13/pflag", []string{"cmd/barium"}},
	{"github.com/google/renameio/v2", []string{"cmd/barium"}},
	{"golang.org/x/term", []string{"cmd/barium"}},
	{"golang.org/x/sys/unix", []string{"internal/hunt", "internal/condense", "bench/..."}},
}

// fits reports whether a folder is meant by a pattern.
func fits(pattern, dir string) bool {
	if base, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(dir+"/", base)
	}
	ok, err := path.Match(pattern, dir)
	return ok && err == nil
}

func fitsAny(patterns []string, dir string) bool {
	for _, p := range patterns {
		if fits(p, dir) {
			return true
		}
	}
	return false
}

// find returns the first row that fits dir.
func find(rows []row, dir string) (row, bool) {
	for _, r := range rows {
		if fits(r.from, dir) {
			return r, true
		}
	}
	return row{}, false
}
