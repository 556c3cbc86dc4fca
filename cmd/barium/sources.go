package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// sourceLine is one file in the JSON of `barium sources`. With --quick the fields
// from Records on stay empty.
type sourceLine struct {
	Path     string             `json:"path"`
	Bytes    int64              `json:"bytes"`
	Read     bool               `json:"read"`
	Format   string             `json:"format"` // empty when not read
	Reason   string             `json:"reason"` // why not; empty when read
	Records  int64              `json:"records"`
	ByLog    map[string]int64   `json:"by_log"`  // records by type of log
	Skipped  map[string]int64   `json:"skipped"` // records of types that are not kept
	Bad      int64              `json:"bad"`
	Samples  []report.BadSample `json:"bad_samples"`
	First    *time.Time         `json:"first"` // of its records
	Last     *time.Time         `json:"last"`
	Warnings []string           `json:"warnings"`
	Problem  string             `json:"problem"` // why it would not be wholly read
}

type sourcesOptions struct {
	mappings             []string
	asJSON, quick, quiet bool
}

func newSourcesCommand() *cobra.Command {
	var o sourcesOptions
	c := &cobra.Command{
		Use:   "sources [PATH…]",
		Short: "explain each file: what is read of it, what is not, and why",
		Long: `Reads every file below the given paths (default: the current folder) as barium
hunt would, keeps nothing, and says of each: in which format it is read, or why
not; how many records it has and from when to when; which records are skipped,
and which cannot be read, with samples. Times are in UTC, by the clock of the
sensor that wrote the log.

Members of archives stand below their archive, as logs.zip/conn.log. The PATH - is
standard input.

With --quick, only the first bytes of each file are looked at.

EXIT STATUS
  0  at least one file would be read
  1  wrong use, or none would
  130  interrupted`,
		Example: "  barium sources /data/zeek\n  barium sources --quick /data/zeek\n  barium sources --json /data/zeek | jq '.[] | select(.read | not)'",
		RunE:    func(c *cobra.Command, args []string) error { return runSources(c, orHere(args), &o) },
	}
	f := c.Flags()
	f.BoolVar(&o.asJSON, "json", false, "print JSON")
	f.BoolVar(&o.quick, "quick", false, "look at the first bytes of each file only")
	mappingFlag(f, &o.mappings)
	quietFlag(f, &o.quiet)
	return c
}

func runSources(c *cobra.Command, paths []string, o *sourcesOptions) error {
	if o.quick && slices.Contains(paths, "-") {
		return errors.New("--quick looks at the first bytes, and standard input can be read only once; leave --quick out")
	}
	files, err := hunt.Discover(c.Context(), paths, c.InOrStdin(), o.mappings...)
	if err != nil {
		return err
	}
	found := make([]hunt.Inspection, len(files))
	if !o.quick {
		if files, found, err = hunt.Inspect(c.Context(), files, newProgress(unless(o.quiet, c.ErrOrStderr()))); err != nil {
			return err
		}
	}
	lines := make([]sourceLine, 0, len(files))
	read := 0
	for i := range files {
		l := newSourceLine(&files[i], &found[i])
		if l.Read {
			read++
		}
		lines = append(lines, l)
	}
	if err := printSources(c.OutOrStdout(), lines, read, o); err != nil {
		return err
	}
	if read == 0 {
		return status(exitUsage)
	}
	return nil
}

// newSourceLine makes what came from the file harmless to look at.
func newSourceLine(f *hunt.File, i *hunt.Inspection) sourceLine {
	l := sourceLine{
		Path: safe.Text(f.Path), Bytes: f.Size, Read: f.Reader != nil, Format: safe.Text(f.Format), Reason: safe.Text(f.Problem),
		Records: i.Records, ByLog: map[string]int64{}, Skipped: map[string]int64{}, Bad: i.Bad, Samples: []report.BadSample{},
		First: i.First, Last: i.Last, Warnings: []string{}, Problem: safe.Text(i.Problem),
	}
	maps.Copy(l.ByLog, i.ByLog)
	for name, n := range i.Skipped {
		l.Skipped[safe.Text(name)] += n
	}
	for _, s := range i.Samples {
		s.Reason, s.Sample = safe.Text(s.Reason), safe.Text(s.Sample)
		l.Samples = append(l.Samples, s)
	}
	for _, w := range i.Warnings {
		l.Warnings = append(l.Warnings, safe.Text(w))
	}
	return l
}

func printSources(w io.Writer, lines []sourceLine, read int, o *sourcesOptions) error {
	if o.asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(lines)
	}
	b := bufio.NewWriter(w)
	for i := range lines {
		l := &lines[i]
		if !l.Read {
			fmt.Fprintf(b, "not read  %s  %s\n", l.Path, l.Reason)
			continue
		}
		fmt.Fprintf(b, "read      %s  %s  %s\n", l.Path, l.Format, report.Bytes(l.Bytes))
		if !o.quick {
			l.explain(b)
		}
	}
	fmt.Fprintf(b, "%d of %s would be read\n", read, report.Plural(int64(len(lines)), "file"))
	return b.Flush()
}

// explain says what is in a file that is read.
func (l *sourceLine) explain(w io.Writer) {
	say := func(format string, args ...any) { fmt.Fprintf(w, "          "+format+"\n", args...) }
	if l.Records == 0 {
		say("no record of a kind that barium keeps")
	} else {
		kinds := ""
		if len(l.ByLog) > 1 {
			kinds = " (" + counts(l.ByLog) + ")"
		}
		say("%s%s, %s UTC", report.Plural(l.Records, "record"), kinds, report.Span(*l.First, *l.Last))
	}
	if len(l.Skipped) > 0 {
		say("skipped, for barium keeps no such records: %s", counts(l.Skipped))
	}
	if l.Bad > 0 {
		say("%s could not be read:", report.Plural(l.Bad, "record"))
		for _, s := range l.Samples {
			say("  line %d: %s: %s", s.Line, s.Reason, safe.Short(s.Sample, 60))
		}
		if more := l.Bad - int64(len(l.Samples)); more > 0 {
			say("  and %d more", more)
		}
	}
	for _, x := range l.Warnings {
		say("note: %s", x)
	}
	if l.Problem != "" {
		say("problem: %s", l.Problem)
	}
}

// counts words a map of counts, in order of name.
func counts(m map[string]int64) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, name+" "+report.Count(m[name]))
	}
	return strings.Join(out, ", ")
}
