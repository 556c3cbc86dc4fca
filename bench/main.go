package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// options are the flags.
type options struct {
	rows     int
	records  int
	seed     uint64
	runs     int
	threads  int
	memory   int64 // MiB
	dir      string
	keep     bool
	json     bool
	profiles string
	sets     string
	curve    string
}

func main() {
	if task := os.Getenv(taskVariable); task != "" {
		exit(child(context.Background(), task, os.Stdout))
	}
	var o options
	flag.IntVar(&o.rows, "rows", 8_000_000, "rows of the generated conn.log")
	flag.IntVar(&o.records, "records", 500_000, "packets, events and flows of the sets pcap, eve, netflow and nfcapd")
	flag.Uint64Var(&o.seed, "seed", 1, "which conn.log; any `number`")
	flag.IntVar(&o.runs, "runs", 3, "rounds; the medians count")
	flag.IntVar(&o.threads, "threads", min(2, runtime.NumCPU()), "threads for the baseline and for barium alike")
	flag.Int64Var(&o.memory, "memory", machineMemory()>>22, "memory that barium may plan with, in `MiB` (default: a quarter of the machine's)")
	flag.StringVar(&o.dir, "dir", "", "`folder` for the log and the ledgers, with room for three times the log (default: a temporary one)")
	flag.BoolVar(&o.keep, "keep", false, "keep the log and the last ledger")
	flag.BoolVar(&o.json, "json", false, "print the result as JSON")
	flag.StringVar(&o.profiles, "profiles", "", "write each step's CPU profile into this `folder`")
	flag.StringVar(&o.sets, "sets", "day,gzip,json,harsh,pcap,eve,netflow,nfcapd", "what to measure on")
	flag.StringVar(&o.curve, "curve", "1000000,8000000,64000000", "`rows` of the logs for the curve of memory and time with 512 MiB; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, o, os.Stdout, os.Stderr)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// machineMemory returns the machine's memory in bytes, 4 GiB when it cannot be
// told.
func machineMemory() int64 {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return 4 << 30
	}
	return int64(info.Totalram * uint64(info.Unit))
}

// run measures and prints the result; what is going on goes to progress.
func run(ctx context.Context, o options, out, progress io.Writer) (err error) {
	if o.rows < 1 || o.records < 2 || o.runs < 1 || o.threads < 1 {
		return errors.New("-rows, -runs and -threads must be at least 1, -records at least 2")
	}
	for _, dir := range []string{o.dir, o.profiles} {
		if dir != "" {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
		}
	}
	dir, err := os.MkdirTemp(o.dir, "barium-bench-")
	if err != nil {
		return err
	}
	if o.keep {
		fmt.Fprintln(progress, "kept in", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	b := bench{options: o, ledger: filepath.Join(dir, "ledger"), progress: progress}
	var results []*result
	for _, x := range sets {
		if !slices.Contains(strings.Split(o.sets, ","), x.name) {
			continue
		}
		b.set, b.logs = x, filepath.Join(dir, x.name)
		r, err := b.measure(ctx)
		if err != nil {
			return err
		}
		results = append(results, r)
		if !o.json {
			if err := r.print(out); err != nil {
				return err
			}
		}
		if !o.keep {
			if err := os.RemoveAll(b.logs); err != nil {
				return err
			}
		}
	}
	points, err := b.memoryCurve(ctx, dir)
	if err != nil {
		return err
	}
	if o.json {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"sets": results, "curve": points})
	}
	return printCurve(out, points)
}
