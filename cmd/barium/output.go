package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"barium/internal/report"
	"barium/internal/report/html"
	"barium/internal/report/safe"
	termreport "barium/internal/report/term"
)

// defaultHTML is where the HTML report goes unless the user says otherwise.
const defaultHTML = "barium-report.html"

// outputOptions are the flags of every command that prints a document.
type outputOptions struct {
	html   string
	noHTML bool
	json   string
	top    int
	mask   bool
	reveal bool
	quiet  bool
}

func (o *outputOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.html, "html", defaultHTML, "write the HTML report to this `FILE`")
	f.BoolVar(&o.noHTML, "no-html", false, "write no HTML report")
	f.StringVar(&o.json, "json", "", "write the result as JSON to this `FILE`, - for standard output in place of the text")
	f.IntVar(&o.top, "top", 10, "show the first `N` cases in the text and HTML reports; all count, and all are in the JSON")
	f.BoolVar(&o.mask, "mask", false, "replace names of hosts, accounts and files, URIs and raw lines by stand-ins, for reports that leave the house")
	quietFlag(f, &o.quiet)
	f.BoolVar(&o.reveal, "reveal", false, "show patient identifiers in file names and URIs (default: stand-ins)")
}

// quietFlag is --quiet, the same for every command that has messages.
func quietFlag(f *pflag.FlagSet, quiet *bool) {
	f.BoolVar(quiet, "quiet", false, "print nothing on standard error but errors: no progress, no messages")
}

// unless returns w, or what swallows everything.
func unless(quiet bool, w io.Writer) io.Writer {
	if quiet {
		return io.Discard
	}
	return w
}

func (o *outputOptions) check() error {
	switch {
	case o.top < 1:
		return fmt.Errorf("--top %d: at least 1 case", o.top)
	case o.mask && o.reveal:
		return errors.New("--mask and --reveal contradict each other")
	case !o.noHTML && o.json != "" && o.json != "-" && filepath.Clean(o.json) == filepath.Clean(o.html):
		return fmt.Errorf("--json and --html would both write %s; name two files", o.html)
	case !o.noHTML && o.html == "-":
		return errors.New("--html writes a file; for a page on standard output write it to /dev/stdout")
	case !o.noHTML && o.html == "":
		return errors.New("--html needs a file name; --no-html writes none")
	}
	return nil
}

// write writes the document in all shapes that were asked for.
func (o *outputOptions) write(ctx context.Context, stdout, stderr io.Writer, d *report.Document) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !o.reveal {
		d.PseudonymisePatients()
	}
	if o.mask {
		d = d.Mask()
	}
	if o.json == "-" {
		if err := d.EncodeJSON(stdout); err != nil {
			return fmt.Errorf("writing JSON: %w", err)
		}
	} else if err := termreport.Write(stdout, d, termOptions(stdout, o.top)); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if o.json != "" && o.json != "-" {
		var b bytes.Buffer
		if err := d.EncodeJSON(&b); err != nil {
			return err
		}
		if err := replace(o.json, b.Bytes()); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "JSON: %s\n", safe.Text(o.json))
	}
	if !o.noHTML {
		var b bytes.Buffer
		if err := html.Write(&b, d, html.Options{Top: o.top}); err != nil {
			return err
		}
		if err := replace(o.html, b.Bytes()); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "HTML report: %s\n", safe.Text(o.html))
	}
	return nil
}

// spares makes sure that no report is written over a log or a ledger.
func (o *outputOptions) spares(inputs []string) error {
	for _, out := range []string{o.html, o.json} {
		st, err := os.Stat(out)
		if err != nil || out == o.html && o.noHTML {
			continue
		}
		for _, in := range inputs {
			if other, err := os.Stat(in); err == nil && os.SameFile(st, other) {
				return fmt.Errorf("%s is one of the inputs; write the report to another file", out)
			}
		}
	}
	return nil
}

// replace writes a file whole or not at all.
func replace(path string, b []byte) error {
	if err := renameio.WriteFile(path, b, 0o600, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// termOptions fits the text to the terminal, if there is one.
func termOptions(w io.Writer, top int) termreport.Options {
	o := termreport.Options{Top: top}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		o.Colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			o.Width = width
		}
	}
	return o
}

// exitStatus is nil or a status, by the rules of the JSON's documentation.
func exitStatus(d *report.Document) error {
	if d.Verdict.Level != report.LevelNone {
		return status(exitFound)
	}
	if d.Period.Hours == 0 {
		return status(exitPartial)
	}
	for _, s := range d.Sources {
		if s.Bad > 0 || s.Problem != "" && !s.Harmless {
			return status(exitPartial)
		}
	}
	return nil
}

// byteSize is a flag value such as 512MiB.
type byteSize int64

var units = []struct {
	suffix string
	factor int64
}{{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"b", 1}, {"", 1}}

// leastMemory is the least that the database can work with.
const leastMemory = 128 << 20

func (b *byteSize) Set(s string) error {
	v, err := parseSize(s)
	if err != nil {
		return err
	}
	if v < leastMemory {
		return errors.New("at least 128MiB")
	}
	*b = byteSize(v)
	return nil
}

// parseSize reads a number of bytes such as 512MiB.
func parseSize(s string) (int64, error) {
	low := strings.ToLower(strings.TrimSpace(s))
	for _, u := range units {
		number, ok := strings.CutSuffix(low, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil {
			continue
		}
		if v := n * float64(u.factor); v >= 0 && v < 1<<50 {
			return int64(v), nil
		}
		return 0, errors.New("a size from 0 to 1024 TiB")
	}
	return 0, errors.New("want a size such as 512MiB or 2GB")
}

func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return fmt.Sprintf("%dMiB", *b>>20)
}

// Type names the value in the help.
func (*byteSize) Type() string { return "SIZE" }
