package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"barium/internal/evaluate"
	"barium/internal/hunt"
	"barium/internal/report/safe"
)

type evaluateOptions struct {
	lookOptions
	labels   string
	json     string
	mappings []string
	quiet    bool
}

func newEvaluateCommand() *cobra.Command {
	var o evaluateOptions
	c := &cobra.Command{
		Use:   "evaluate --labels FILE [PATH…]",
		Short: "compare the cases in these logs with what is known of the traffic",
		Long: `Hunts in the logs below the given paths and holds the cases against labels: for
some hosts, far ends and times somebody knows whether they were malicious. Prints
recall, precision, false cases per host and day, the Brier score and how often
cases were real by what they state.

The labels are a CSV file; its first line is

  host,destination,from,to,label

destination is an address, a name, the domain above it, or * for any; from and to
may be empty; label is malicious or benign. A case that no label is about counts
for nothing. Fit nothing on labels that you then measure on. docs/evaluate.md says
more.

EXIT STATUS
  0  compared, whatever came out
  1  wrong use, or nothing readable
  130  interrupted`,
		Example: `  barium evaluate --labels labels.csv /data/zeek
  barium evaluate --labels labels.csv --json - /data/zeek | jq .precision`,
		RunE: func(c *cobra.Command, args []string) error { return runEvaluate(c, args, &o) },
	}
	f := c.Flags()
	f.StringVar(&o.labels, "labels", "", "CSV `FILE` with what is known of the traffic")
	f.StringVar(&o.json, "json", "", "write the result as JSON to this `FILE`, - for standard output in place of the text")
	mappingFlag(f, &o.mappings)
	o.flags(f)
	quietFlag(f, &o.quiet)
	return c
}

func runEvaluate(c *cobra.Command, paths []string, o *evaluateOptions) error {
	labels, err := o.read()
	if err != nil {
		return err
	}
	h, err := o.options()
	if err != nil {
		return err
	}
	stderr := unless(o.quiet, c.ErrOrStderr())
	h.Paths, h.Stdin, h.Version, h.PlacesOnly, h.Mappings = orHere(paths), c.InOrStdin(), version, true, o.mappings
	h.Progress = newProgress(stderr)
	d, err := hunt.Run(c.Context(), h)
	if errors.Is(err, hunt.ErrNothing) {
		return errors.New("nothing readable: none of the files is a log that barium knows; barium sources says why")
	}
	if err != nil {
		return err
	}
	res := evaluate.Compare(d, labels)
	text, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if o.json == "-" {
		_, err = c.OutOrStdout().Write(text)
		return err
	}
	if err := res.WriteText(c.OutOrStdout()); err != nil {
		return err
	}
	if o.json == "" {
		return nil
	}
	if err := replace(o.json, text); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "JSON: %s\n", safe.Text(o.json))
	return nil
}

// read reads the labels.
func (o *evaluateOptions) read() ([]evaluate.Label, error) {
	if o.labels == "" {
		return nil, errors.New("--labels is missing: name a CSV file with the columns host,destination,from,to,label")
	}
	f, err := os.Open(o.labels)
	if err != nil {
		return nil, fmt.Errorf("--labels: %w", err)
	}
	defer f.Close()
	labels, err := evaluate.ReadLabels(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.labels, err)
	}
	return labels, nil
}
