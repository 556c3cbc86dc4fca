package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"barium/internal/report"
)

const (
	zeekHead   = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
	connFields = "#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tmissed_bytes\thistory\n"
	httpFields = "#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_depth\tmethod\thost\turi\tuser_agent\tusername\trequest_body_len\tresponse_body_len\tstatus_code\torig_fuids\torig_filenames\torig_mime_types\n"

	// begin is the first second of the logs that writeTheft makes, stolen what the
	// server outside accepted, and at when.
	begin  = 1772445600
	at     = begin + 50*3600
	stolen = 320_000_006
)

// innocentRow is a row of conn.log; i tells rows apart.
func innocentRow(i int) string {
	return fmt.Sprintf("%d.000001\tB%d\t10.0.0.%d\t%d\t192.0.2.1\t443\ttcp\tssl\t1.5\t1000\t20000\tSF\t0\tShADadFf\n",
		begin+i*120, i, i%30+10, 1024+i%60000)
}

// writeTheft writes conn.log and http.log of three days in which 10.0.0.12 puts
// four archives on a server that nobody else uses.
func writeTheft(t testing.TB, dir string) {
	t.Helper()
	var conn, http strings.Builder
	conn.WriteString(zeekHead + connFields)
	http.WriteString(zeekHead + httpFields)
	for i := range 72 * 30 {
		conn.WriteString(innocentRow(i))
	}
	for i := range 4 {
		ts, n := at+i*120, 80_000_000+i
		fmt.Fprintf(&conn, "%d.5\tT%d\t10.0.0.12\t%d\t203.0.113.66\t80\ttcp\thttp\t60.0\t%d\t300\tSF\t0\tShADadFf\n", ts, i, 50000+i, n+400)
		fmt.Fprintf(&http, "%d.6\tT%d\t10.0.0.12\t%d\t203.0.113.66\t80\t1\tPUT\t203.0.113.66\t/u/records%d.7z\tcurl/8\t-\t%d\t0\t201\tF%d\t-\tapplication/x-7z-compressed\n",
			ts, i, 50000+i, i, n, i)
	}
	writeFile(t, filepath.Join(dir, "conn.log"), conn.String())
	writeFile(t, filepath.Join(dir, "http.log"), http.String())
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// result is what a run of the command left.
type result struct {
	status    int
	out, errs string
	memory    int64 // bytes, the most that were resident
	doc       report.Document
}

// barium runs the command in dir. A minute is many times what it needs: longer
// is a hang. With --json out.json among args the document is read.
func barium(t testing.TB, dir string, args ...string) (r result) {
	t.Helper()
	return start(t, exec.CommandContext(minute(t), "barium", args...), dir, args)
}

func minute(t testing.TB) context.Context {
	limit := time.Minute
	if slow {
		limit = 5 * time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func start(t testing.TB, c *exec.Cmd, dir string, args []string) (r result) {
	t.Helper()
	var out, errs bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = dir, &out, &errs
	if err := c.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	r.out, r.errs = out.String(), errs.String()
	r.status = c.ProcessState.ExitCode()
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = u.Maxrss << 10
	}
	if r.status < 0 || strings.Contains(r.errs, "goroutine ") {
		t.Fatalf("barium %q: %v\n%s", args, c.ProcessState, r.errs)
	}
	checkPlain(t, r.out)
	checkPlain(t, r.errs)
	if b, err := os.ReadFile(filepath.Join(dir, "out.json")); err == nil {
		checkPlain(t, string(b))
		if err := json.Unmarshal(b, &r.doc); err != nil {
			t.Fatalf("barium %q: %v", args, err)
		}
	}
	return r
}

// checkPlain wants text that does nothing to whoever looks at it.
func checkPlain(t testing.TB, s string) {
	t.Helper()
	for _, r := range s {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Fatalf("%U in the output: %.2000q", r, s)
		}
	}
}

// sourceOf returns what the document says of a file.
func (r *result) sourceOf(t testing.TB, path string) report.Source {
	t.Helper()
	for _, s := range r.doc.Sources {
		if s.Path == path {
			return s
		}
	}
	t.Fatalf("%q is not among the sources", path)
	return report.Source{}
}

// wantTheft fails the test unless the theft of writeTheft was found whole.
func (r *result) wantTheft(t testing.TB, name string) {
	t.Helper()
	if r.status != exitFound || r.doc.Verdict.Level != report.LevelDataLeft || len(r.doc.Cases) == 0 {
		t.Errorf("%s: status %d, verdict %q\n%s", name, r.status, r.doc.Verdict.Level, r.errs)
		return
	}
	c := r.doc.Cases[0]
	if c.Loss.BytesSent.Low != stolen || len(c.Hosts) != 1 || c.Hosts[0] != "10.0.0.12" || !strings.Contains(r.out, "DATA LEFT") {
		t.Errorf("%s: %v lost %+v", name, c.Hosts, c.Loss)
	}
}
