package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
)

// curveMemory is what barium may plan with on the curve, in MiB.
const curveMemory = 512

// point is one whole hunt of the curve.
type point struct {
	Rows       int     `json:"rows"`
	Bytes      int64   `json:"bytes"`
	Seconds    float64 `json:"seconds"`
	Processor  float64 `json:"processor_seconds"`
	PeakMemory int64   `json:"peak_memory_bytes"`
	Ledger     int64   `json:"ledger_bytes"`
	Reading    float64 `json:"reading_seconds"` // to the ledger, without detectors
	Looking    float64 `json:"looking_seconds"` // the look and all detectors, one after the other
	Shares     []share `json:"shares"`          // of Looking
}

// memoryCurve hunts in logs of growing size with little memory.
func (b *bench) memoryCurve(ctx context.Context, dir string) ([]point, error) {
	var out []point
	if b.curve == "" {
		return nil, nil
	}
	for _, text := range strings.Split(b.curve, ",") {
		rows, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("-curve %s: not a number of rows", text)
		}
		c := *b
		c.rows, c.memory, c.set, c.logs = rows, curveMemory, sets[0], filepath.Join(dir, "curve")
		fmt.Fprintf(b.progress, "curve: generating %d rows\n", rows)
		if _, _, err := c.start(ctx, "generate"); err != nil {
			return nil, err
		}
		p := point{Rows: rows}
		if p.Bytes, err = folderSize(c.logs); err != nil {
			return nil, err
		}
		read, _, err := c.start(ctx, "import")
		if err != nil {
			return nil, err
		}
		o, used, err := c.start(ctx, "hunt")
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b.progress, "curve: %d rows in %.2f s, peak %d MiB\n", rows, o.Seconds, used.memory>>20)
		looked, _, err := c.start(ctx, "shares")
		if err != nil {
			return nil, err
		}
		p.Seconds, p.Processor, p.PeakMemory = o.Seconds, used.processor, used.memory
		p.Reading, p.Looking, p.Shares = read.Seconds, seconds(looked.Shares), looked.Shares
		st, err := os.Stat(c.ledger)
		if err != nil {
			return nil, err
		}
		p.Ledger = st.Size()
		out = append(out, p)
		if err := os.RemoveAll(c.logs); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func printCurve(w io.Writer, points []point) error {
	if len(points) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n== memory ==\nWhole hunts with --memory %dMiB, one round\n\n", curveMemory)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "rows\tMB\tseconds\tCPU s\tus a row\tpeak MiB\tledger MB\treading s\tlooking s\tlooking / reading\t\n")
	for _, p := range points {
		fmt.Fprintf(t, "%d\t%.0f\t%.2f\t%.2f\t%.3f\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t\n", p.Rows, float64(p.Bytes)/1e6, p.Seconds, p.Processor, p.Seconds/float64(p.Rows)*1e6, p.PeakMemory>>20, float64(p.Ledger)/1e6,
			p.Reading, p.Looking, p.Looking/p.Reading)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return printShares(w, points[len(points)-1].Shares)
}
